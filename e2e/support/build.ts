// Builds page and server of the game for the tests, once per run. A second: asking whether the last build is still fresh
// would cost more than it saves.
import { build, defaultClientConditions, defaultServerConditions } from 'vite'
import { APP, E2E_BUILD, E2E_GAME, PAGES } from './paths.js'

export default async function buildForTests(): Promise<void> {
  await buildPage('e2e', E2E_BUILD)
  await buildOwnPage('two-providers')
  await buildGame()
}

/** Some twenty servers are started in a run: from source each would take two seconds of the processor. */
async function buildGame(): Promise<void> {
  const conditions = ['painda-source', ...defaultServerConditions]
  await build({
    configFile: false,
    root: APP,
    // As `vite preview` loads it from source: with the sentences of errors.
    mode: 'development',
    publicDir: false,
    logLevel: 'error',
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: 'src/server/main.ts',
      outDir: E2E_GAME,
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  })
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
