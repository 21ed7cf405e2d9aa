// Where things are: the root, the packages, and the files of a folder. Everything else in scripts asks here.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** Folders that hold nothing written by hand. */
const GENERATED = new Set(['node_modules', 'dist', 'coverage', 'test-results', 'playwright-report', '.git'])

export const at = (...parts) => join(ROOT, ...parts)

export const exists = (...parts) => existsSync(at(...parts))

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** The JavaScript entry of a tool installed at the root, to run with process.execPath: no shell, no .cmd files. */
export const tool = (path) => at('node_modules', path)

/** Seconds since `start` (a performance.now()), as people read them. */
export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`

/** Names of the folders directly in `folder`, sorted; empty when it does not exist. */
export function foldersIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !GENERATED.has(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/** Paths of all files below `folder`, relative to `root` and with `/`, sorted; generated folders are left out. */
export function filesBelow(folder, root = ROOT) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        return GENERATED.has(entry.name) || entry.name.startsWith('dist-') ? [] : filesBelow(path, root)
      }
      return entry.isFile() ? [relative(root, path).split(sep).join('/')] : []
    })
    .sort()
}

/** Folders of the workspace that own a package.json, relative to the root. */
export function workspaceFolders() {
  const nested = ['packages', 'apps'].flatMap((group) =>
    foldersIn(at(group)).map((name) => `${group}/${name}`),
  )
  return [...nested, 'e2e', 'bench'].filter((folder) => exists(folder, 'package.json'))
}
