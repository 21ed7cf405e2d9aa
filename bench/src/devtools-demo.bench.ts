// What the closed inspector adds to the demo: twelve players in motion at 60 Hz on two dev servers, one with the plugin and one without,
// two pages side by side. Both are watched in the same seconds, so that what else the machine does falls on both; pages of their own for every
// contest, opened in turns in either order, and contests of two pages without the plugin, which say how far alike pages differ.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median, printFigures } from './measure.js'
import { freePort } from './served.js'

const APP = join(process.cwd(), 'apps/demo-game')
const SYSTEM_CHROMIUM = '/usr/bin/chromium'
const PLUGIN = 'painda:devtools'
const WARM_UP_MS = 5_000
const WATCHED_MS = 4_000
const ROUNDS = 4
const CONTESTS = 6
const CONTROLS = 3

interface Plugin {
  readonly name?: string
}
interface Vite {
  loadConfigFromFile(env: object, file: string, root: string): Promise<{ config: { plugins?: unknown[] } }>
  createServer(config: object): Promise<{ listen(): Promise<unknown>; close(): Promise<void> }>
}
interface Session {
  send(method: string): Promise<unknown>
}
interface Page {
  goto(url: string): Promise<unknown>
  getByTestId(id: string): { fill(text: string): Promise<void>; click(): Promise<void> }
  waitForSelector(selector: string, options?: { state: 'attached' }): Promise<unknown>
  evaluate<T>(script: string): Promise<T>
  context(): { newCDPSession(page: Page): Promise<Session> }
}
interface Playwright {
  chromium: {
    launch(options: object): Promise<{
      newContext(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
      close(): Promise<void>
    }>
  }
}

async function load<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(process.cwd(), 'node_modules', path)).href)) as T
}

/** A dev server of the demo; without the inspector its game runs all the same. */
async function serve(withPlugin: boolean): Promise<{ url: string; close(): Promise<void> }> {
  const vite = await load<Vite>('vite/dist/node/index.js')
  const { config } = await vite.loadConfigFromFile(
    { command: 'serve', mode: 'development' },
    join(APP, 'vite.config.ts'),
    APP,
  )
  const plugins = (config.plugins ?? []).flat(3) as Plugin[]
  if (!plugins.some(({ name }) => name === PLUGIN)) throw new Error('wrong result: no such plugin')
  const port = await freePort()
  const server = await vite.createServer({
    ...config,
    root: APP,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(process.cwd(), 'bench/node_modules/.painda', withPlugin ? 'with' : 'without'),
    plugins: plugins.filter(({ name }) => withPlugin || name !== PLUGIN),
    server: { host: '127.0.0.1', port, strictPort: true, hmr: { port: await freePort() } },
  })
  await server.listen()
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

interface Watched {
  /** Of the page's main thread, milliseconds so far. */
  read(): Promise<{ script: number; thread: number }>
}

async function watch(page: Page, url: string, withPlugin: boolean): Promise<Watched> {
  await page.goto(url)
  await page.getByTestId('join-name').fill('Ada')
  await page.getByTestId('join-submit').click()
  await page.waitForSelector('[data-testid="game"][data-status="joined"]')
  // It comes after the page: what it needs is loaded when the game is there.
  if (withPlugin) await page.waitForSelector('painda-devtools', { state: 'attached' })
  const isThere = await page.evaluate<boolean>(`document.querySelector('painda-devtools') !== null`)
  if (isThere !== withPlugin) throw new Error('wrong result: the inspector is there, or is not')
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return {
    async read() {
      const { metrics } = (await session.send('Performance.getMetrics')) as {
        metrics: readonly { name: string; value: number }[]
      }
      const of = (name: string): number =>
        (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1_000
      return { script: of('ScriptDuration'), thread: of('ThreadTime') }
    },
  }
}

// The bench itself runs as production; these two are development servers, in a lobby where everybody walks and nobody paints.
Object.assign(process.env, {
  NODE_ENV: 'development',
  E2E: '1',
  PP_FILL: '12',
  PP_TIMING: 'lobby:600',
  PP_TICK_HZ: '60',
})
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const servers = [await serve(true), await serve(false)]
const { chromium } = await load<Playwright>('@playwright/test/index.mjs')
const browser = await chromium.launch(existsSync(SYSTEM_CHROMIUM) ? { executablePath: SYSTEM_CHROMIUM } : {})

interface Ratios {
  script: number[]
  thread: number[]
}

/** The first page by the second, round by round. */
async function contest(first: boolean, second: boolean, ratios: Ratios, isTurned: boolean): Promise<void> {
  const contexts = []
  const pages: Watched[] = []
  for (const withPlugin of isTurned ? [second, first] : [first, second]) {
    const context = await browser.newContext({ viewport: { width: 900, height: 600 } })
    contexts.push(context)
    pages.push(await watch(await context.newPage(), servers[withPlugin ? 0 : 1]?.url ?? '', withPlugin))
  }
  if (isTurned) pages.reverse()
  await wait(WARM_UP_MS)
  const readAll = () => Promise.all(pages.map((page) => page.read()))
  let before = await readAll()
  for (let round = 0; round < ROUNDS; round++) {
    await wait(WATCHED_MS)
    const after = await readAll()
    for (const name of ['script', 'thread'] as const) {
      const [one, other] = after.map((now, index) => now[name] - (before[index]?.[name] ?? 0))
      ratios[name].push((one ?? Number.NaN) / (other ?? Number.NaN))
    }
    before = after
  }
  for (const context of contexts) await context.close()
}

try {
  const plugin: Ratios = { script: [], thread: [] }
  const alike: Ratios = { script: [], thread: [] }
  for (let turn = 0; turn < CONTESTS; turn++) {
    await contest(true, false, plugin, turn % 2 === 1)
    if (turn < CONTROLS) await contest(false, false, alike, turn % 2 === 1)
  }
  printFigures('the closed inspector in the demo', [
    {
      what: 'main thread with the plugin, closed, without = 1',
      ours: median(plugin.thread),
      must: 1.02,
      aim: 1.01,
      // Script is told in time that has passed, not in processor time: it moves with whatever else the machine does.
      note: `script ${median(plugin.script).toFixed(3)}; ${CONTESTS * ROUNDS} pairs of ${WATCHED_MS / 1_000} s`,
    },
  ])
  console.log(
    `  two pages alike: ${median(alike.thread).toFixed(3)}, single pairs from ${Math.min(...alike.thread).toFixed(2)} to ${Math.max(...alike.thread).toFixed(2)}`,
  )
} finally {
  await browser.close()
  for (const server of servers) await server.close()
}
