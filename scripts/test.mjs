// Every test, one verdict: build, unit tests (Vitest), multiplayer tests in browsers (Playwright), and as the very
// last line `N passed, N failed, N skipped`. A run in which no test ran has failed.
// `npm test -- unit`, `npm test -- e2e` or any part of a file's path select; other arguments go on to the runner.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { run } from './lib/processes.mjs'
import { ensureSystemTools } from './lib/system-tools.mjs'
import { ROOT, at, exists, filesBelow, secondsSince, tool } from './lib/workspace.mjs'

const RESULTS = at('node_modules', '.cache', 'painda')
const NOTHING = { passed: 0, failed: 0, skipped: 0 }

export async function test(args) {
  const { unit, e2e, rest } = select(args)
  const tools = []
  if (unit && testsNamed('redis')) tools.push('redis')
  if (e2e) tools.push('chromium')
  if (!(await ensureSystemTools(tools))) return report([])

  const phases = [await build()]
  if (unit) phases.push(await vitest(rest))
  if (e2e) phases.push(await playwright(rest))
  return report(phases)
}

/**
 * The slow suites (`*.long.test.ts`, in browsers `*.long.spec.ts`): long fuzz runs, soaks and repeats, each time from a
 * new seed. Arguments select as they do for `npm test`. With `repeat`: what `npm test` runs, ten times in a row.
 */
export async function testLong(args) {
  if (args.includes('repeat')) return repeat(args.filter((arg) => arg !== 'repeat'))
  const { unit, e2e, rest } = select(args)
  if (e2e && !(await ensureSystemTools(['chromium']))) return report([])
  const PP_SEED = process.env.PP_SEED ?? String(Date.now() % 2 ** 31)
  console.log(`Seed ${PP_SEED}; PP_SEED=${PP_SEED} repeats this run.`)
  const env = { PP_LONG: '1', PP_SEED }
  const phases = []
  if (unit) phases.push(await vitest(rest, env))
  if (e2e) phases.push(await build(), await playwright(rest, env))
  return report(phases)
}

/** A test that fails in one of ten runs is no test: all of them are run, and whatever failed is named with how often. */
async function repeat(args) {
  const { unit, e2e, rest } = select(args)
  const times = Number(process.env.PP_REPEAT ?? 10)
  if (!Number.isInteger(times) || times < 1) {
    console.error(`PP_REPEAT must be a whole number from 1, and is "${process.env.PP_REPEAT}".`)
    return 1
  }
  if (e2e && !(await ensureSystemTools(['chromium']))) return report([])
  const phases = [await build()]
  const flakes = new Map()
  for (let time = 1; time <= times; time++) {
    const run = []
    if (unit) run.push(await vitest(rest))
    if (e2e) run.push(await playwright(rest))
    for (const title of failuresOf(unit, e2e)) flakes.set(title, (flakes.get(title) ?? 0) + 1)
    phases.push(...run.map((one) => ({ ...one, name: `${one.name} ${time}` })))
  }
  for (const [title, count] of flakes) console.log(`failed ${count} of ${times}: ${title}`)
  return report(phases)
}

/** The titles of the last run's failures. */
function failuresOf(unit, e2e) {
  const files = unit ? (read(`${RESULTS}/vitest.json`)?.testResults ?? []) : []
  const suites = e2e ? (read(`${RESULTS}/playwright.json`)?.suites ?? []) : []
  return [
    ...files.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ),
    ...suites.flatMap(specsOf).flatMap(({ title, ok }) => (ok ? [] : [title])),
  ]
}

const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)]

function select(args) {
  const rest = args.filter((arg) => arg !== 'unit' && arg !== 'e2e')
  const filters = rest.filter((arg) => !arg.startsWith('-'))
  const wantsE2e =
    args.includes('e2e') || filters.some((arg) => arg.startsWith('e2e/') || arg.includes('.spec'))
  const wantsUnit = args.includes('unit') || (rest.length > 0 && !wantsE2e)
  const all = !wantsE2e && !wantsUnit
  return { unit: all || wantsUnit, e2e: (all || wantsE2e) && exists('e2e', 'playwright.config.ts'), rest }
}

/** A feature's tests carry its stem, so the stem tells which programs they need. */
function testsNamed(stem) {
  return filesBelow(at('packages')).some((file) => file.includes('/test/') && file.includes(stem))
}

/** Unit tests run from source, so a type error does not stop them; it counts as one failed test. */
async function build() {
  return phase('build', async () => {
    const code = await run(process.execPath, [tool('typescript/bin/tsc'), '-b'], { cwd: ROOT })
    return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 }
  })
}

async function vitest(args, env = {}) {
  const file = resultFile('vitest.json')
  const flags = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args]
  return phase('unit', async () => {
    const code = await run(process.execPath, [tool('vitest/vitest.mjs'), ...flags], { cwd: ROOT, env })
    const result = read(file)
    if (result?.testResults.length === 0) return NOTHING
    return withExitCode(countVitest(result), code)
  })
}

async function playwright(args, settings = {}) {
  const file = resultFile('playwright.json')
  const flags = ['test', '--config=e2e/playwright.config.ts', '--reporter=list,json', ...args]
  return phase('e2e', async () => {
    const env = { ...settings, PLAYWRIGHT_JSON_OUTPUT_NAME: file }
    const code = await run(process.execPath, [tool('@playwright/test/cli.js'), ...flags], { cwd: ROOT, env })
    return withExitCode(countPlaywright(read(file)), code)
  })
}

function countVitest(result) {
  if (!result) return NOTHING
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((entry) => entry.status === 'failed'),
  )
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + brokenFiles.length,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}

/** A flaky test, one that passed only when repeated, has failed. */
function countPlaywright(result) {
  if (!result) return NOTHING
  const { expected, unexpected, flaky, skipped } = result.stats
  return { passed: expected, failed: unexpected + flaky + result.errors.length, skipped }
}

/** A runner that fails without a failed test (an unhandled rejection, a crash) still failed once. */
const withExitCode = (count, code) => (code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count)

async function phase(name, work) {
  const start = performance.now()
  const count = await work()
  return { name, ...count, seconds: secondsSince(start) }
}

function report(phases) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  console.log('')
  for (const { name, passed, failed, skipped, seconds } of phases) {
    const verdict = name === 'build' ? (failed ? 'failed' : 'ok') : summary({ passed, failed, skipped })
    console.log(`${name.padEnd(7)} ${seconds.padStart(7)}  ${verdict}`)
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
  }
  const nothingRan = total.passed + total.failed === 0
  if (nothingRan) console.log('No test ran.')
  console.log(summary(total))
  return total.failed > 0 || nothingRan ? 1 : 0
}

const summary = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`

function resultFile(name) {
  mkdirSync(RESULTS, { recursive: true })
  const file = `${RESULTS}/${name}`
  rmSync(file, { force: true })
  return file
}

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null)
