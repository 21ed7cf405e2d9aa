'use client'
// A room in a component. The room itself lives in the client, counted by reference: two components, StrictMode and Fast
// Refresh share one join.
import type { PPError, RoomHandle, RoomShape, RoomStatus, StateOf, UntypedRoom } from '@painda/client'
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'

export interface UsePPRoomOptions {
  /** Joins this very room (`joinById`) instead of any room of the definition. */
  id?: string
  /** Reaches the room's `onJoin`. Read when the room is joined; later changes do not rejoin. */
  options?: unknown
}

export interface UsePPRoomResult<Room extends RoomShape> {
  /** Methods and store; the same object for as long as the room is. */
  room: RoomHandle<Room>
  /** The replica: immutable, with untouched parts keeping their identity. `undefined` before the first snapshot. */
  state: StateOf<Room> | undefined
  status: RoomStatus
  /** True while `state` is from before a lost connection. */
  stale: boolean
  /** Why the room could not be joined or was left. */
  error: PPError | null
}

/**
 * Joins a room while the component is mounted and keeps it across reconnects. Renders when something it read changes:
 * a component that takes only `room` does not render with the state.
 * With a definition it is `joinOrCreate`, with a definition and `id` `joinById`, with a string the room of that id.
 */
export function usePPRoom<const Room extends RoomShape>(
  definition: Room,
  options?: UsePPRoomOptions,
): UsePPRoomResult<Room>
export function usePPRoom<State extends object>(
  id: string,
  options?: UsePPRoomOptions,
): UsePPRoomResult<UntypedRoom<State>>
export function usePPRoom(
  target: RoomShape | string,
  options: UsePPRoomOptions = {},
): UsePPRoomResult<RoomShape> {
  const room = useRetainedRoom(target, options)
  // Changed in place: what a component reads is a property of the component, not something to render.
  const [reads] = useState(() => new Set<Field>())
  const subscribe = useCallback((wake: () => void) => room.subscribe(wake), [room])
  const getView = useMemo(() => createView(room, reads), [room, reads])
  const snapshot = useSyncExternalStore(subscribe, getView, getView)
  return useMemo(() => trackReads(snapshot, reads), [snapshot, reads])
}

type Field = 'state' | 'status' | 'stale' | 'error'

function useRetainedRoom(target: RoomShape | string, options: UsePPRoomOptions): RoomHandle<RoomShape> {
  const client = usePPClient()
  // Looked up in every render: the client gives the same handle for the same wish while anybody holds it, and sends
  // nothing before `retain`. So a render that React throws away leaves no trace on the server.
  const room = typeof target === 'string' ? client.room(target, options) : client.room(target, options)
  useEffect(() => room.retain(), [room])
  return room
}

/** A snapshot whose identity changes only when a field that was read has changed. */
function createView(
  room: RoomHandle<RoomShape>,
  reads: ReadonlySet<Field>,
): () => UsePPRoomResult<RoomShape> {
  let shown = room.snapshot()
  return () => {
    const next = room.snapshot()
    for (const field of reads) {
      if (next[field] !== shown[field]) {
        shown = next
        break
      }
    }
    return shown
  }
}

/** As TanStack Query does for its results: a getter per field remembers that the component depends on it. */
function trackReads(snapshot: UsePPRoomResult<RoomShape>, reads: Set<Field>): UsePPRoomResult<RoomShape> {
  const tracked = (field: Field): PropertyDescriptor => ({
    enumerable: true,
    get() {
      reads.add(field)
      return snapshot[field]
    },
  })
  // The getters below are exactly the fields of the type.
  return Object.defineProperties({ room: snapshot.room } as UsePPRoomResult<RoomShape>, {
    state: tracked('state'),
    status: tracked('status'),
    stale: tracked('stale'),
    error: tracked('error'),
  })
}
