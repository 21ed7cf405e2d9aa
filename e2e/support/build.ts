// Builds the page for the tests, once per run. Half a second: asking whether the last build is still fresh would cost
// more than it saves.
import { build, defaultClientConditions } from 'vite'
import { APP, E2E_BUILD, PAGES } from './paths.js'

export default async function buildForTests(): Promise<void> {
  await buildPage('e2e', E2E_BUILD)
  await buildOwnPage('two-providers')
}

/** What `vite build` makes of the game in that mode. */
export async function buildPage(mode: string, outDir: string): Promise<void> {
  await build({
    root: APP,
    mode,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
}

/** A page of the tests' own, from source; the game's server has it at `/<name>/`. */
async function buildOwnPage(name: string): Promise<void> {
  await build({
    configFile: false,
    root: `${PAGES}/${name}`,
    base: `/${name}/`,
    logLevel: 'error',
    resolve: { conditions: ['painda-source', ...defaultClientConditions] },
    oxc: { jsx: { runtime: 'automatic' } },
    build: { outDir: `${E2E_BUILD}/${name}`, emptyOutDir: true },
  })
}
