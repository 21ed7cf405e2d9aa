// The React figures, in the page: renders and selector calls counted, times as ratios against zustand in the same run.
import { check, compare } from './measure.js'
import type { Contender, Figure, Ratio } from './measure.js'
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
import type { Changes, Shape } from './react-room.js'

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

/** Ticks in one timed round; a page's clock has steps of a tenth of a millisecond. */
const TICKS = 20
const MOTION_TICKS = 200

let seed = 0

export async function reactFigures(): Promise<ReactFigures> {
  const rows = await countRows()
  const times: Figure[] = []
  const peers: ReactFigures['peers'] = []

  for (const [shape, style] of [
    ['map', 'kept'],
    ['map', 'inline'],
    ['list', 'kept'],
    ['list', 'inline'],
  ] as const) {
    for (const [count, must, aim] of [
      [1_000, 0.8, 0.55],
      [10_000, 0.3, 0.15],
    ] as const) {
      const apps: App[] = [zustandApp(count, style, shape), await paindaApp(count, style, shape)]
      if (shape === 'list' && style === 'kept') apps.push(jotaiApp(count), valtioApp(count))
      const what = `10 of ${count.toLocaleString('en')} change, ${shape}, selectors ${style}`
      const results = compare(
        apps.map((app) => contender(app, count, TICKS, (index, x) => app.shown(index) === String(x))),
        TICKS,
        count > 1_000 ? 15 : 31,
      )
      times.push({ what, ours: results[1]?.ratio ?? NaN, peer: 1, must, aim })
      for (const result of results) peers.push({ what, ...result })
      for (const app of apps) app.close()
    }
  }

  for (const shape of ['map', 'list'] as const) {
    const { figure, results, commits } = await motionOf(shape)
    times.push(figure, { what: `all 1,000 move, ${shape}: commits`, ours: commits, must: 0, aim: 0 })
    for (const result of results) peers.push({ what: figure.what, ...result })
  }
  return { counts: rows, times, peers }
}

async function motionOf(shape: Shape): Promise<{ figure: Figure; results: Ratio[]; commits: number }> {
  const apps: MotionApp[] = [zustandMotion(1_000, shape), await paindaMotion(1_000, shape)]
  const results = compare(
    apps.map((app) => contender(app, 1_000, MOTION_TICKS, (index, x) => app.drawn(index) === x)),
    MOTION_TICKS,
  )
  counts.renders = 0
  for (const app of apps) for (const run of app.encode(movesOf(1_000, 1_000, TICKS, ++seed))) run()
  for (const app of apps) app.close()
  const what = `motion, script per frame, 10 of 1,000 move, ${shape}`
  return {
    figure: { what, ours: results[1]?.ratio ?? NaN, peer: 1, must: 0.6, aim: 0.4 },
    results,
    commits: counts.renders,
  }
}

/** One round: what travels is made before the clock runs. */
function contender(
  app: Pick<App, 'name' | 'encode'>,
  count: number,
  ticks: number,
  isShown: (index: number, x: number) => boolean,
): Contender {
  let before: Changes = []
  return {
    name: app.name,
    round() {
      // What the round before has left, checked where no clock runs.
      for (const [index, { x }] of before) check(isShown(index, x), `${app.name}: ${index}`)
      const moves = movesOf(count, 10, ticks, ++seed)
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
    for (const app of [zustandApp(1_000, style, 'map'), await paindaApp(1_000, style, 'map')]) {
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
