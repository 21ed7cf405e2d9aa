// Runs a module of this folder in Chromium, as built for a browser.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const SYSTEM_CHROMIUM = '/usr/bin/chromium'

interface Vite {
  defaultClientConditions: string[]
  build(config: object): Promise<{ output: { code?: string }[] }>
}
interface Metrics {
  metrics: readonly { name: string; value: number }[]
}
interface Page {
  evaluate<T>(script: string): Promise<T>
  context(): {
    newCDPSession(page: Page): Promise<{ send(method: string): Promise<unknown> }>
  }
}
interface Playwright {
  chromium: {
    launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
  }
}

export interface BenchPage {
  /** What a call of one of the module's functions returns: `watch(true)`. */
  run<T>(call: string): Promise<T>
  /** Processor time of the page's main thread so far: script, layout, painting and collecting, whatever else the machine does. */
  threadMs(): Promise<number>
  close(): Promise<void>
}

/** What `name()` of `src/<module>.ts` returns there; null where no Chromium is installed. */
export async function inChromium<T>(module: string, name: string): Promise<T | null> {
  const page = await openChromium(module)
  if (page === null) return null
  try {
    return await page.run<T>(`${name}()`)
  } finally {
    await page.close()
  }
}

/** A page with `src/<module>.ts` in it; null where no Chromium is installed. */
export async function openChromium(module: string): Promise<BenchPage | null> {
  const playwright = await load<Playwright>('@playwright/test/index.mjs')
  const browser = await playwright.chromium
    .launch({
      ...(existsSync(SYSTEM_CHROMIUM) ? { executablePath: SYSTEM_CHROMIUM } : {}),
      args: ['--js-flags=--expose-gc'],
    })
    .catch(() => null)
  if (browser === null) return null
  try {
    const page = await browser.newPage()
    await page.evaluate(await bundle(module))
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    return {
      run: (call) => page.evaluate(`bench.${call}`),
      async threadMs() {
        const { metrics } = (await session.send('Performance.getMetrics')) as Metrics
        const found = metrics.find(({ name }) => name === 'ThreadTime')
        if (found === undefined) throw new Error('wrong result: this Chromium tells no ThreadTime')
        return found.value * 1_000
      },
      close: () => browser.close(),
    }
  } catch (thrown) {
    await browser.close()
    throw thrown
  }
}

async function bundle(module: string): Promise<string> {
  const vite = await load<Vite>('vite/dist/node/index.js')
  const { output } = await vite
    .build({
      root: join(process.cwd(), 'bench'),
      configFile: false,
      logLevel: 'error',
      resolve: { conditions: ['painda-source', ...vite.defaultClientConditions] },
      // As an application's bundle has it: the libraries then leave their checks for developers out.
      define: { 'process.env.NODE_ENV': JSON.stringify('production') },
      build: {
        write: false,
        target: 'es2022',
        lib: { entry: join(process.cwd(), 'bench/src', `${module}.ts`), formats: ['iife'], name: 'bench' },
      },
    })
    // With one format there is one bundle, in a list.
    .then(
      (built) =>
        (Array.isArray(built) ? (built as { output: { code?: string }[] }[])[0] : built) ?? { output: [] },
    )
  return `${output.map((chunk) => chunk.code ?? '').join('')};window.bench = bench`
}

/** A tool of the workspace, at run time: bundled into a benchmark it would be most of it. */
async function load<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(process.cwd(), 'node_modules', path)).href)) as T
}
