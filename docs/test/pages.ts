// The code in the guides, as files: the blocks of a page whose info line names a file, over those of the guides' first page.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '..')

/** Every page with code, by its path below `docs`, without the ending. */
export const pages: readonly string[] = [
  'client',
  'hooks',
  'protocol',
  'recipes',
  'server',
  'testing',
].flatMap((folder) =>
  readdirSync(join(DOCS, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.slice(0, -'.md'.length)}`),
)

export type Files = { readonly [name: string]: string }

/** The files of a page. */
export function filesOf(page: string): Files {
  return { ...blocksOf('README'), ...blocksOf(page) }
}

function blocksOf(page: string): Files {
  const text = readFileSync(join(DOCS, `${page}.md`), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^```tsx? (\S+)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => [name, code]),
  )
}

export function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code)
}
