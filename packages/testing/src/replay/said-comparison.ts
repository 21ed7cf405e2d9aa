// Compares what a room says while it is played again with what it said then: by every tick the same events, to the same members, in
// the same order; and the same answers to the same requests.
import {
  findDifference,
  type FirstDifference,
  type InputEvent,
  type Recording,
  type SaidAnswer,
  type SaidEvent,
  type StepEvent,
} from '@painda/protocol'

/** `Said`: an event, or an answer. */
export interface SaidDifference<Said> {
  /** Its path begins with `events` or `answers`, and the place among those of the tick. */
  readonly difference: FirstDifference
  /** What was said; undefined when something is said that was not. */
  readonly recorded: Said | undefined
  /** What is said; undefined when it is no longer. */
  readonly now: Said | undefined
}

export interface SaidComparison<Said> {
  /** What was compared. */
  readonly checks: number
  hear(said: Said): void
  /** This tick has run. Null when all is the same, and where the recording knows of no such tick. */
  check(tick: number): SaidDifference<Said> | null
  /** All is played: what came after the last tick. The recording may have been cut there, so what is more than it knows may be right. */
  end(): SaidDifference<Said> | null
}

export function createEventComparison({
  create,
  events,
}: Pick<Recording, 'create' | 'events'>): SaidComparison<SaidEvent> {
  const isTold = create.input.tellsEvents === true
  return createSaidComparison(events, {
    root: 'events',
    saidIn: ({ said }) => said,
    isMeant: () => isTold,
    isOther: (was, is) => was?.type !== is?.type,
    isMissing: () => false,
  })
}

/** An answer of which the recording knows nothing is none to compare: it came later then, or the recording is of an older release. */
export function createAnswerComparison({ events }: Pick<Recording, 'events'>): SaidComparison<SaidAnswer> {
  const known = new Set(events.flatMap(({ answers = [] }) => answers.map(({ to }) => to)))
  return createSaidComparison(events, {
    root: 'answers',
    saidIn: ({ answers }) => answers,
    isMeant: ({ to }) => known.has(to),
    isOther: (was, is) => (was?.error === undefined) !== (is?.error === undefined),
    // They come in the order of their requests.
    isMissing: (was, is) => was !== undefined && is !== undefined && was.to < is.to,
  })
}

interface Kind<Said> {
  readonly root: 'events' | 'answers'
  readonly saidIn: (event: InputEvent | StepEvent) => readonly Said[] | undefined
  /** False for what is not compared. */
  readonly isMeant: (said: Said) => boolean
  /** They have nothing in common whose fields could be compared. */
  readonly isOther: (was: Said | undefined, is: Said | undefined) => boolean
  /** The one belongs to something else than the other, and before it. */
  readonly isMissing: (was: Said | undefined, is: Said | undefined) => boolean
}

/** One step of the recording. */
interface Passage<Said> {
  readonly from: number
  readonly tick: number
  /** What was said before its first tick had run, … */
  readonly first: readonly Said[]
  /** … and after that up to its last. */
  readonly last: readonly Said[]
}

function createSaidComparison<Said>(events: Recording['events'], kind: Kind<Said>): SaidComparison<Said> {
  const { passages, rest } = passagesOf(events, kind)
  let heard: Said[] = []
  /** What was said by the ticks that are past, and has not been compared. */
  let owed: Said[] = []
  let checks = 0
  /** The passage of the tick that comes. */
  let next = 0
  let isInside = false

  function moveTo(tick: number): boolean {
    for (
      let passage = passages[next];
      passage !== undefined && passage.from <= tick;
      passage = passages[next]
    ) {
      if (!isInside) owed = owed.concat(passage.first)
      isInside = true
      if (tick < passage.tick) return true
      owed = owed.concat(passage.last)
      isInside = false
      next++
      if (tick === passage.tick) return true
    }
    return false
  }

  function compare(now: readonly Said[]): SaidDifference<Said> | null {
    const recorded = owed
    owed = []
    heard = []
    checks += recorded.length
    return differenceOf(recorded, now, kind)
  }

  return {
    get checks() {
      return checks
    },
    hear(said) {
      if (kind.isMeant(said)) heard.push(said)
    },
    check: (tick) => (moveTo(tick) ? compare(heard) : null),
    end() {
      owed = owed.concat(rest)
      return compare(heard.slice(0, owed.length))
    },
  }
}

function passagesOf<Said>(
  events: Recording['events'],
  { saidIn, isMeant }: Kind<Said>,
): { passages: Passage<Said>[]; rest: Said[] } {
  const passages: Passage<Said>[] = []
  let rest: Said[] = []
  for (const event of events) {
    const said = (saidIn(event) ?? []).filter(isMeant)
    if (event.kind === 'step') {
      passages.push({ from: event.from, tick: event.tick, first: rest, last: said })
      rest = []
    } else rest.push(...said)
  }
  return { passages, rest }
}

function differenceOf<Said>(
  recorded: readonly Said[],
  now: readonly Said[],
  { root, isOther, isMissing }: Kind<Said>,
): SaidDifference<Said> | null {
  for (let i = 0; i < Math.max(recorded.length, now.length); i++) {
    const [was, is] = [recorded[i], now[i]]
    const path = [root, i]
    const difference = findDifference(was, is, path)
    if (difference === null) continue
    // One that is missing moves all behind it: that is not their difference.
    if (isMissing(was, is) || (now.length < recorded.length && isSame(recorded[i + 1], is))) {
      return { difference: { path, server: was, replica: undefined }, recorded: was, now: undefined }
    }
    if (now.length > recorded.length && isSame(was, now[i + 1])) {
      return { difference: { path, server: undefined, replica: is }, recorded: undefined, now: is }
    }
    return {
      difference: isOther(was, is) ? { path, server: was, replica: is } : difference,
      recorded: was,
      now: is,
    }
  }
  return null
}

function isSame(a: unknown, b: unknown): boolean {
  return findDifference(a, b) === null
}
