// What a bot needs to play along in a game that nobody has described to it: how this page has joined the room, and what it has done there.
import type { Row } from './rows.js'

/** A few minutes of a player; more says nothing new. */
const MAX_ACTS = 60

interface Act {
  readonly type: string
  readonly payload: unknown
}

/** Messages that this client has sent into the room, oldest first, as often as it has sent them. Questions are left out. */
export function repertoireOf(rows: readonly Row[], source: number, room: string): Act[] {
  const acts: Act[] = []
  for (let at = rows.length - 1; at >= 0 && acts.length < MAX_ACTS; at--) {
    const row = rows[at]
    if (row?.source !== source || row.direction !== 'out' || row.message?.kind !== 'event') continue
    const { type, payload, ackId } = row.message
    if (row.room === room && ackId === undefined) acts.unshift({ type, payload })
  }
  return acts
}

/** What this client has joined the room with, under another name; undefined when that is no longer held. */
export function joinOptionsOf(rows: readonly Row[], source: number, room: string): unknown {
  let ackId: number | undefined
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at]
    if (row?.source !== source) continue
    const { message } = row
    if (message?.kind === 'joined' && message.room === room) ackId ??= message.ackId
    if (message?.kind === 'join' && message.ackId === ackId) return renamed(message.options)
  }
  return undefined
}

/** Two of one name nobody can tell apart. */
function renamed(options: unknown): unknown {
  const isNamed =
    typeof options === 'object' && options !== null && typeof Reflect.get(options, 'name') === 'string'
  return isNamed ? { ...options, name: 'Bot' } : options
}
