'use client'
// One selected value of a room's state. The client's path index wakes this hook only when a path that the selector read
// was touched, and it runs the selector then; what it found is not looked up again.
import { DEV, PPError, setOwner } from '@painda/client'
import type { Owner, RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useState, useSyncExternalStore } from 'react'
import { sentFor } from './snapshots.js'
import { latestOf, numberOf } from './state-numbers.js'
import { checkRoom, checkSelector, isDevelopment, trySelector } from '#advice'
import { useOwner } from '#owner'

/**
 * What `selector` takes from the room's state; `undefined` before the first snapshot. Renders only when that value
 * changes by `equality` (default `Object.is`). A selector that makes a new object needs one: `shallowEqual`.
 * @example
 * const hp = usePPRoomState(room, (state) => state.players[id]?.hp)
 */
export function usePPRoomState<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean = Object.is,
): Value | undefined {
  checkRoom('usePPRoomState', room)
  checkSelector('usePPRoomState', selector, equality)
  // One hook for all that is kept: each is memory of the component's own, which every render reads and copies.
  const [shown] = useState(createShown<Room, Value>)
  const owner = useOwner('usePPRoomState')
  if (DEV && !shown.isChecked)
    trySelector(shown, room, sentFor(room), selector, equality, (thrown) => note(shown, room, thrown))
  const { subscribe, now, onServer } = selectionOf(shown, room, selector, equality, owner)
  return useSyncExternalStore(subscribe, now, onServer)
}

/** A box of the component's own, changed when a selection is asked for or read. */
interface Shown<Room extends RoomShape, Value> {
  selection: Selection<Room, Value> | null
  /** Kept across selections, so that an inline selector that yields an equal value keeps the old identity. */
  value: Value | typeof NOTHING
  /** True once the selector has been tried on one state twice. */
  isChecked: boolean
  /** A state that the selector tried to change when it was asked for the subscription. */
  refused: { state: unknown; error: PPError } | null
}

interface Selection<Room extends RoomShape, Value> {
  readonly room: RoomHandle<Room>
  readonly selector: (state: StateOf<Room>) => Value
  readonly equality: (a: Value, b: Value) => boolean
  subscribe(wake: () => void): () => void
  now(): Value | undefined
  onServer(): Value | undefined
}

/** Stands where nothing has been shown yet. */
const NOTHING = Symbol('nothing')

function createShown<Room extends RoomShape, Value>(): Shown<Room, Value> {
  return { selection: null, value: NOTHING, isChecked: !isDevelopment(), refused: null }
}

function note<Room extends RoomShape, Value>(
  shown: Shown<Room, Value>,
  room: RoomHandle<Room>,
  error: unknown,
): void {
  if (error instanceof PPError && error.code === 'INVALID_ARGUMENT')
    shown.refused = { state: room.state, error }
}

/** The selection of before when it is asked for the same. */
function selectionOf<Room extends RoomShape, Value>(
  shown: Shown<Room, Value>,
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean,
  owner: Owner | void,
): Selection<Room, Value> {
  const { selection } = shown
  const isSame =
    selection?.room === room && selection.selector === selector && selection.equality === equality
  return isSame ? selection : (shown.selection = createSelection(shown, room, selector, equality, owner))
}

function createSelection<Room extends RoomShape, Value>(
  shown: Shown<Room, Value>,
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean,
  owner: Owner | void,
): Selection<Room, Value> {
  const latest = latestOf(room)
  /** The number of the state that was looked at last, and what was found there. */
  let seen = 0
  let found: Value | undefined

  function select(state: StateOf<Room> | undefined): Value | undefined {
    if (state === undefined) return undefined
    // On the state itself it would succeed.
    if (shown.refused?.state === state) throw shown.refused.error
    if (seen === numberOf(state, latest)) return found
    return keep(state, selector(state))
  }

  function keep(state: StateOf<Room>, next: Value): Value {
    if (shown.value === NOTHING || !equality(shown.value, next)) shown.value = next
    seen = numberOf(state, latest)
    found = shown.value
    return shown.value
  }

  return {
    room,
    selector,
    equality,
    subscribe(wake) {
      function look(value: Value): void {
        // The listener is called with the selection of this very state.
        if (room.state !== undefined) keep(room.state, value)
        wake()
      }
      setOwner(look, owner)
      const onError = (thrown: unknown): void => {
        note(shown, room, thrown)
        // Asked again by the render, it throws there, where an error boundary hears it.
        wake()
      }
      return room.subscribe(selector, look, { equality, onError })
    },
    now: () => select(room.state ?? sentFor(room)),
    onServer: () => select(sentFor(room) ?? (typeof window === 'undefined' ? room.state : undefined)),
  }
}
