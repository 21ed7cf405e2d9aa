'use client'
// A room in a component. The room itself lives in the client, counted by reference: two components, StrictMode and Fast
// Refresh share one join.
import type {
  PPError,
  RoomHandle,
  RoomShape,
  RoomSnapshot,
  RoomStatus,
  StateOf,
  UntypedRoom,
} from '@painda/client'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { useParcel, usePPClient } from './provider.js'
import { createRoomView } from './room-view.js'
import type { Field, Own, RoomView } from './room-view.js'
import { useOwner } from '#owner'

export interface UsePPRoomOptions {
  /** Joins this very room (`joinById`) instead of any room of the definition. */
  id?: string
  /** To look on, not to play; the room must allow it. Another value later leaves the room and joins anew. */
  spectate?: boolean
  /** Reaches the room's `onJoin`. Read when the room is joined; later changes do not rejoin. */
  options?: unknown
  /**
   * Waits in the nearest `Suspense` until the room is there; implies `throwOnError`. The room is joined by the render, and
   * left ten seconds later if the component never mounts. Default false.
   */
  suspense?: boolean
  /** Gives a refusal, a kick or the end of the connection to the nearest error boundary. Mounting again tries again. Default false. */
  throwOnError?: boolean
}

export interface UsePPRoomResult<Room extends RoomShape, State = StateOf<Room> | undefined> {
  /** Methods and store; the same object for as long as the room is. */
  room: RoomHandle<Room>
  /** The replica: immutable, with untouched parts keeping their identity. `undefined` before the first snapshot. */
  state: State
  status: RoomStatus
  /** True while `state` is from before a lost connection, or from a render on the server. */
  stale: boolean
  /** Why the room could not be joined or was left. */
  error: PPError | null
}

/**
 * Joins a room while the component is mounted and keeps it across reconnects. Renders when something it read changes:
 * a component that takes only `room` does not render with the state.
 * With a definition it is `joinOrCreate`, with a definition and `id` `joinById`, with a string the room of that id.
 */
export function usePPRoom<State extends object>(
  id: string,
  options: UsePPRoomOptions & { suspense: true },
): UsePPRoomResult<UntypedRoom<State>, State>
export function usePPRoom<State extends object>(
  id: string,
  options?: UsePPRoomOptions,
): UsePPRoomResult<UntypedRoom<State>>
export function usePPRoom<const Room extends RoomShape>(
  definition: Room,
  options: UsePPRoomOptions & { suspense: true },
): UsePPRoomResult<Room, StateOf<Room>>
// Last: of a call that fits none the compiler tells what this one misses.
export function usePPRoom<const Room extends RoomShape>(
  definition: Room,
  options?: UsePPRoomOptions,
): UsePPRoomResult<Room>
export function usePPRoom(
  target: RoomShape | string,
  options: UsePPRoomOptions = {},
): UsePPRoomResult<RoomShape, unknown> {
  const client = usePPClient()
  // Looked up in every render: the client gives the same handle for the same wish while anybody holds it, and sends
  // nothing before `retain`. So a render that React throws away leaves no trace on the server.
  const room = typeof target === 'string' ? client.room(target, options) : client.room(target, options)
  const { suspense = false, throwOnError = suspense } = options
  const [own] = useState(createOwn)
  const owner = useOwner('usePPRoom')
  const parcel = useParcel()
  const view = useMemo(
    () => createRoomView(room, own, parcel, suspense ? client : null, owner),
    [room, own, parcel, suspense, client, owner],
  )
  const snapshot = useSyncExternalStore(view.subscribe, view.now, view.onServer)
  view.demand(snapshot, throwOnError)
  const latest = view.latest(snapshot)
  return useMemo(() => trackReads(latest, own, view), [latest, own, view])
}

function createOwn(): Own {
  return { reads: new Set(), hold: null }
}

/**
 * As TanStack Query does for its results: a getter per field remembers that the component depends on it. A field may be read for the
 * first time long after the render, in a handler or by a component that was given the result.
 */
function trackReads(
  rendered: RoomSnapshot,
  { reads }: Own,
  { firstRead }: RoomView,
): UsePPRoomResult<RoomShape, unknown> {
  let snapshot = rendered
  const tracked = (field: Field): PropertyDescriptor => ({
    enumerable: true,
    get() {
      if (!reads.has(field)) snapshot = { ...snapshot, [field]: firstRead(rendered, field) }
      return snapshot[field]
    },
  })
  // The getters below are exactly the fields of the type.
  return Object.defineProperties({ room: rendered.room } as UsePPRoomResult<RoomShape, unknown>, {
    state: tracked('state'),
    status: tracked('status'),
    stale: tracked('stale'),
    error: tracked('error'),
  })
}
