// What a page pulls: the client as it is published, bundled with everything that it uses and nothing else, minified and
// gzipped. Libraries that an application has anyway (react, zustand, immer) are left out.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { printFigures } from './measure.js'

const root = process.cwd()

interface Vite {
  build(config: object): Promise<{ output: { type: string; name?: string; code?: string }[] }>
  readonly defaultClientConditions: readonly string[]
}

interface Size {
  readonly minified: number
  readonly gzipped: number
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
    chunks.map(({ name = '', code = '' }) => [
      name,
      { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length },
    ]),
  )
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
