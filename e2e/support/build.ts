// Builds the page for the tests, once per run. Half a second: asking whether the last build is still fresh would cost
// more than it saves.
import { build } from 'vite'
import { APP, E2E_BUILD } from './paths.js'

export default async function buildForTests(): Promise<void> {
  await buildPage('e2e', E2E_BUILD)
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
