// The React figures, in the page: renders and selector calls counted, times as ratios against zustand in the same run.
import { check, compare } from './measure.js'
import type { Contender, Figure } from './measure.js'
import {
  counts,
  jotaiApp,
  paindaApp,
  paindaMotion,
  valtioApp,
  zustandApp,
  zustandMotion,
} from './react-apps.js'
import type { App, MotionApp } from './react-apps.js'
import { movesOf } from './react-room.js'
import type { Changes } from './react-room.js'

interface ReactFigures {
  counts: CountRow[]
  times: Figure[]
  peers: { what: string; name: string; ratio: number; microseconds: number }[]
}

interface CountRow {
  name: string
  changed: number
  renders: number
  calls: number
}

/** Ticks in one timed round. */
const TICKS = 20

let seed = 0

export async function reactFigures(): Promise<ReactFigures> {
  const rows = await countRows()
  const times: Figure[] = []
  const peers: ReactFigures['peers'] = []

  for (const style of ['kept', 'inline'] as const) {
    for (const [count, must, aim] of [
      [1_000, 0.8, 0.55],
      [10_000, 0.3, 0.15],
    ] as const) {
      const apps: App[] = [zustandApp(count, style), await paindaApp(count, style)]
      if (style === 'kept') apps.push(jotaiApp(count), valtioApp(count))
      const what = `delta → commit, 10 of ${count.toLocaleString('en')} change, selectors ${style}`
      const results = compare(
        apps.map((app) => contender(app, count, 10, (index, x) => app.shown(index) === String(x))),
        TICKS,
        count > 1_000 ? 15 : 31,
      )
      times.push({ what, ours: results[1]?.ratio ?? NaN, peer: 1, must, aim })
      for (const result of results) peers.push({ what, ...result })
      for (const app of apps) app.close()
    }
  }

  const motion: MotionApp[] = [zustandMotion(1_000), await paindaMotion(1_000)]
  const what = 'motion without renders: script per frame, 10 of 1,000 move'
  const results = compare(
    motion.map((app) => contender(app, 1_000, 10, (index, x) => app.drawn(index) === x)),
    TICKS,
    61,
  )
  times.push({ what, ours: results[1]?.ratio ?? NaN, peer: 1, must: 0.6, aim: 0.4 })
  for (const result of results) peers.push({ what, ...result })
  counts.renders = 0
  for (const app of motion) for (const run of app.encode(movesOf(1_000, 1_000, TICKS, ++seed))) run()
  times.push({ what: 'all 1,000 move, read in frames: commits', ours: counts.renders, must: 0, aim: 0 })
  for (const app of motion) app.close()
  return { counts: rows, times, peers }
}

/** One round: what travels is made before the clock runs. */
function contender(
  app: Pick<App, 'name' | 'encode'>,
  count: number,
  k: number,
  isShown: (index: number, x: number) => boolean,
): Contender {
  let before: Changes = []
  return {
    name: app.name,
    round() {
      // What the round before has left, checked where no clock runs.
      for (const [index, { x }] of before) check(isShown(index, x), `${app.name}: ${index}`)
      const moves = movesOf(count, k, TICKS, ++seed)
      before = moves.at(-1) ?? []
      const runs = app.encode(moves)
      return () => {
        for (const run of runs) run()
      }
    },
  }
}

async function countRows(): Promise<CountRow[]> {
  const rows: CountRow[] = []
  for (const style of ['kept', 'inline'] as const) {
    for (const app of [zustandApp(1_000, style), await paindaApp(1_000, style)]) {
      for (const changed of [1, 10]) {
        for (const run of app.encode(movesOf(1_000, changed, 1, ++seed))) {
          counts.renders = counts.calls = 0
          run()
          rows.push({ name: app.name, changed, ...counts })
        }
      }
      app.close()
    }
  }
  return rows
}
