// The game server of `vite preview`, on the port of the built page; in development the inspector's plugin runs it. Under test both
// can be told what to do.
import type { Server } from 'node:http'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { GameServerApi } from '@painda/devtools/vite'
import type { Plugin } from 'vite'
import type { GameServer } from './src/server/main.js'
import { createControl } from './vite/control.js'
import { importFromSource } from './vite/from-source.js'
import { createStage } from './vite/stage.js'

type GameModule = typeof import('./src/server/main.js')

/** Relative to this folder. */
export const ENTRY = 'src/server/main.ts'

export function gameServer(): Plugin {
  return {
    name: 'paint-the-floor:game-server',

    configureServer(vite) {
      if (!isUnderTest()) return
      const runner = vite.config.plugins.find(({ name }) => name === 'painda:game-server')
      const { game } = (runner as Plugin<GameServerApi>).api ?? { game: null }
      if (game === null) return
      const control = createControl({
        // What `start` of our entry has returned.
        server: () => game.server as GameServer | null,
        restart: game.restart,
      })
      vite.middlewares.use(control)
    },

    async configurePreviewServer(preview) {
      // Plain HTTP unless `server.https` is set, which this app does not do.
      const httpServer = preview.httpServer as Server
      // A game that starts again has the same modules, which remember nothing of the one before.
      let loaded: Promise<GameModule> | null = null
      const stage = createStage(httpServer, () => (loaded ??= loadBuilt()))
      httpServer.once('close', () => void stage.close())
      await stage.restart()
      if (isUnderTest())
        preview.middlewares.use(createControl({ server: () => stage.server, restart: stage.restart }))
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
