// What a v3 client pulls from `@painda/protocol`: exactly the values that the client's source imports, bundled, minified and
// gzipped.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { printFigures } from './measure.js'

const root = process.cwd()

/** Names that the client's source imports as values. */
function importedNames(): string[] {
  const folder = join(root, 'packages/client/src')
  const names = new Set<string>()
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, list] of text.matchAll(/import \{([^}]*)\} from '@painda\/protocol'/g)) {
      for (const name of (list ?? '').split(',')) {
        const trimmed = name.trim()
        if (trimmed !== '' && !trimmed.startsWith('type ')) names.add(trimmed.split(' ')[0] ?? '')
      }
    }
  }
  return [...names].sort()
}

interface Vite {
  build(config: object): Promise<{ output: { type: string; code?: string }[] }>
}

async function sizeOf(names: readonly string[]): Promise<{ minified: number; gzipped: number }> {
  // The workspace's own bundler; bundling it into this benchmark would be absurd.
  const vite = (await import(pathToFileURL(join(root, 'node_modules/vite/dist/node/index.js')).href)) as Vite
  const entry = '\0entry'
  const { output } = await vite.build({
    root: join(root, 'packages/protocol'),
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id: string) => (id === 'entry' ? entry : null),
        load: (id: string) =>
          id === entry
            ? `export { ${names.join(', ')} } from '${join(root, 'packages/protocol/src/index.ts')}'`
            : null,
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: 'entry', preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  })
  const code = output.map((chunk) => chunk.code ?? '').join('')
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length }
}

const names = importedNames().filter((name) => name !== 'createJsonCodec')
const withCodec = [...new Set([...names, 'createWireCodec', 'createTreeHash'])]
const size = await sizeOf(withCodec)
printFigures('what a v3 client pulls from @painda/protocol, kB gzipped', [
  {
    what: 'minified gzip',
    ours: size.gzipped / 1000,
    must: 9,
    aim: 7,
    note: `${(size.minified / 1000).toFixed(1)} kB minified, ${withCodec.length} names`,
  },
])
console.log(`  ${withCodec.join(' ')}`)
