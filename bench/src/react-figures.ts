// The React figures, in the page: renders and selector calls are counted here; what is timed is prepared, run and checked
// here, step by step, while `react.bench.ts` holds the clock.
import { check } from './measure.js'
import {
  counts,
  jotaiApp,
  paindaApp,
  paindaMotion,
  valtioApp,
  zustandApp,
  zustandMotion,
} from './react-apps.js'
import type { App, MotionApp, Style } from './react-apps.js'
import { movesOf } from './react-room.js'
import type { Changes, Shape } from './react-room.js'

interface CountRow {
  name: string
  changed: number
  renders: number
  calls: number
}

interface Contender {
  readonly name: string
  readonly app: Pick<App, 'encode' | 'close'>
  isShown(index: number, x: number): boolean
  /** What the round before has left. */
  left: Changes
}

let count = 0
let contenders: Contender[] = []
let runs: (() => void)[] = []
let seed = 0

/** Mounts those who compete in committing changes; the first is the measure. Their names. */
async function openCommits(howMany: number, shape: Shape, style: Style): Promise<string[]> {
  const apps: App[] = [zustandApp(howMany, style, shape), await paindaApp(howMany, style, shape)]
  if (shape === 'list' && style === 'kept') apps.push(jotaiApp(howMany), valtioApp(howMany))
  return open(
    howMany,
    apps.map((app) => ({ name: app.name, app, left: [], isShown: (i, x) => app.shown(i) === String(x) })),
  )
}

/** The same for motion in refs. */
async function openMotion(howMany: number, shape: Shape): Promise<string[]> {
  const apps: MotionApp[] = [zustandMotion(howMany, shape), await paindaMotion(howMany, shape)]
  return open(
    howMany,
    apps.map((app) => ({ name: app.name, app, left: [], isShown: (i, x) => app.drawn(i) === x })),
  )
}

function open(howMany: number, all: Contender[]): string[] {
  count = howMany
  contenders = all
  return all.map(({ name }) => name)
}

/** Makes what travels in one round of contender `at`, in which `changed` entities change per tick. */
function prepare(at: number, ticks: number, changed: number): void {
  const contender = contenders[at]
  if (contender === undefined) throw new Error('Nobody competes there.')
  for (const [index, { x }] of contender.left)
    check(contender.isShown(index, x), `${contender.name}: ${index}`)
  const moves = movesOf(count, changed, ticks, ++seed)
  contender.left = moves.at(-1) ?? []
  runs = contender.app.encode(moves)
}

/** All of it arrives. Returns how many components it rendered. */
function run(): number {
  counts.renders = 0
  for (const one of runs) one()
  runs = []
  return counts.renders
}

/** What asking the page for something takes. */
function idle(): void {}

function close(): void {
  for (const { app } of contenders) app.close()
  contenders = []
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

/** What the clock's holder calls, one after another. */
export const figures = { countRows, openCommits, openMotion, prepare, run, idle, close }
