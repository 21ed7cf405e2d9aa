// What tools are told of a client. Nobody listens: next to nothing is done.
import type { Inspector, Message, PPError, Time } from '@painda/protocol'
import type { Room } from './room.js'
import type { ConnectionSnapshot, Desync } from './types.js'

export interface Inspection {
  error(error: PPError): void
  connection(snapshot: ConnectionSnapshot): void
  frame(direction: 'in' | 'out', bytes: Uint8Array, messages: readonly Message[]): void
  room(room: Pick<Room, 'handle' | 'key'>): void
  desync(desync: Desync): void
}

/** As a client sees it, the other end is always the server. */
const PEER = 'server'

export function createInspection(inspector: Inspector, time: Pick<Time, 'now' | 'wallNow'>): Inspection {
  let frames = 0
  return {
    error({ code, message }) {
      if (inspector.active) inspector.emit({ kind: 'error', at: time.now(), peer: PEER, code, message })
    },
    connection({ status, error, attempt }) {
      if (!inspector.active) return
      const detail = error === null ? `attempt ${attempt}` : `${error.code}: ${error.message}`
      inspector.emit({ kind: 'connection', at: time.now(), peer: PEER, state: status, detail })
    },
    frame(direction, bytes, messages) {
      frames++
      if (!inspector.active) return
      const stamp = { at: time.now(), wallAt: time.wallNow(), seq: frames }
      inspector.emit({ kind: 'frame', ...stamp, direction, peer: PEER, bytes, messages })
    },
    room({ handle, key }) {
      if (!inspector.active) return
      const { id, status, version } = handle
      inspector.emit({ kind: 'room', at: time.now(), peer: PEER, room: id ?? key, status, version })
    },
    desync({ room, have, got, why, path }) {
      if (!inspector.active) return
      const part = why === 'presence' ? '(presence).' : ''
      const where = path === null ? {} : { path: `${part}${path}` }
      inspector.emit({ kind: 'desync', at: time.now(), peer: PEER, room: room ?? '', have, got, ...where })
    },
  }
}
