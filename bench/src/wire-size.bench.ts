// What a page pulls: the client as it is published, bundled with everything that it uses and nothing else, minified and
// gzipped. Libraries that an application has anyway (react, zustand, immer) are left out. `PP_BENCH_PARTS=1` also says what
// each file weighs in it.
import { SourceMap } from 'node:module'
import type { SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { printFigures } from './measure.js'

const root = process.cwd()

interface Vite {
  build(config: object): Promise<{ output: Chunk[] }>
  readonly defaultClientConditions: readonly string[]
}

interface Chunk {
  readonly type: string
  readonly name?: string
  readonly code?: string
  readonly map?: SourceMapPayload
}

interface Size {
  readonly minified: number
  readonly gzipped: number
  readonly code: string
  readonly map: SourceMapPayload | undefined
}

/** The chunks of a bundle by name: `entry`, with `isSplit` also `protocol`, and one for each part that is loaded later. */
async function bundle(source: string, isSplit: boolean): Promise<Map<string, Size>> {
  // The workspace's own bundler; bundling it into this benchmark would be absurd.
  const vite = (await import(pathToFileURL(join(root, 'node_modules/vite/dist/node/index.js')).href)) as Vite
  const { output } = await vite.build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['painda-source', ...vite.defaultClientConditions] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id: string) => (id === 'entry' ? '\0entry' : null),
        load: (id: string) => (id === '\0entry' ? source : null),
      },
    ],
    build: {
      write: false,
      minify: true,
      sourcemap: 'hidden',
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: { entry: 'entry' },
        external: [/^(react|zustand|immer)(\/|$)/],
        preserveEntrySignatures: 'strict',
        output: {
          format: 'es',
          ...(isSplit
            ? { codeSplitting: { groups: [{ name: 'protocol', test: /packages\/protocol\// }] } }
            : {}),
        },
      },
    },
  })
  const chunks = output.filter(({ type }) => type === 'chunk')
  return new Map(
    chunks.map(({ name = '', code = '', map }) => [
      name,
      { minified: code.length, gzipped: gzippedLength(code), code, map },
    ]),
  )
}

const gzippedLength = (code: string): number => gzipSync(code, { level: 9 }).length

/** Per file of the packages, what gzip saves when its code is cut out: text that others repeat weighs nothing. */
function weights({ code, gzipped, map }: Size): [file: string, bytes: number][] {
  if (map === undefined) return []
  const sources = new SourceMap(map)
  const owners = code.split('\n').flatMap((line, at) =>
    // With the end of its line.
    Array.from({ length: line.length + 1 }, (_, column) => {
      // What the bundler wrote itself has no source, whatever the types say.
      const { originalSource = '' }: { originalSource?: string } = sources.findEntry(at, column)
      return originalSource.replace(/^.*packages\//, '')
    }),
  )
  return [...new Set(owners)]
    .map((file): [string, number] => {
      const rest = [...code].filter((_, at) => owners[at] !== file).join('')
      return [file, gzipped - gzippedLength(rest)]
    })
    .sort(([, a], [, b]) => b - a)
}

const path = (file: string): string => JSON.stringify(join(root, 'packages', file))

const client = await bundle(`export { PPClient } from ${path('client/src/index.ts')}`, true)
// Every name that the client offers is kept: contract helpers and error table too.
const whole = await bundle(`export * from ${path('client/src/index.ts')}`, true)
const app = await bundle(
  `export { PPClient, PPProvider, usePPRoom, usePPRoomState, usePPEvent, usePPStatus, usePresence, useAck }
   from ${path('react/src/index.ts')}`,
  false,
)

const kB = (bytes = 0): number => bytes / 1000
const protocol = client.get('protocol')
const allOfIt = whole.get('protocol')
const entry = app.get('entry')

printFigures('what a page pulls, kB minified and gzipped', [
  {
    what: '@painda/protocol, what the client uses of it',
    ours: kB(protocol?.gzipped),
    must: 9,
    aim: 7,
    note: `${kB(protocol?.minified).toFixed(1)} kB minified; ${kB(allOfIt?.gzipped).toFixed(1)} with every name of the client`,
  },
  {
    what: 'client and hooks as an application imports them',
    ours: kB(entry?.gzipped),
    must: 24,
    aim: 18,
    note: `${kB(entry?.minified).toFixed(1)} kB minified`,
  },
])
if (process.env['PP_BENCH_PARTS'] === '1' && entry !== undefined) {
  console.log('  what each file weighs in the second, kB gzipped')
  for (const [file, bytes] of weights(entry)) console.log(`  ${kB(bytes).toFixed(2).padStart(6)}  ${file}`)
}
