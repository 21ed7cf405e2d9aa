// The demo's sources in a folder of their own, so that a test may edit them.
import { cp, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APP } from './paths.js'

const COPIED = [
  'src',
  'vite',
  'public',
  'index.html',
  'package.json',
  'vite.config.ts',
  'vite-game-server.ts',
]

export interface Copy {
  readonly folder: string
  /** As an editor saves: the first place that reads `before` reads `after`. */
  edit(file: string, before: string, after: string): Promise<void>
  remove(): Promise<void>
}

export async function copyGame(): Promise<Copy> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'painda-game-')))
  for (const name of COPIED) await cp(join(APP, name), join(folder, name), { recursive: true })
  await symlink(join(APP, 'node_modules'), join(folder, 'node_modules'))
  const aside = `${folder}.saving`
  return {
    folder,
    async edit(file, before, after) {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8')
      if (!text.includes(before)) throw new Error(`${file} does not say "${before}".`)
      // At once: a watcher must not see half of it, or nothing.
      await writeFile(aside, text.replace(before, after))
      await rename(aside, path)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
