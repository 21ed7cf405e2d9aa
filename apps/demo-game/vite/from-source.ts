// Loads a module of this app in Node with the workspace's packages taken from their sources, whatever was built before.
import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defaultServerConditions, runnerImport } from 'vite'

/** Every package of the workspace exports its sources under this condition. */
const SOURCE = 'painda-source'

export const clientConditions = [SOURCE, ...defaultClientConditions]
export const serverConditions = [SOURCE, ...defaultServerConditions]

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** `file`: relative to the app's folder. */
export async function importFromSource<Module>(file: string): Promise<Module> {
  const { module } = await runnerImport<Module>(`${ROOT}${file}`, {
    root: ROOT,
    logLevel: 'error',
    environments: { inline: { resolve: { conditions: serverConditions, noExternal: [/^@painda\//] } } },
  })
  return module
}
