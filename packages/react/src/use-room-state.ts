'use client'
// One selected value of a room's state. The client's path index wakes this hook only when a path that the selector read
// was touched, and it runs the selector then; what it found is not looked up again.
import { DEV, PPError, setOwner } from '@painda/client'
import type { Owner, RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { sentFor } from './snapshots.js'
import { isDevelopment, warnIfUnstable } from './unstable-selector.js'
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
  // Kept across selectors, so that an inline selector that yields an equal value keeps the old identity.
  const [shown] = useState<Shown<Value>>(() => ({
    current: null,
    isChecked: !isDevelopment(),
    refused: null,
  }))
  const owner = useOwner('usePPRoomState')
  const selection = useMemo(
    () => createSelection(room, selector, equality, shown, owner),
    [room, selector, equality, shown, owner],
  )
  return useSyncExternalStore(selection.subscribe, selection.now, selection.onServer)
}

/** A box of the component's own, changed when a selection is read. */
interface Shown<Value> {
  current: { value: Value } | null
  /** True once the selector has been tried on one state twice. */
  isChecked: boolean
  /** A state that the selector tried to change when it was asked for the subscription. */
  refused: { state: unknown; error: PPError } | null
}

interface Selection<Value> {
  subscribe(wake: () => void): () => void
  now(): Value | undefined
  onServer(): Value | undefined
}

function createSelection<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean,
  shown: Shown<Value>,
  owner: Owner | void,
): Selection<Value> {
  let last: { state: StateOf<Room>; value: Value } | null = null

  function select(state: StateOf<Room> | undefined): Value | undefined {
    if (state === undefined) return undefined
    // On the state itself it would succeed.
    if (shown.refused?.state === state) throw shown.refused.error
    if (last?.state === state) return last.value
    if (DEV && !shown.isChecked) {
      // A state that came with the page is not the room's: nothing refuses there.
      shown.isChecked = state === room.state
      // Given to the render, the state would be changed under everybody's hands; subscribed, the selector gets something that refuses.
      room.subscribe(selector, () => {}, { onError: note })()
      if (shown.refused !== null) throw shown.refused.error
      warnIfUnstable('usePPRoomState', () => selector(state), equality)
    }
    return keep(state, selector(state))
  }

  function note(error: unknown): void {
    if (error instanceof PPError && error.code === 'INVALID_ARGUMENT')
      shown.refused = { state: room.state, error }
  }

  function keep(state: StateOf<Room>, next: Value): Value {
    const value = shown.current !== null && equality(shown.current.value, next) ? shown.current.value : next
    shown.current = { value }
    last = { state, value }
    return value
  }

  return {
    subscribe(wake) {
      function look(value: Value): void {
        // The listener is called with the selection of this very state.
        if (room.state !== undefined) keep(room.state, value)
        wake()
      }
      setOwner(look, owner)
      const onError = (thrown: unknown): void => {
        note(thrown)
        // Asked again by the render, it throws there, where an error boundary hears it.
        wake()
      }
      return room.subscribe(selector, look, { equality, onError })
    },
    now: () => select(room.state ?? sentFor(room)),
    onServer: () => select(sentFor(room) ?? (typeof window === 'undefined' ? room.state : undefined)),
  }
}
