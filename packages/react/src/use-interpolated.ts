'use client'
// A moving value between the states of the server, read in frames instead of rendered.
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useEffect, useMemo } from 'react'
import { createFollower, DEFAULT_DELAY_MS } from './motion.js'
import type { InterpolateOptions } from './motion.js'
import { usePPClient } from './provider.js'
import { checkRoom, checkSelector } from '#advice'

/**
 * A function that gives what `selector` takes from the room's state, moved evenly between the server's ticks: numbers, and
 * the numbers in a selected object or list. Call it in a frame; it renders nothing. `undefined` before the first state and when
 * nothing is selected any more. The same function in every render of one room.
 * @example
 * const position = useInterpolated(room, (state) => state.players[id])
 * useFrame(() => draw(position()))
 */
export function useInterpolated<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value,
  { delayMs = DEFAULT_DELAY_MS }: InterpolateOptions = {},
): () => Value | undefined {
  checkRoom('useInterpolated', room)
  checkSelector('useInterpolated', selector)
  const { clock } = usePPClient()
  const follower = useMemo(
    () => createFollower<Room, Value>(room, delayMs, clock.serverNow),
    [room, delayMs, clock],
  )
  useEffect(() => follower.follow(selector, ignore), [follower, selector])
  return follower.sample
}

function ignore(): void {}
