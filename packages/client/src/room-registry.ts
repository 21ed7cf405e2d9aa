// The rooms of this client under their two names: each handle by what was asked for, and whoever is in by the room's id.
import type { RoomVersion, RoomVersions } from '@painda/protocol'
import type { Room } from './room.js'
import { keyOf } from './wish.js'
import type { Wish } from './wish.js'

/** The handle of each wish. */
export type RoomsByWish = Map<string, Room>

/** Handles that are in a room, by its id. */
export type RoomsById = Map<string, Set<Room>>

/** Rooms that a server may push a client into, and what a hello may say of rooms. */
export const MAX_ROOMS = 1024

/** The handle that is there for an equal wish. */
export function registered(byWish: RoomsByWish, wish: Wish): Room | undefined {
  return byWish.get(keyOf(wish))
}

/** From now on it is the one for its wish. */
export function register(byWish: RoomsByWish, room: Room): Room {
  byWish.set(keyOf(room.wish), room)
  return room
}

export function unregister(byWish: RoomsByWish, room: Room): void {
  if (registered(byWish, room.wish) === room) byWish.delete(keyOf(room.wish))
}

/** It is over, but a component that still holds it may see the server let it in again. */
export function unregisterUnlessRetained(byWish: RoomsByWish, room: Room): void {
  if (!room.isRetained) unregister(byWish, room)
}

/** Somebody asked for it, or the server put us in. A render that was thrown away leaves handles of which neither is so. */
export function isAskedFor({ isWanted, handle }: Room): boolean {
  return isWanted || handle.id !== null
}

export function admit(byId: RoomsById, id: string, room: Room): void {
  const members = byId.get(id)
  if (members === undefined) byId.set(id, new Set([room]))
  else members.add(room)
}

/** False when it was not in. */
export function dismiss(byId: RoomsById, id: string, room: Room): boolean {
  const members = byId.get(id)
  if (members?.delete(room) !== true) return false
  if (members.size === 0) byId.delete(id)
  return true
}

/** Ids of the rooms that the application asked for and is in. */
export function wantedOf(byId: RoomsById): readonly string[] {
  return [...byId].flatMap(([id, members]) => ([...members].some(({ isWanted }) => isWanted) ? [id] : []))
}

/** The state rooms that we are in and could go on with. `channelOf`: the number of the view that is held of a room. */
export function versionsOf(byId: RoomsById, channelOf: (id: string) => number | undefined): RoomVersions {
  const versions: RoomVersion[] = []
  for (const [id, members] of byId) {
    const [first, ...others] = [...members].map(({ replica }) => replica)
    // Handles of one room get the same messages; one that lost step needs the snapshot that heals all.
    if (first === undefined || ![first, ...others].every(({ isFollowing }) => isFollowing)) continue
    if (others.some(({ version }) => version !== first.version)) continue
    const channel = channelOf(id)
    versions.push(channel === undefined ? [id, first.version] : [id, first.version, channel])
  }
  return versions.slice(0, MAX_ROOMS)
}
