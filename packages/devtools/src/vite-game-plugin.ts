// The Vite side of vite-game-server.ts: which saved files are the game server's, and how its modules are loaded. They run in the module
// runner of Vite's `ssr` environment. A save loads anew what was saved and what imports it, up to the entry; modules that have
// nothing to do with it stay as they are, libraries and their classes among them.
import type { Server as HttpServer } from 'node:http'
import { relative, resolve } from 'node:path'
import { isRunnableDevEnvironment, normalizePath } from 'vite'
import type { DevEnvironment, EnvironmentModuleNode, Plugin, RunnableDevEnvironment } from 'vite'
import { createGameServer, type GameServer, type ReloadNotice } from './vite-game-server.js'

/** What other plugins may use: `config.plugins.find(({ name }) => name === 'painda:game-server').api`. */
export interface GameServerApi {
  /** Null before the dev server listens to changes, and where it has no port of its own. */
  readonly game: GameServer | null
}

/** `entry`: relative to Vite's root. */
export function gameServerPlugin(entry: string): Plugin<GameServerApi> {
  let game: GameServer | null = null
  let path = ''
  /** Modules to load anew, those included that could not be loaded the last time. */
  const stale = new Set<string>()

  return {
    name: 'painda:game-server',
    apply: (_config, { command, isPreview }) => command === 'serve' && isPreview !== true,
    api: {
      get game() {
        return game
      },
    },

    async configureServer(vite) {
      const { ssr } = vite.environments
      const { logger, root } = vite.config
      path = normalizePath(resolve(root, entry))
      if (vite.httpServer === null || ssr === undefined || !isRunnableDevEnvironment(ssr)) {
        logger.warn(
          `painda: ${entry} was not started: ${vite.httpServer === null ? 'the dev server has no port of its own' : 'Vite cannot run server modules here'}.`,
        )
        return
      }
      const tell = (notice: ReloadNotice): void => {
        const { outcome, file, message } = notice
        const text = `painda: ${file === '' ? entry : file}: ${message}`
        if (outcome === 'failed') logger.error(text, { timestamp: true })
        else logger.info(text, { timestamp: true })
        vite.ws.send('painda:reload', notice)
      }
      const load = async (): Promise<unknown> => {
        for (const id of stale) forget(ssr, id)
        const module: unknown = await ssr.runner.import(path)
        stale.clear()
        return module
      }
      // Plain HTTP, or what looks the same to whoever attaches.
      game = createGameServer({ load, httpServer: vite.httpServer as HttpServer, tell })
      const opened = game
      // A page that comes while something is wrong is told.
      vite.ws.on('painda:watch', (_asked: unknown, page) => {
        if (opened.failure !== null) page.send('painda:reload', opened.failure)
      })
      vite.httpServer.once('close', () => void opened.close())
      // The page that this dev server shows finds its game.
      await opened.saved('')
    },

    async hotUpdate({ file, modules, server }) {
      if (this.environment.name !== 'ssr' || game === null) return
      const touched = importersOf(modules)
      // What could not be loaded may not be known to import what was saved.
      if (![...touched].some((module) => module.file === path) && file !== path && stale.size === 0) return
      for (const { id } of touched) if (id !== null) stale.add(id)
      await game.saved(normalizePath(relative(server.config.root, file)))
      return []
    },
  }
}

/** The modules, and all that import them. */
function importersOf(modules: Iterable<EnvironmentModuleNode>): ReadonlySet<EnvironmentModuleNode> {
  const found = new Set(modules)
  for (const module of found) for (const importer of module.importers) found.add(importer)
  return found
}

/** Both ends hold modules: Vite what it has compiled, the runner what it has run. */
function forget(ssr: RunnableDevEnvironment & DevEnvironment, id: string): void {
  const compiled = ssr.moduleGraph.getModuleById(id)
  if (compiled !== undefined) ssr.moduleGraph.invalidateModule(compiled)
  const run = ssr.runner.evaluatedModules.getModuleById(id)
  if (run !== undefined) ssr.runner.evaluatedModules.invalidateModule(run)
}
