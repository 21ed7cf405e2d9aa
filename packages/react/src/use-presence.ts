'use client'
// Who is in a room, and what each shows of itself.
import { PPError } from '@painda/client'
import type {
  PresenceEntry,
  PresenceOf,
  PresenceView,
  RoomHandle,
  RoomPresence,
  RoomShape,
} from '@painda/client'
import { useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'

export interface UsePresenceResult<Data> {
  /** This client's own entry; `null` before it is in. */
  self: PresenceEntry<Data> | null
  /** Everybody else, in the order in which they came. */
  others: readonly PresenceEntry<Data>[]
  /** Merges an object into this client's own data, or takes what a function makes of it, and tells the others. */
  update: RoomPresence<Data>['update']
}

/** Presence of a room. Renders when somebody comes, goes, drops or changes. Without a room: the server's global list. */
export function usePresence(): Omit<UsePresenceResult<unknown>, 'update'>
export function usePresence<Room extends RoomShape>(
  room: RoomHandle<Room>,
): UsePresenceResult<PresenceOf<Room>>
export function usePresence(room?: RoomHandle<RoomShape>): UsePresenceResult<unknown> {
  const client = usePPClient()
  const presence: PresenceView = room === undefined ? client.presence : room.presence
  const { self, others } = useSyncExternalStore(presence.subscribe, presence.snapshot, presence.snapshot)
  return { self, others, update: room === undefined ? readOnly : room.presence.update }
}

/** The global list is the server's; the type of `usePresence()` has no `update` either. */
function readOnly(): void {
  throw new PPError('FORBIDDEN', 'The global presence list is written by the server.', {
    hint: 'Pass a room to usePresence to write your own entry there.',
  })
}
