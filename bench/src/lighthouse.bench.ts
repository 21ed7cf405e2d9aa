// The demo's built page as Lighthouse sees it, on a throttled phone and on a desktop: scores out of 100, medians of three.
// Lighthouse comes from npm at a fixed version, for this run only: nobody else should have to install it.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { median } from './measure.js'
import { answers, freePort } from './served.js'

const LIGHTHOUSE = 'lighthouse@13.5.0'
const MUST = 95
const ROUNDS = 3
const GIVE_UP_MS = 10_000

interface Report {
  readonly categories: Record<string, { readonly score: number | null }>
  readonly audits: Record<string, { readonly displayValue?: string }>
}

const folder = mkdtempSync(join(tmpdir(), 'painda-lighthouse-'))
// Lighthouse asks for a newer Node than the packages do: the one that runs this.
const env = {
  ...process.env,
  NODE_ENV: undefined,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  CHROME_PATH: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
}
execFileSync('npm', ['run', 'build'], { env, stdio: 'ignore' })
const port = await freePort()
const address = `http://127.0.0.1:${port}/`
const game = spawn('npm', ['run', 'serve', '--', '--port', String(port), '--strictPort'], {
  detached: true,
  env,
  stdio: 'ignore',
})
let isEnough = true
try {
  await answers(address, GIVE_UP_MS)
  for (const [device, flags] of [
    ['phone', []],
    ['desktop', ['--preset=desktop']],
  ] as const) {
    const reports: Report[] = []
    for (let round = 0; round < ROUNDS; round++) reports.push(await look(flags))
    for (const category of ['performance', 'accessibility', 'best-practices', 'seo']) {
      const score = median(reports.map(({ categories }) => 100 * (categories[category]?.score ?? 0)))
      const isAsked = category === 'performance' || category === 'accessibility'
      if (isAsked && score < MUST) isEnough = false
      console.log(
        `  ${device.padEnd(8)} ${category.padEnd(15)} ${score.toFixed(0)}${isAsked ? `   must ≥ ${MUST}` : ''}`,
      )
    }
    const said = (audit: string): string => reports[0]?.audits[audit]?.displayValue ?? '?'
    console.log(
      `  ${device.padEnd(8)} first paint ${said('first-contentful-paint')}, largest ${said('largest-contentful-paint')}, blocked ${said('total-blocking-time')}`,
    )
  }
} finally {
  // The whole group: npm, the bootstrap and Vite.
  if (game.pid !== undefined) process.kill(-game.pid, 'SIGTERM')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
if (!isEnough) throw new Error(`Lighthouse gave less than ${MUST}.`)

async function look(flags: readonly string[]): Promise<Report> {
  const file = join(folder, 'report.json')
  const ask = ['lighthouse', address, '--quiet', '--output=json', `--output-path=${file}`, ...flags]
  const chrome = '--chrome-flags=--headless=new --no-sandbox'
  await promisify(execFile)('npx', ['-y', '-p', LIGHTHOUSE, ...ask, chrome], { env })
  // What Lighthouse writes; a report without scores counts as 0.
  return JSON.parse(readFileSync(file, 'utf8')) as Report
}
