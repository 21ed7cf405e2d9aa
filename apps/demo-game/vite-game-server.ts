// The game server inside Vite: one process and one port for page, hot updates and game. In development its modules run
// in Vite's module runner and a change in one restarts the game; `vite preview` plays the same game on the built page.
import type { Server } from 'node:http'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { isRunnableDevEnvironment } from 'vite'
import type { Plugin, ViteDevServer } from 'vite'
import { createControl } from './vite/control.js'
import { importFromSource } from './vite/from-source.js'
import { createStage } from './vite/stage.js'
import type { Stage } from './vite/stage.js'

type GameModule = typeof import('./src/server/main.js')

const ENTRY = 'src/server/main.ts'

export function gameServer(): Plugin {
  let stage: Stage | null = null

  const open = async (httpServer: Server, load: () => Promise<GameModule>): Promise<Stage> => {
    stage = createStage(httpServer, load)
    httpServer.once('close', () => void stage?.close())
    await stage.restart()
    return stage
  }

  return {
    name: 'paint-the-floor:game-server',

    async configureServer(vite) {
      // Vite in middleware mode has no server of its own, and no game then.
      if (vite.httpServer === null) return
      // Plain HTTP unless `server.https` is set, which this app does not do.
      const opened = await open(vite.httpServer as Server, () => loadInDev(vite))
      if (isUnderTest()) vite.middlewares.use(createControl(opened))
    },

    async hotUpdate({ modules, server }) {
      // The ssr environment knows only what the game server has loaded.
      if (this.environment.name !== 'ssr' || modules.length === 0) return
      for (const module of modules) this.environment.moduleGraph.invalidateModule(module)
      try {
        await stage?.restart()
        server.config.logger.info('game server restarted', { timestamp: true })
      } catch (error) {
        server.config.logger.error(`game server failed: ${String(error)}`, { timestamp: true })
      }
      return []
    },

    async configurePreviewServer(preview) {
      // A game that starts again has the same modules, which remember nothing of the one before.
      let loaded: Promise<GameModule> | null = null
      const opened = await open(preview.httpServer as Server, () => (loaded ??= loadBuilt()))
      if (isUnderTest()) preview.middlewares.use(createControl(opened))
    },
  }
}

const isUnderTest = () => process.env['E2E'] === '1'

/** `PP_GAME` names a bundle of the entry, for who starts many servers; without it the entry is loaded from source. */
function loadBuilt(): Promise<GameModule> {
  const { PP_GAME: bundle } = process.env
  if (bundle === undefined) return importFromSource<GameModule>(ENTRY)
  // Whoever built it, built that entry.
  return import(pathToFileURL(bundle).href) as Promise<GameModule>
}

async function loadInDev(vite: ViteDevServer): Promise<GameModule> {
  const { ssr } = vite.environments
  if (ssr === undefined || !isRunnableDevEnvironment(ssr))
    throw new Error('Vite cannot run server modules here.')
  // Every game starts from fresh modules: one that failed half way through must not stay behind.
  ssr.runner.clearCache()
  return ssr.runner.import<GameModule>(`/${ENTRY}`)
}
