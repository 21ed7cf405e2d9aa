'use client'
// Who is in a room, and what each shows of itself.
import { DEV, PPError } from '@painda/client'
import type {
  PresenceEntry,
  PresenceOf,
  PresenceSnapshot,
  PresenceView,
  RoomHandle,
  RoomPresence,
  RoomShape,
} from '@painda/client'
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { usePPClient } from './provider.js'
import { checkRoom, checkSelector, isDevelopment, warnIfUnstable } from '#advice'
import { useOwned } from '#owner'

export interface UsePresenceResult<Data> {
  /** This client's own entry; `null` before it is in. */
  self: PresenceEntry<Data> | null
  /** Everybody else, in the order in which they came. */
  others: readonly PresenceEntry<Data>[]
  /**
   * Merges an object into this client's own data, or takes what a function makes of it. Shown here at once; the others are
   * told at most every `presenceThrottleMs` of the client, the latest always.
   */
  update: RoomPresence<Data>['update']
}

/** Presence of a room. Renders when somebody comes, goes, drops or changes. Without a room: the server's global list. */
export function usePresence(): Omit<UsePresenceResult<unknown>, 'update'>
export function usePresence<Room extends RoomShape>(
  room: RoomHandle<Room>,
): UsePresenceResult<PresenceOf<Room>>
export function usePresence(room?: RoomHandle<RoomShape>): UsePresenceResult<unknown> {
  const client = usePPClient()
  checkRoom('usePresence', room ?? client)
  const presence: PresenceView = room === undefined ? client.presence : room.presence
  const subscribe = useOwned(presence.subscribe, 'usePresence')
  const { self, others } = useSyncExternalStore(subscribe, presence.snapshot, nobodyYet)
  return { self, others, update: room === undefined ? readOnly : room.presence.update }
}

/**
 * Everybody else in the room, or what `selector` takes of them. Renders when that changes by `equality` (default `Object.is`;
 * `shallowEqual` for a list that is made anew).
 * @example
 * const names = useOthers(room, (others) => others.map((other) => other.data.name), shallowEqual)
 */
export function useOthers<Room extends RoomShape>(
  room: RoomHandle<Room>,
): readonly PresenceEntry<PresenceOf<Room>>[]
export function useOthers<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (others: readonly PresenceEntry<PresenceOf<Room>>[]) => Value,
  equality?: (a: Value, b: Value) => boolean,
): Value
export function useOthers(
  room: RoomHandle<RoomShape>,
  selector: Select<readonly PresenceEntry[]> = same,
  equality?: Equality,
): unknown {
  return useSelected('useOthers', room, pickOthers, selector, equality)
}

/** One of the others by its client id, or what `selector` takes of it; `undefined` while it is not there. */
export function useOther<Room extends RoomShape>(
  room: RoomHandle<Room>,
  clientId: string,
): PresenceEntry<PresenceOf<Room>> | undefined
export function useOther<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  clientId: string,
  selector: (other: PresenceEntry<PresenceOf<Room>>) => Value,
  equality?: (a: Value, b: Value) => boolean,
): Value | undefined
export function useOther(
  room: RoomHandle<RoomShape>,
  clientId: string,
  selector: Select<PresenceEntry> = same,
  equality?: Equality,
): unknown {
  const pick = useCallback(
    (presence: Picked) =>
      presence.snapshot().self?.clientId === clientId ? undefined : presence.get(clientId),
    [clientId],
  )
  return useSelected('useOther', room, pick, selector, equality)
}

/** This client's own entry, or what `selector` takes of it; `null` before it is in. */
export function useSelf<Room extends RoomShape>(
  room: RoomHandle<Room>,
): PresenceEntry<PresenceOf<Room>> | null
export function useSelf<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (self: PresenceEntry<PresenceOf<Room>>) => Value,
  equality?: (a: Value, b: Value) => boolean,
): Value | null
export function useSelf(
  room: RoomHandle<RoomShape>,
  selector: Select<PresenceEntry> = same,
  equality?: Equality,
): unknown {
  return useSelected('useSelf', room, pickSelf, selector, equality)
}

// Overloads tie the entries' data to the room and the result to the selector.
type Select<From> = (from: From) => unknown
type Equality = (a: never, b: never) => boolean

function same<Value>(value: Value): Value {
  return value
}

/** What a selector is given; what is not there is handed on without asking the selector. */
type Picked = Pick<PresenceView, 'snapshot' | 'get'>
type PickFrom<From> = (presence: Picked) => From | null | undefined

const pickOthers = (presence: Picked): readonly PresenceEntry[] => presence.snapshot().others
const pickSelf = (presence: Picked): PresenceEntry | null => presence.snapshot().self

function useSelected<From extends object>(
  hook: string,
  room: RoomHandle<RoomShape>,
  pick: PickFrom<From>,
  selector: Select<From>,
  equality: Equality = Object.is,
): unknown {
  checkRoom(hook, room)
  checkSelector(hook, selector, equality)
  const { presence } = room
  // Kept across selectors, so that one that is written inline and finds the same keeps its identity.
  const [shown] = useState<Shown>(() => ({ current: null, isChecked: !isDevelopment() }))
  const selection = useMemo(
    () =>
      createSelection(hook, presence, pick, selector, equality as (a: unknown, b: unknown) => boolean, shown),
    [hook, presence, pick, selector, equality, shown],
  )
  const subscribe = useOwned(presence.subscribe, hook)
  const value = useSyncExternalStore(subscribe, selection.now, selection.onServer)
  if (DEV) selection.check()
  return value
}

interface Shown {
  current: { value: unknown } | null
  /** True once the selector has been tried on one list or entry twice. */
  isChecked: boolean
}

/** Of a thousand who watch one member each, only those whose member changed run their selectors. */
function createSelection<From extends object>(
  hook: string,
  presence: Picked,
  pick: PickFrom<From>,
  selector: Select<From>,
  equality: (a: unknown, b: unknown) => boolean,
  shown: Shown,
): { now(): unknown; onServer(): unknown; check(): void } {
  let last: { from: From | null | undefined; value: unknown } | null = null

  function look(from: From | null | undefined): unknown {
    if (last !== null && last.from === from) return last.value
    const next = isThere(from) ? selector(from) : from
    const value = shown.current !== null && equality(shown.current.value, next) ? shown.current.value : next
    shown.current = { value }
    last = { from, value }
    return value
  }
  return {
    now: () => look(pick(presence)),
    onServer: () => look(pick(NOBODY_YET)),
    // Within the render, where the component's name is to be found: it may have been `now` outside of one that ran the selector first.
    check() {
      const from = last?.from
      if (shown.isChecked || !isThere(from)) return
      shown.isChecked = true
      warnIfUnstable(hook, () => selector(from), equality)
    },
  }
}

function isThere<From extends object>(from: From | null | undefined): from is From {
  return from !== null && from !== undefined
}

/** A render on the server knows nobody: who reads the room there is not who looks at the page. */
const NOBODY: PresenceSnapshot = { self: null, others: [] }

function nobodyYet(): PresenceSnapshot {
  return NOBODY
}

const NOBODY_YET: Picked = { snapshot: nobodyYet, get: () => undefined }

/** The global list is the server's; the type of `usePresence()` has no `update` either. */
function readOnly(): void {
  throw new PPError(
    'FORBIDDEN',
    DEV && 'The global presence list is written by the server.',
    DEV && { hint: 'Pass a room to usePresence to write your own entry there.' },
  )
}
