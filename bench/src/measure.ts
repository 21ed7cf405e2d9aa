// Time as ratios. Two or more ways to do the same are run in turns, many short rounds after each other, so that whatever
// else the machine does hits all of them; each round gives one ratio, and the median of the rounds is the figure. In Node the
// time is the processor's, which other processes do not lengthen.

export interface Contender {
  readonly name: string
  /** Prepares one round; what it returns is timed. */
  round(): () => void
}

export interface Ratio {
  readonly name: string
  /** Time against the first contender's: below 1 is faster. */
  readonly ratio: number
  readonly microseconds: number
}

/**
 * Medians of `rounds` interleaved rounds. The first contender is 1.0.
 * @param per how many units of work one round does, for the microseconds of one
 */
export function compare(contenders: readonly Contender[], per: number, rounds = 31): Ratio[] {
  const times = contenders.map((): number[] => [])
  const warmUps = Math.ceil(rounds / 2)
  for (let round = -warmUps; round < rounds; round++) {
    // Turns, each time beginning with another one: whoever comes first pays for the others' garbage.
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + warmUps) % contenders.length
      const run = contenders[at]?.round()
      if (run === undefined) continue
      const start = now()
      run()
      const spent = now() - start
      if (round >= 0) times[at]?.push(spent)
    }
  }
  const first = times[0] ?? []
  return contenders.map(({ name }, at) => ({
    name,
    ratio: median((times[at] ?? []).map((time, round) => time / (first[round] ?? 1))),
    microseconds: (median(times[at] ?? []) * 1000) / per,
  }))
}

/** Milliseconds of this process's work; in a browser, of time. */
function now(): number {
  if (typeof process === 'undefined') return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

export interface Figure {
  readonly what: string
  readonly ours: number
  /** The best peer's, when it was measured in this run. */
  readonly peer?: number | undefined
  readonly must: number
  readonly aim: number
  readonly note?: string
}

/** One line per figure, with what was asked for. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  console.log(`  ${title}`)
  console.log(
    `  ${'figure'.padEnd(52)}${'ours'.padStart(9)}${'peer'.padStart(9)}${'must'.padStart(8)}${'aim'.padStart(8)}`,
  )
  for (const { what, ours, peer, must, aim, note } of figures) {
    const verdict = ours <= aim ? 'aim' : ours <= must ? 'must' : 'MISSED'
    const cells = [format(ours), peer === undefined ? '–' : format(peer), format(must), format(aim)]
    console.log(
      `  ${what.padEnd(52)}${cells[0]?.padStart(9)}${cells[1]?.padStart(9)}${cells[2]?.padStart(8)}${cells[3]?.padStart(8)}  ${verdict}${note === undefined ? '' : `  (${note})`}`,
    )
  }
}

function format(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 3 : 2)
}

/** Fails the benchmark: a figure of something that does not work is worth nothing. */
export function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`wrong result: ${what}`)
}
