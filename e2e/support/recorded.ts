// A recorded round of the demo as its user meets it: recorded in the inspector, exported, run by its runner in a process of its own.
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadRecording } from '@painda/testing'
import type { InputEvent, Recording } from '@painda/protocol'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { Inspector } from './inspector.js'
import { APP } from './paths.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** The dev server's, and those of the child that plays the round again. */
export const RECORDED_GAME = { fillTo: 3, timing: 'lobby:0,countdown:0' }

export interface RecordedTest {
  recording(): Promise<Recording>
  /** What the runner said, passed or failed. */
  run(): Promise<string>
  /** The same on a game that differs: `module` of the app exports what `code` makes of the `original`. */
  runWith(module: string, code: string): Promise<string>
  remove(): Promise<void>
}

/** Records while `play` goes on. `exportButton`: of the two that export. */
export async function recordTest(
  inspector: Inspector,
  play: () => Promise<void>,
  exportButton: 'Export as test' | 'For Playwright' = 'Export as test',
): Promise<RecordedTest> {
  const { dock, button } = inspector
  await button('Record for a test').click()
  await expect(dock.getByText(/Recording arena/)).toBeVisible()
  await play()
  await button(/^Stop$/).click()
  await expect(dock.getByText(/arena from its beginning: \d+ s, \d+ inputs/)).toBeVisible()
  await button(exportButton).click()
  const bar = dock.getByText(/^Written: /)
  await expect(bar).toBeVisible()
  const spec = /Written: (\S+\.(test|spec)\.ts)/.exec((await bar.textContent()) ?? '')?.[1] ?? ''
  const file = spec.replace(/\.(test|spec)\.ts$/, '.jsonl.gz')
  const written = [spec, file]
  return {
    recording: () => loadRecording(join(APP, file)),
    run: () => (exportButton === 'For Playwright' ? playwright(spec) : vitest(spec)),
    async runWith(module, code) {
      const other = spec.replace(/\.test\.ts$/, `-${written.length}.test.ts`)
      written.push(other)
      const text = await readFile(join(APP, spec), 'utf8')
      await writeFile(join(APP, other), mocked(text, module, code))
      return vitest(other)
    },
    async remove() {
      for (const name of written) await rm(join(APP, name), { force: true })
    },
  }
}

export async function hold(page: Page, key: string, ms: number): Promise<void> {
  await page.keyboard.down(key)
  await page.waitForTimeout(ms)
  await page.keyboard.up(key)
}

/** The first message of a recording that is like this. */
export function firstMessage(
  { events }: Recording,
  isIt: (type: string, payload: unknown) => boolean,
): InputEvent {
  for (const event of events) {
    if (event.kind !== 'input' || event.input.what !== 'message') continue
    if (isIt(event.input.type, event.input.payload)) return event
  }
  throw new Error('Nobody said that.')
}

/** The tick that first shows what this brought about: a host that is late gives ticks up. */
export function tickAfter({ events }: Recording, input: InputEvent): number {
  for (const event of events.slice(events.indexOf(input))) if (event.kind === 'step') return event.from
  throw new Error('Nothing came after it.')
}

function vitest(spec: string): Promise<string> {
  const cli = join(ROOT, 'node_modules/vitest/vitest.mjs')
  return said([cli, 'run', '--project', 'demo-game', join('apps/demo-game', spec)], ROOT)
}

/** As in a project of its own: without the configuration of the tests around it. */
function playwright(spec: string): Promise<string> {
  return said([join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', '--reporter=line', spec], APP)
}

async function said(args: readonly string[], cwd: string): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env
  const { fillTo, timing } = RECORDED_GAME
  const env = { PATH, HOME, TMPDIR, NO_COLOR: '1', PP_FILL: String(fillTo), PP_TIMING: timing }
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd, env })
    return stdout + stderr
  } catch (thrown) {
    const { stdout = '', stderr = '' } = Object(thrown) as { stdout?: string; stderr?: string }
    return stdout + stderr
  }
}

function mocked(spec: string, module: string, code: string): string {
  const path = `../../${module.replace(/\.ts$/, '.js')}`
  return spec
    .replace("import { test } from 'vitest'", "import { test, vi } from 'vitest'")
    .replace(
      /\ntest\(/,
      `\nvi.mock('${path}', async (load) => {\n  const original = await load()\n  return ${code}\n})\n\ntest(`,
    )
}
