'use client'
// A selected value of the state in a callback instead of a render.
import { setOwner } from '@painda/client'
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useEffect, useState } from 'react'
import { useLatest } from './use-latest.js'
import { checkRoom, checkSelector } from '#advice'
import { useOwner } from '#owner'

/**
 * Calls `listener` with what `selector` takes from the room's state, after mounting and whenever it changes by `equality`
 * (default `Object.is`): always that of the latest render. It renders nothing; write to a ref, a canvas, a sound.
 * @example
 * useTransient(room, (state) => state.players[id]?.x, (x) => { mesh.current.position.x = x ?? 0 })
 */
export function useTransient<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  listener: (value: Value) => void,
  equality: (a: Value, b: Value) => boolean = Object.is,
): void {
  checkRoom('useTransient', room)
  checkSelector('useTransient', selector, equality)
  const latest = useLatest(listener)
  const owner = useOwner('useTransient')
  const [told] = useState((): { value: Value | typeof NOTHING } => ({ value: NOTHING }))
  useEffect(() => {
    // A selector that is written inline is another one in every render; what it finds is mostly not.
    const tell = (value: Value): void => {
      if (told.value !== NOTHING && equality(told.value, value)) return
      told.value = value
      latest.current(value)
    }
    setOwner(tell, owner)
    return room.subscribe(selector, tell, { equality, fireImmediately: true })
  }, [room, selector, equality, latest, told, owner])
}

/** Stands where nothing has been told. */
const NOTHING = Symbol('nothing')
