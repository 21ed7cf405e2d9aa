// The state of rooms on its way from a render on the server to the page: taken from a client that is in those rooms, and
// shown in the page until the page's own client is in them.
import type { PPClient, RoomHandle, RoomShape, StateOf } from '@painda/client'

/** States of rooms by the `key` of their handle. Plain JSON. */
export interface Snapshots {
  readonly [key: string]: { readonly state: object }
}

/**
 * What the rooms of `client` hold now, as JSON for the page: the `snapshots` of `PPProvider`, on the server and in the page.
 * A state holds whatever this client may see, so render with a client that may see what the visitor may.
 * @example
 * const html = JSON.stringify(dehydrate(reader)).replaceAll('<', '\\u003c')
 */
export function dehydrate(client: Pick<PPClient, 'rooms'>): Snapshots {
  const entries: [string, { state: object }][] = []
  for (const { key, state } of client.rooms()) if (state !== undefined) entries.push([key, { state }])
  return Object.fromEntries(entries)
}

const sent = new WeakMap<RoomHandle<RoomShape>, object>()

/** The snapshots of a page, for one client. */
export interface Parcel {
  readonly snapshots: Snapshots | undefined
  /**
   * Snapshots of rooms that the client has joined since: a component that comes back later must not show the state from when the page was
   * made. Another snapshot of the same room is from a newer render.
   */
  readonly spent: Map<string, object>
}

/** By client: `snapshots` may be written inline, and are another object in every render then. */
const spentOf = new WeakMap<PPClient, Parcel['spent']>()

export function parcelFor(client: PPClient, snapshots: Snapshots | undefined): Parcel {
  const spent: Parcel['spent'] = spentOf.get(client) ?? new Map()
  spentOf.set(client, spent)
  return { snapshots, spent }
}

/** Finds the state that came with the page for what a handle asks for. */
export function takeSent(room: RoomHandle<RoomShape>, parcel: Parcel): object | undefined {
  const state = stateIn(parcel, room.key)
  if (state === undefined) return undefined
  const old = parcel.spent.get(room.key)
  // Compared as text: what is read again in each render is another object.
  if (old !== undefined && !sent.has(room) && JSON.stringify(old) === JSON.stringify(state)) return undefined
  sent.set(room, state)
  return state
}

/** The client is in the room: its snapshot is not shown again. */
export function spend({ key }: RoomHandle<RoomShape>, parcel: Parcel): void {
  const state = stateIn(parcel, key)
  // A snapshot that is not passed any more stays spent.
  if (state !== undefined) parcel.spent.set(key, state)
}

function stateIn({ snapshots }: Parcel, key: string): object | undefined {
  return snapshots !== undefined && Object.hasOwn(snapshots, key) ? snapshots[key]?.state : undefined
}

/**
 * What was found for a room. Kept by room, not read from the context: React looks at each component that reads a context whenever
 * a sibling renders, which for a thousand of them takes as long as ten renders.
 */
export function sentFor<Room extends RoomShape>(room: RoomHandle<Room>): StateOf<Room> | undefined {
  // The key names the definition, which types the state.
  return sent.get(room as RoomHandle<RoomShape>) as StateOf<Room> | undefined
}
