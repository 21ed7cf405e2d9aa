// Runs a module of this folder in Chromium, as built for a browser.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const SYSTEM_CHROMIUM = '/usr/bin/chromium'

interface Vite {
  defaultClientConditions: string[]
  build(config: object): Promise<{ output: { code?: string }[] }>
}
interface Page {
  evaluate<T>(script: string): Promise<T>
}
interface Playwright {
  chromium: {
    launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
  }
}

/** What `name()` of `src/<module>.ts` returns there; null where no Chromium is installed. */
export async function inChromium<T>(module: string, name: string): Promise<T | null> {
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
    return await page.evaluate<T>(`bench.${name}()`)
  } finally {
    await browser.close()
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
