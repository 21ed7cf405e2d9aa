'use client'
// Who is in a room, and what each shows of itself.
import type { PresenceEntry, PresenceOf, PresenceView, RoomHandle, RoomShape } from '@painda/client'
import { useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'

export interface UsePresenceResult<Data> {
  /** This client's own entry; `null` before it is in. */
  self: PresenceEntry<Data> | null
  /** Everybody else, in the order in which they came. */
  others: readonly PresenceEntry<Data>[]
  /** Merges into this client's own data and tells the others. */
  update(data: Partial<Data>): void
}

/** Presence of a room. Renders when somebody comes, goes, drops or changes. Without a room: the server's global list. */
export function usePresence(): Omit<UsePresenceResult<unknown>, 'update'>
export function usePresence<Room extends RoomShape>(
  room: RoomHandle<Room>,
): UsePresenceResult<PresenceOf<Room>>
export function usePresence(room?: RoomHandle<RoomShape>): UsePresenceResult<unknown> {
  const client = usePPClient()
  const presence: PresenceView<unknown> = room === undefined ? client.presence : room.presence
  const { self, others } = useSyncExternalStore(presence.subscribe, presence.snapshot, presence.snapshot)
  return { self, others, update: presence.update }
}
