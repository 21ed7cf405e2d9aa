// What React does for a change, in Chromium with React's production build: how much is rendered, and how long it takes.
import { openChromium } from './chromium.js'
import type { BenchPage } from './chromium.js'
import { check, median, printFigures } from './measure.js'
import type { Figure } from './measure.js'
import type { figures } from './react-figures.js'

const ROUNDS = 25
const WARM_UPS = 8

const page = await openChromium('react-figures')
if (page === null) {
  console.log('  No Chromium here: there is nothing to measure.')
} else {
  try {
    await measure(page)
  } finally {
    await page.close()
  }
}

async function measure(page: BenchPage): Promise<void> {
  console.log('  1,000 mounted components, one per entity: renders · selector calls')
  for (const { name, changed, renders, calls } of await call(page, 'countRows')) {
    console.log(
      `  ${name.padEnd(28)} ${String(changed).padStart(3)} changed: ${renders} · ${calls.toLocaleString('en')}`,
    )
    if (!name.startsWith('painda')) continue
    check(renders === changed, `${name}: ${renders} renders`)
    check(calls <= (name.endsWith('kept') ? changed : 4 * changed), `${name}: ${calls} selector calls`)
  }

  const rows: Figure[] = []
  const all: string[] = []
  async function compare(
    what: string,
    names: readonly string[],
    ticks: number,
    must: number,
    aim: number,
  ): Promise<void> {
    const times = await rounds(page, names.length, ticks)
    const ratios = times.map((mine) => median(mine.map((ms, round) => ms / (times[0]?.[round] ?? 1))))
    rows.push({ what, ours: ratios[1] ?? NaN, peer: 1, must, aim })
    for (const [at, name] of names.entries()) {
      const us = (median(times[at] ?? []) * 1000) / ticks
      all.push(`  ${what}: ${name} ${ratios[at]?.toFixed(2)} (${us.toFixed(0)} µs)`)
    }
  }

  for (const shape of ['map', 'list'] as const) {
    for (const style of ['kept', 'inline'] as const) {
      for (const [count, ticks, must, aim] of [
        [1_000, 100, 0.8, 0.55],
        [10_000, 20, 0.3, 0.15],
      ] as const) {
        const what = `10 of ${count.toLocaleString('en')} change, ${shape}, selectors ${style}`
        await compare(what, await call(page, 'openCommits', count, shape, style), ticks, must, aim)
        await call(page, 'close')
      }
    }
    const what = `motion, script per frame, 10 of 1,000 move, ${shape}`
    await compare(what, await call(page, 'openMotion', 1_000, shape), 500, 0.6, 0.4)
    await call(page, 'prepare', 1, 20, 1_000)
    const commits = await call(page, 'run')
    rows.push({ what: `all 1,000 move, ${shape}: commits`, ours: commits, must: 0, aim: 0 })
    check(commits === 0, `${commits} commits`)
    await call(page, 'close')
  }
  printFigures("time of the page's thread (zustand = 1.0)", rows)
  for (const line of all) console.log(line)
}

/** Per contender, what its rounds took: in turns, each time beginning with another one. */
async function rounds(page: BenchPage, contenders: number, ticks: number): Promise<number[][]> {
  const times = Array.from({ length: contenders }, (): number[] => [])
  const asking: number[] = []
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    asking.push(await took(page, 'idle'))
    for (let turn = 0; turn < contenders; turn++) {
      const at = (turn + round + WARM_UPS) % contenders
      await call(page, 'prepare', at, ticks, 10)
      const ms = await took(page, 'run')
      if (round >= 0) times[at]?.push(ms)
    }
  }
  // Asking the page for anything takes a while.
  const least = median(asking)
  return times.map((mine) => mine.map((ms) => ms - least))
}

async function took(page: BenchPage, name: 'idle' | 'run'): Promise<number> {
  const start = await page.threadMs()
  await call(page, name)
  return (await page.threadMs()) - start
}

type Figures = typeof figures

/** One of the page's own functions, by its name. */
async function call<Name extends keyof Figures>(
  page: BenchPage,
  name: Name,
  ...args: Parameters<Figures[Name]>
): Promise<Awaited<ReturnType<Figures[Name]>>> {
  return page.run<Awaited<ReturnType<Figures[Name]>>>(
    `figures.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`,
  )
}
