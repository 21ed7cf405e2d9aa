// A lobby: the list of rooms as the state of a room. Clients join it like any other, and what changes comes as deltas.
import type { Json } from './json.js'

export interface LobbyEntry {
  readonly id: string
  /** The definition's name; null for rooms without one. */
  readonly name: string | null
  /** Players. */
  readonly clients: number
  /** Null: no limit. */
  readonly maxClients: number | null
  readonly spectators: number
  readonly isLocked: boolean
  readonly metadata: { readonly [key: string]: Json }
}

export interface LobbyState {
  /** By id. */
  readonly rooms: { readonly [id: string]: LobbyEntry }
}
