// @vitest-environment node
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createInspector } from '@painda/protocol'
import { build, createServer, resolveConfig, type InlineConfig } from 'vite'
import { expect, test, vi } from 'vitest'
import { paindaDevtools } from '../src/vite.js'
import { answerPlace, modulesOf } from '../src/vite-place.js'

const root = fileURLToPath(new URL('./fixtures/app', import.meta.url))

function config(extra: InlineConfig = {}): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [paindaDevtools({ corner: 'bottom-left' })],
    resolve: { conditions: ['painda-source', 'browser', 'development', 'module'] },
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ...extra,
  }
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Names that only the inspector uses; the first two are what a page would load it by. */
const MARKERS = [
  'virtual:painda-devtools',
  'painda.devtools',
  'painda-devtools',
  'mountDevtools',
  'installHook',
]

test('a runner of tests that nobody knows is refused where the config is read', () => {
  const runner = 'jest' as string as 'vitest'
  expect(() => paindaDevtools({ tests: { runner } })).toThrow(
    'tests.runner is "jest", and there are vitest and playwright.',
  )
})

test('an option that there is not is told, with the one that was meant', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const options: object = { sever: './server/main.ts' }
  paindaDevtools(options)
  expect(warn.mock.calls).toEqual([
    ['[painda] paindaDevtools() has no option "sever" (did you mean "server"?).'],
  ])
})

test('the dev page loads the hook before anything of the app, and the overlay after it', async () => {
  const server = await createServer(config({ base: '/game/' }))
  try {
    const html = await server.transformIndexHtml(
      '/index.html',
      '<head><script type="module" src="/main.ts"></script></head>',
    )
    const scripts = [...html.matchAll(/src="([^"]+)"/g)].map(([, src]) => src)
    const hook = scripts.findIndex((src) => src === '/game/@id/__x00__virtual:painda-devtools')
    expect(hook).toBeGreaterThanOrEqual(0)
    expect(hook).toBeLessThan(scripts.findIndex((src) => src?.endsWith('main.ts')))

    const page = await server.transformRequest('\0virtual:painda-devtools')
    expect(page?.code).toContain('installHook(globalThis)')
    expect(page?.code).toContain('{"corner":"bottom-left"}')
    expect(page?.code).toMatch(/import\("[^"]*\/devtools\/src\/index\.ts"\)/)
  } finally {
    await server.close()
  }
})

test('the page takes the words for a validator’s shape from the project, where it has them', async () => {
  const pageOf = async (of: InlineConfig) => {
    const server = await createServer(config(of))
    try {
      const page = await server.transformRequest('\0virtual:painda-devtools')
      return { code: page?.code ?? '', include: server.config.optimizeDeps.include }
    } finally {
      await server.close()
    }
  }
  const withZod = await pageOf({})
  expect(withZod.code).toMatch(/import\("[^"]*zod[^"]*"\)\.then\(\(\{ toJSONSchema \}\)/)
  expect(withZod.code).not.toContain('toJsonSchema')
  expect(withZod.include).toContain('zod/v4/core')
  const without = await pageOf({ root: tmpdir() })
  expect(without.code).toContain('installHook')
  expect([without.code, ...(without.include ?? [])].join('\n')).not.toMatch(/zod|valibot/)
})

test('every module of the overlay is one the dev server can serve, with Preact and not the app’s React', async () => {
  const server = await createServer(config())
  try {
    const overlay = await server.transformRequest(
      fileURLToPath(new URL('../src/overlay/dock.tsx', import.meta.url)),
    )
    expect(overlay?.code).toMatch(/preact[^"]*jsx-(dev-)?runtime/)
    // Wherever the repository lies, also in a folder of that name.
    expect(overlay?.code.replaceAll(ROOT, '')).not.toMatch(/["/]react/)
  } finally {
    await server.close()
  }
})

test('with a nonce for a strict policy, our script carries it', async () => {
  const server = await createServer(config({ html: { cspNonce: 'n0nce' } }))
  try {
    const html = await server.transformIndexHtml('/index.html', '<head></head>')
    expect(html).toMatch(/<script[^>]*virtual:painda-devtools[^>]*nonce="n0nce"/)
  } finally {
    await server.close()
  }
})

test('a production build holds nothing of it', async () => {
  const result = await build(config({ build: { write: false, minify: false } }))
  const outputs = [result].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []))
  const text = outputs.map((file) => (file.type === 'chunk' ? file.code : String(file.source))).join('\n')
  // The control: it is the app that was built, and the search can find things in it.
  expect(text).toContain('the app itself')
  expect(MARKERS.filter((marker) => text.includes(marker))).toEqual([])
})

const reactRoot = fileURLToPath(new URL('./fixtures/react-app', import.meta.url))

/** `vite build` says "production" by itself, but not where a test runner has said "test" before. */
async function builtWithComponent(nodeEnv: string): Promise<string> {
  const define = { 'process.env.NODE_ENV': JSON.stringify(nodeEnv) }
  const result = await build(
    config({ root: reactRoot, plugins: [], build: { write: false, minify: false }, define }),
  )
  const outputs = [result].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []))
  return outputs.map((file) => (file.type === 'chunk' ? file.code : String(file.source))).join('\n')
}

test('of <PPDevtools/> and of the panel in TanStack Devtools a production build holds functions that show nothing, and nothing else', async () => {
  const text = await builtWithComponent('production')
  expect(text).toContain('the app itself')
  expect(MARKERS.filter((marker) => text.includes(marker))).toEqual([])
  expect(text).not.toMatch(/packages\/devtools\/src\/(?!react(-tanstack)?\.ts)/)
})

test('the same search finds the inspector in a build for development', async () => {
  const text = await builtWithComponent('development')
  expect(MARKERS.filter((marker) => text.includes(marker))).toEqual(MARKERS.slice(1))
})

test('a preview of the build does without it too', async () => {
  const names = async (inline: InlineConfig, isPreview: boolean) =>
    (await resolveConfig(inline, 'serve', 'development', 'development', isPreview)).plugins.map(
      ({ name }) => name,
    )
  expect(await names(config(), true)).not.toContain('painda:devtools')
  expect(await names(config(), false)).toContain('painda:devtools')
})

test('code of the server cannot load it', async () => {
  const server = await createServer(config())
  try {
    const plugins = server.environments['ssr']?.plugins.map(({ name }) => name)
    expect(plugins).not.toContain('painda:devtools')
  } finally {
    await server.close()
  }
})

test('without a port of its own too, a dev server follows game servers once, restarted or not, and no longer than it runs', async () => {
  const key = Symbol.for('painda.devtools')
  const server = await createServer(config())
  for (let turn = 0; turn < 3; turn++) await server.restart()
  const hook: { attachServer?(server: object): void } | undefined = Reflect.get(globalThis, key)
  let journals = 0
  const inspector = Object.defineProperty(createInspector(), 'journal', {
    set() {
      journals++
    },
  })
  hook?.attachServer?.({ inspector, rooms: () => [], getClients: () => [], acceptTransport() {} })
  expect(journals).toBe(1)
  await server.close()
  expect(Reflect.has(globalThis, key)).toBe(false)
})

test('tools are answered by the dev server, and nobody else’s page is', async () => {
  const server = await createServer(
    config({ server: { ws: false, watch: null, port: 0, host: '127.0.0.1' } }),
  )
  try {
    await server.listen()
    const address = server.httpServer?.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const url = `http://127.0.0.1:${port}/__painda/frames`
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toMatchObject({ events: [] })
    expect((await fetch(url, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  } finally {
    await server.close()
  }
})

test('a place in what the browser runs is answered with the file and the line that somebody wrote', async () => {
  const server = await createServer(config({ base: '/game/' }))
  try {
    await server.transformRequest('/typed.ts')
    const ask = (url: string, line = 1, column = 7) =>
      answerPlace(modulesOf(server), {
        method: 'GET',
        url: `/__painda/place?${new URLSearchParams({ url, line: String(line), column: String(column) })}`,
        headers: { host: 'localhost:5173' },
        socket: { remoteAddress: '127.0.0.1' },
      })
    const found = await ask('http://localhost:5173/game/typed.ts?t=1760000000000')
    // Types fall out, and with them lines: what is first in the browser is not first in the file.
    expect(found).toEqual({
      status: 200,
      body: { file: `${root}/typed.ts`, path: 'typed.ts', line: 5, column: 1 },
    })
    expect((await ask('http://localhost:5173/game/nothing.ts'))?.status).toBe(404)
    expect((await ask('/game/typed.ts', 0))?.status).toBe(400)
    const stranger = {
      method: 'GET',
      headers: { host: 'evil.example' },
      socket: { remoteAddress: '127.0.0.1' },
    }
    expect(
      (await answerPlace(modulesOf(server), { ...stranger, url: '/__painda/place?url=/x' }))?.status,
    ).toBe(403)
    expect(answerPlace(modulesOf(server), { ...stranger, url: '/main.ts' })).toBeNull()
  } finally {
    await server.close()
  }
})
