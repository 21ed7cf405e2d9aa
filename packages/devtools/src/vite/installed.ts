// Whether a project has a package, as the dev server finds it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Not by `resolve` from the folder alone: that looks where `NODE_PATH` says too, which package managers set and the dev server ignores. An
 * older release of the package may not have the module.
 */
export function isInstalled(folder: string, module: string): boolean {
  const [first = module, second = ''] = module.split('/')
  const installed = join(folder, 'node_modules', first.startsWith('@') ? `${first}/${second}` : first)
  if (!existsSync(installed)) return dirname(folder) !== folder && isInstalled(dirname(folder), module)
  try {
    return createRequire(join(installed, 'any.js')).resolve(module) !== ''
  } catch {
    return false
  }
}
