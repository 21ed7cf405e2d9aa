// Where the game lies, and where its builds for the tests go.
import { fileURLToPath } from 'node:url'

export const APP = fileURLToPath(new URL('../../apps/demo-game', import.meta.url))

/** The page with the hook for tests in it. */
export const E2E_BUILD = `${APP}/dist-e2e`

/** The game's server in one file. */
export const E2E_GAME = `${APP}/dist-e2e-game`

/** Pages of the tests' own, served beside the game. */
export const PAGES = fileURLToPath(new URL('../pages', import.meta.url))

/** Libraries that a dev server has prepared; apart from those of a developer's own. */
export const DEV_CACHE = `${APP}/node_modules/.vite/e2e`

/** The game as a process of its own. */
export const SERVE = fileURLToPath(new URL('../serve.mjs', import.meta.url))
