// Players without a page: real clients on real sockets, for crowds and for those who only have to be there.
import { PPClient } from '@painda/client'
import type { RoomHandle } from '@painda/client'
import { hostTime, toPPError } from '@painda/protocol'
import { WebSocket } from 'ws'
import { Arena, contract } from '../../apps/demo-game/src/shared/game.js'
import type { Game } from './game.js'

export interface Guest {
  readonly client: PPClient<typeof contract>
  readonly room: RoomHandle<typeof Arena>
  /** `in`, or the code of the refusal. */
  readonly outcome: Promise<string>
}

/** Connects, and asks for a place: in the room with that code or id, or in any. `options` as the page would send them. */
export function sendGuest(game: Game, options: unknown, room?: string): Guest {
  const url = `ws://127.0.0.1:${game.port}/pp`
  // Node 20 has no WebSocket of its own.
  const client = new PPClient({ url, contract, WebSocket, time: hostTime(globalThis) })
  const handle = client.join(Arena, { options, ...(room === undefined ? {} : { id: room }) })
  const outcome = handle.joined.then(
    () => 'in',
    (thrown: unknown) => toPPError(thrown, 'INTERNAL').code,
  )
  return { client, room: handle, outcome }
}
