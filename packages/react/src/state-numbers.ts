// Tells one state of a room from another without holding it. Each of a thousand components has last looked at a state of its
// own, and holding them would keep hundreds of copies of a large map in memory.
import type { RoomHandle, RoomShape } from '@painda/client'

/** The state that was asked about last. */
export interface Latest {
  state: unknown
  number: number
}

const latestByRoom = new WeakMap<RoomHandle<RoomShape>, Latest>()

/** One for all hooks of a room. */
export function latestOf<Room extends RoomShape>(room: RoomHandle<Room>): Latest {
  // Only a key here.
  const key = room as RoomHandle<RoomShape>
  let latest = latestByRoom.get(key)
  if (latest === undefined) latestByRoom.set(key, (latest = { state: undefined, number: 0 }))
  return latest
}

/** The same for the same state, until another one is asked about. Never 0. */
export function numberOf(state: object, latest: Latest): number {
  if (latest.state !== state) {
    latest.state = state
    latest.number++
  }
  return latest.number
}
