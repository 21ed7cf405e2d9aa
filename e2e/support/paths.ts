// Where the game lies, and where its builds for the tests go.
import { fileURLToPath } from 'node:url'

export const APP = fileURLToPath(new URL('../../apps/demo-game', import.meta.url))

/** The page with the hook for tests in it. */
export const E2E_BUILD = `${APP}/dist-e2e`

/** Libraries that a dev server has prepared; apart from those of a developer's own. */
export const DEV_CACHE = `${APP}/node_modules/.vite/e2e`
