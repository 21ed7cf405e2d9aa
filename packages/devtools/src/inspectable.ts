// What the inspector needs to know of a client. Declared here by shape, so that a PPClient, a bot and the fake of a
// test all fit, and so that looking at a client never becomes a reason to load one.
import type { ContractShape, Inspector, PresenceEntry, Undo } from '@painda/protocol'

export interface InspectableClient {
  readonly inspector: Pick<Inspector, 'listen' | 'through'>
  readonly url?: string
  /** What it may send, where it was made with a contract. */
  readonly contract?: ContractShape | undefined
  /** The public id the server gave; null before the first welcome. */
  readonly id: string | null
  /** Who it is in lists of members, where that differs from its id. */
  readonly userId?: string | null
  /** Round trip, milliseconds; null before the first measurement. */
  readonly rtt: number | null
  status(): InspectableStatus
  subscribeStatus(listener: () => void): Undo
  /** Ends the wait before the next attempt. */
  retryNow?(): void
  emit?(type: string, payload?: unknown): void
  request?(type: string, payload?: unknown): Promise<unknown>
  rooms(): readonly InspectableRoom[]
}

export interface InspectableStatus {
  /** `idle`, `connecting`, `open`, `waiting` or `closed`. */
  readonly status: string
  readonly attempt: number
  /** Milliseconds since the epoch, while waiting for the next attempt. */
  readonly nextRetryAt: number | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface InspectableRoom {
  readonly key: string
  /** Null until the server let us in. */
  readonly id: string | null
  readonly version: number
  readonly status: string
  readonly stale: boolean
  /** An immutable tree: an untouched part keeps its identity. Undefined in event rooms. */
  readonly state: unknown
  readonly presence?: { list(): readonly PresenceEntry[] }
  send?(type: string, payload?: unknown): void
  request?(type: string, payload?: unknown): Promise<unknown>
}
