// The Vite plugin: puts the hook into the page's head before the app's own script, and loads the overlay when the page
// has time. Works on the dev server only; a build, a preview and server code never see it.
import { readFileSync } from 'node:fs'
import { join, relative, resolve as resolvePath } from 'node:path'
import process from 'node:process'
import { PPError, unknownNames, warnOnce, type Undo } from '@painda/protocol'
import { normalizePath } from 'vite'
import type { Plugin, WebSocketClient } from 'vite'
import { answerPlace, modulesOf } from './vite-place.js'
import { gameServerPlugin } from './vite-game-plugin.js'
import { createServerStream, followServers } from './server-stream.js'
import { createToolsEndpoint } from './tools-endpoint.js'
import { createDesk } from './vite/desk.js'
import { type DockHost, registerDock } from './vite/dock-entry.js'
import { convertersOf, type Converter } from './vite/converters.js'
import { createJournals } from './vite/journals.js'
import { createOwnPages } from './vite/own-pages.js'
import { pageModules, sourcesBeside } from './vite/page-modules.js'
import { RUNNERS, type TestRunner } from './vite/spec-text.js'
import { createTestFiles, runnerOf } from './vite/test-files.js'

export interface PaindaDevtoolsOptions {
  /** Where the button sits. Default `bottom-right`. */
  corner?: 'bottom-right' | 'bottom-left'
  /** Modifiers and a letter, e.g. `ctrl+alt+d`; false for none. Default `alt+shift+p`. */
  hotkey?: string | false
  /**
   * The module of the game server, relative to Vite's root, such as `./server/main.ts`. It exports `start(httpServer)`, which makes
   * the PPServer on the dev server's port, and `setup(server)`, which registers all that it does. Saving a file of it gives the running
   * server the new code: rooms, sockets and state go on. Default: the game server runs elsewhere.
   */
  server?: string
  /** Where "Export as test" writes. */
  tests?: TestOptions
}

export interface TestOptions {
  /** Below the project's root. Default `tests/recorded`. */
  folder?: string
  /**
   * The module, below the root, whose `setup(server)` makes a server what it is, and whose `contract` is yours. Default: that of
   * `server`; without one, `setup.ts` in the folder, which the first test brings along for you to fill in.
   */
  setup?: string
  /** Whose tests they are. Default: Vitest's, where the project has it or has no Playwright. */
  runner?: TestRunner
}

const TESTS_FOLDER = 'tests/recorded'
const NOT_HERE = 'Only a page that is open on the dev server’s own machine, at localhost, may write files.'

export type { TestRunner }
export type { GameServerApi } from './vite-game-plugin.js'
export type { GameServer, GameServerModule, ReloadNotice, RunningServer } from './vite-game-server.js'

const VIRTUAL_ID = 'virtual:painda-devtools'
/** Rollup's convention: no other plugin touches an id that begins like this. */
const RESOLVED = '\0'
/** The workspace's own condition in `exports`; published packages know nothing of it. */
const SOURCE_CONDITION = 'painda-source'
/** What Vite DevTools load when our entry of their dock is chosen. */
const DOCK_ID = `${VIRTUAL_ID}/dock`
/** How Vite writes such an id into a URL. */
const urlOf = (base: string, id: string): string => `${base}@id/__x00__${id}`

/** What the overlay needs from outside. Known from the start, so that Vite does not find them late and reload the page. */
const LIBRARIES = [
  'preact',
  'preact/hooks',
  'preact/jsx-runtime',
  'preact/jsx-dev-runtime',
  '@tanstack/virtual-core',
]

/**
 * Shows the inspector on every page of the dev server. A production build contains nothing of it.
 * @throws PPError `INVALID_ARGUMENT` for a runner of tests that is not known
 * @example
 * export default defineConfig({ plugins: [react(), paindaDevtools()] })
 */
export function paindaDevtools({ server, tests = {}, ...options }: PaindaDevtoolsOptions = {}): Plugin[] {
  const unknown = unknownNames(options, PAGE_OPTIONS)
  if (unknown !== null) warnOnce(`paindaDevtools() has no option ${unknown}.`)
  const { runner } = tests
  if (runner !== undefined && !Object.hasOwn(RUNNERS, runner)) {
    const known = Object.keys(RUNNERS).join(' and ')
    throw new PPError('INVALID_ARGUMENT', `tests.runner is "${runner}", and there are ${known}.`)
  }
  const inspector = inspectorPlugin(options, { ...(server === undefined ? {} : { setup: server }), ...tests })
  return server === undefined ? [inspector] : [inspector, gameServerPlugin(server)]
}

/** Those that are not for the server's side; it takes its own out first. */
const PAGE_OPTIONS = { corner: 0, hotkey: 0, server: 0, tests: 0 } satisfies Record<
  keyof PaindaDevtoolsOptions,
  0
>

type PageOptions = Omit<PaindaDevtoolsOptions, 'server' | 'tests'> & { app?: string }

/** Vite DevTools look for it; Vite itself knows it only where they are installed. */
interface DockedPlugin extends Plugin {
  devtools: { setup(host: DockHost): void }
}

function inspectorPlugin(options: PageOptions, tests: TestOptions): DockedPlugin {
  let base = '/'
  let app: string | null = null
  let folder = new URL('./', import.meta.url)
  let converters: readonly Converter[] = []
  /** Of each dev server, by its pages' environment: one that restarts makes another before it goes. */
  const closers = new WeakMap<object, Undo>()
  return {
    name: 'painda:devtools',
    apply: (_config, { command, isPreview }) => command === 'serve' && isPreview !== true,
    applyToEnvironment: ({ config }) => config.consumer === 'client',

    config: ({ resolve, root = process.cwd() }) => {
      converters = convertersOf(resolvePath(root))
      const isFromSource = resolve?.conditions?.includes(SOURCE_CONDITION) === true
      const libraries = isFromSource ? LIBRARIES : [...LIBRARIES, '@painda/protocol/spans']
      const ours = libraries.map((library) => `@painda/devtools > ${library}`)
      return { optimizeDeps: { include: [...ours, ...converters.map(({ module }) => module)] } }
    },
    configResolved(config) {
      base = config.base
      app = appOf(config.root)
      if (config.resolve.conditions?.includes(SOURCE_CONDITION) === true) folder = sourcesBeside(folder)
    },

    // Before the app's own plugins, one of which may start the game.
    configureServer: {
      order: 'pre',
      handler(devServer) {
        const { ws, middlewares, httpServer } = devServer
        const { root } = devServer.config
        const stream = createServerStream()
        const tools = createToolsEndpoint()
        const journals = createJournals()
        const desk = createDesk()
        const { folder: into = TESTS_FOLDER, setup = null, runner = runnerOf(root) } = tests
        const files = createTestFiles({ root, folder: into, setup, runner })
        const ownPages = createOwnPages()
        ws.on('connection', (socket, { socket: line }) => ownPages.connected(socket, line.remoteAddress))
        const unfollow = followServers(globalThis, (server) => {
          stream.attach(server)
          tools.attach(server)
          journals.attach(server)
          desk.attach(server)
        })
        ws.on('painda:watch', (asked: unknown, page) => {
          stream.watch(page, asked, (batch) => page.send('painda:events', batch))
          page.send('painda:servers', { count: stream.servers })
        })
        ws.on('painda:record', (asked: unknown, page) =>
          journals.record(page, asked, (event, data) => page.send(event, data)),
        )
        ws.on('painda:stop', (asked: unknown, page) =>
          journals.stop(page, asked, (event, data) => page.send(event, data)),
        )
        ws.on('painda:desk', (_asked: unknown, page) =>
          desk.watch(page, (event, data) => page.send(event, data)),
        )
        ws.on('painda:look', (asked: unknown, page) =>
          desk.look(asked, (event, data) => page.send(event, data)),
        )
        ws.on('painda:act', (asked: unknown, page) =>
          desk.act(asked, (event, data) => page.send(event, data)),
        )
        ws.on('painda:write-test', (asked: unknown, page: WebSocketClient) => {
          if (!ownPages.has(page.socket)) return page.send('painda:test-written', { problem: NOT_HERE })
          return void files.write(asked).then((written) => page.send('painda:test-written', written))
        })
        middlewares.use((request, response, next) => {
          const answer = answerPlace(modulesOf(devServer), request) ?? tools.answer(request)
          if (answer === null) return next()
          Promise.resolve(answer)
            .then(({ status, body }) => {
              response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
              response.end(JSON.stringify(body))
            })
            .catch(next)
        })
        const close = (): void => {
          unfollow()
          stream.close()
          tools.close()
          journals.close()
          desk.close()
        }
        closers.set(devServer.environments.client, close)
        httpServer?.once('close', close)
      },
    },

    /** A dev server within another one, in middleware mode, has no port of its own that would close. */
    closeBundle() {
      closers.get(this.environment)?.()
    },

    /** The page is told itself of what it has taken in; which file it was that somebody saved, only we know. */
    hotUpdate({ file, modules, server: { ws, config } }) {
      if (modules.length > 0) ws.send('painda:saved', { file: normalizePath(relative(config.root, file)) })
    },

    devtools: { setup: (host) => registerDock(host, urlOf(base, DOCK_ID)) },

    resolveId: (id) => (id === VIRTUAL_ID || id === DOCK_ID ? RESOLVED + id : undefined),
    load(id) {
      const given = app === null ? options : { ...options, app }
      const modules = pageModules({ options: given, folder, base, converters })
      if (id === RESOLVED + VIRTUAL_ID) return modules.page()
      return id === RESOLVED + DOCK_ID ? modules.dock() : undefined
    },

    // Module scripts run in the order of the page: first in the head is before the app, wherever its script stands.
    transformIndexHtml: () => [
      { tag: 'script', attrs: { type: 'module', src: urlOf(base, VIRTUAL_ID) }, injectTo: 'head-prepend' },
    ],
  }
}

/** `my-game 1.4.0`, as its package.json says; null where there is none that says so. */
function appOf(root: string): string | null {
  try {
    const { name, version } = Object(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))) as {
      name?: unknown
      version?: unknown
    }
    if (typeof name !== 'string') return null
    return typeof version === 'string' ? `${name} ${version}` : name
  } catch {
    return null
  }
}
