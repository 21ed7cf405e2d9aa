// The rooms of this client under their two names: each handle by what was asked for, and whoever is in by the room's id.
import type { RoomVersion, RoomVersions } from '@painda/protocol'
import type { Room } from './room.js'
import { keyOf } from './wish.js'
import type { Wish } from './wish.js'

/** Handles by what was asked for; mostly one. A second one was left, and is held again while another has taken its place. */
export type RoomsByWish = Map<string, Set<Room>>

/** Handles that are in a room, by its id. */
export type RoomsById = Map<string, Set<Room>>

/** Rooms that a server may push a client into, and what a hello may say of rooms. */
export const MAX_ROOMS = 1024

/** The handle that is there for an equal wish: the first of them. */
export function registered(byWish: RoomsByWish, wish: Wish): Room | undefined {
  const [first] = byWish.get(keyOf(wish)) ?? []
  return first
}

export function allOf(byWish: RoomsByWish): readonly Room[] {
  return [...byWish.values()].flatMap((rooms) => [...rooms])
}

export function register(byWish: RoomsByWish, room: Room): Room {
  admit(byWish, keyOf(room.wish), room)
  return room
}

export function unregister(byWish: RoomsByWish, room: Room): void {
  dismiss(byWish, keyOf(room.wish), room)
}

/** It is over, but a component that still holds it may see the server let it in again. */
export function unregisterUnlessRetained(byWish: RoomsByWish, room: Room): void {
  if (!room.isRetained) unregister(byWish, room)
}

/** Somebody asked for it, or the server put us in. A render that was thrown away leaves handles of which neither is so. */
export function isAskedFor({ isWanted, handle }: Room): boolean {
  return isWanted || handle.id !== null
}

export function admit(rooms: Map<string, Set<Room>>, name: string, room: Room): void {
  const members = rooms.get(name)
  if (members === undefined) rooms.set(name, new Set([room]))
  else members.add(room)
}

/** False when it was not in. */
export function dismiss(rooms: Map<string, Set<Room>>, name: string, room: Room): boolean {
  const members = rooms.get(name)
  if (members?.delete(room) !== true) return false
  if (members.size === 0) rooms.delete(name)
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
