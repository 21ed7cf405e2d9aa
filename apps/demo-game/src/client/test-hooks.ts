// What multiplayer tests may reach into. Only the build mode `e2e` has it: in every other build the condition is a
// constant false, and the bundler leaves none of this behind.
import type { RoomHandle } from '@painda/react'
import type { Arena } from '../shared/game.js'
import { client } from './connection.js'

declare global {
  interface Window {
    __painda?: { client: typeof client; room: RoomHandle<typeof Arena> }
  }
}

export function exposeToTests(room: RoomHandle<typeof Arena>): void {
  if (import.meta.env.MODE === 'e2e') window.__painda = { client, room }
}
