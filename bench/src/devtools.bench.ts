// The inspector's price: closed, open under a thousand frames a second, and in memory.
import { openChromium } from './chromium.js'
import { closedMicroseconds, HELD, heldMegabytes } from './devtools-figures.js'
import type { overlay, Watched } from './devtools-figures.js'
import { check, median, printFigures } from './measure.js'
import type { Figure } from './measure.js'

const PAIRS = 5
const WARM_UP_MS = 1_000
const WATCHED_MS = 4_000
const SETTLE_MS = 1_000
const SCROLL_STEPS = 200

const held = heldMegabytes(() => globalThis.gc?.())
const { added, decoding } = closedMicroseconds()
const figures: Figure[] = [
  { what: `${HELD.toLocaleString('en')} frames of the arena held, MB`, ours: held, must: 30, aim: 20 },
  {
    what: 'closed: added to a frame, µs',
    ours: added,
    // 2 % of a frame script of a millisecond.
    must: 20,
    aim: 10,
    note: `decoding it takes ${decoding.toFixed(1)}`,
  },
]

const page = await openChromium('devtools-figures')
if (page === null) console.log('  no Chromium here: the open overlay is not measured')
else {
  const call = <T>(name: keyof typeof overlay, ...args: readonly unknown[]): Promise<T> =>
    page.run<T>(`overlay.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`)
  const busy = { open: [] as number[], without: [] as number[] }
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const name of pair % 2 === 0 ? (['open', 'without'] as const) : (['without', 'open'] as const)) {
      await call('open', name === 'open', WARM_UP_MS + WATCHED_MS)
      await call('play', WARM_UP_MS)
      const before = await page.threadMs()
      const { ms, frames, recorded } = await call<Watched>('play', WATCHED_MS)
      busy[name].push(((await page.threadMs()) - before) / ms)
      await call('close')
      check(name === 'without' || recorded > frames, `${recorded} events were recorded of ${frames} frames`)
    }
  }
  await call('open', true, HELD)
  await call('fill')
  await call('play', 1)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const scrolled = await call<number>('scroll', SCROLL_STEPS)
  await page.close()
  console.log(
    `  a step of scrolling through ${HELD.toLocaleString('en')} rows, p95: ${scrolled.toFixed(2)} ms`,
  )
  figures.push({
    what: 'open at 1,000 frames/s: of the main thread’s time, %',
    ours: median(busy.open.map((share, pair) => (share - (busy.without[pair] ?? 0)) * 100)),
    must: 2,
    aim: 1,
    note: `decoding and sending alone ${(median(busy.without) * 100).toFixed(1)} %`,
  })
}
printFigures('what the inspector costs', figures)
check(held <= 30, 'ten thousand frames are held in 30 MB')
