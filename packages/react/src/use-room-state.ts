'use client'
// One selected value of a room's state. The client's path index wakes this hook only when a path that the selector read
// was touched.
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useMemo, useState, useSyncExternalStore } from 'react'

/**
 * What `selector` takes from the room's state; `undefined` before the first snapshot. Renders only when that value
 * changes by `equality` (default `Object.is`).
 * @example
 * const hp = usePPRoomState(room, (state) => state.players[id]?.hp)
 */
export function usePPRoomState<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean = Object.is,
): Value | undefined {
  // Kept across selectors, so that an inline selector that yields an equal value keeps the old identity.
  const [shown] = useState<Shown<Value>>(() => ({ current: null }))
  const selection = useMemo(
    () => createSelection(room, selector, equality, shown),
    [room, selector, equality, shown],
  )
  return useSyncExternalStore(selection.subscribe, selection.get, selection.get)
}

/** A box of the component's own, changed when a selection is read. */
interface Shown<Value> {
  current: { value: Value } | null
}

function createSelection<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean,
  shown: Shown<Value>,
): { subscribe(wake: () => void): () => void; get(): Value | undefined } {
  let last: { state: StateOf<Room>; value: Value } | null = null
  return {
    subscribe: (wake) => room.subscribe(selector, wake, { equality }),
    get() {
      const state = room.state
      if (state === undefined) return undefined
      if (last !== null && last.state === state) return last.value
      const next = selector(state)
      const value = shown.current !== null && equality(shown.current.value, next) ? shown.current.value : next
      shown.current = { value }
      last = { state, value }
      return value
    },
  }
}
