// The modules that a page of the dev server runs for the inspector, as text: they import our own files by their paths.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { offering, type Converter } from './converters.js'

export interface PageModules {
  /** The hook at once, the overlay in a moment of rest. */
  page(): string
  /** What Vite DevTools call when somebody chooses the inspector in their dock. */
  dock(): string
}

export interface PageModulesOptions {
  /** Of `mountDevtools`. */
  options: object
  /** Where our files are. */
  folder: URL
  /** Of the dev server’s URLs. */
  base: string
  converters: readonly Converter[]
}

export function pageModules({ options, folder, base, converters }: PageModulesOptions): PageModules {
  const given = JSON.stringify(options)
  return {
    page: () => `import { installHook } from ${importPath(folder, 'hook')}
import { createRecordingLane } from ${importPath(folder, 'recording-lane')}
import { createDeskLane } from ${importPath(folder, 'desk-lane')}
import { createServerLane } from ${importPath(folder, 'server-lane')}
import { createEditor } from ${importPath(folder, 'editor')}
const hook = installHook(globalThis)
hook.editor = createEditor(${JSON.stringify(base)}, (...asked) => fetch(...asked))
if (import.meta.hot) {
  const clientIds = () => hook.clients().flatMap(({ client }) => client.id ?? [])
  hook.server = createServerLane({ hot: import.meta.hot, recorder: hook.recorder, clientIds })
  hook.desk = createDeskLane({ hot: import.meta.hot })
  hook.recording = createRecordingLane(import.meta.hot, Date.now)
}
${offering(converters)}const load = () => import(${importPath(folder, 'index')}).then(({ mountDevtools }) => mountDevtools(${given}))
if (document.readyState === 'complete') load()
else addEventListener('load', load, { once: true })
`,
    dock: () => `import { mountDevtools } from ${importPath(folder, 'index')}
import { showInViteDevtools } from ${importPath(folder, 'in-vite-devtools')}
export default (context) => showInViteDevtools(() => mountDevtools(${given}), context)
`,
  }
}

/** Our own file, by its path: the app's folder may not be able to resolve the package's name. */
function importPath(folder: URL, name: string): string {
  const source = fileURLToPath(new URL(`${name}.ts`, folder))
  const path = existsSync(source) ? source : fileURLToPath(new URL(`${name}.js`, folder))
  return JSON.stringify(path.replaceAll('\\', '/'))
}

/** In this workspace the page runs from source even where the plugin itself was loaded as built. */
export function sourcesBeside(folder: URL): URL {
  const sources = new URL('../src/', folder)
  return existsSync(sources) ? sources : folder
}
