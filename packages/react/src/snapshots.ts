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

/** What came with the page for the rooms of one client. */
export interface Parcel {
  readonly snapshots: Snapshots | undefined
  /** Rooms that the client has been in since: who comes again later must not see what was so when the page was made. */
  readonly spent: Set<string>
}

/** By client: `snapshots` may be written inline, and are another object in every render then. */
const spentOf = new WeakMap<PPClient, Set<string>>()

export function parcelFor(client: PPClient, snapshots: Snapshots | undefined): Parcel {
  const spent = spentOf.get(client) ?? new Set()
  spentOf.set(client, spent)
  return { snapshots, spent }
}

/** Finds the state that came with the page for what a handle asks for. */
export function takeSent(room: RoomHandle<RoomShape>, { snapshots, spent }: Parcel): object | undefined {
  const { key } = room
  const isFresh = sent.has(room) || !spent.has(key)
  const state =
    isFresh && snapshots !== undefined && Object.hasOwn(snapshots, key) ? snapshots[key]?.state : undefined
  if (state !== undefined) sent.set(room, state)
  return state
}

/**
 * What was found for a room. Kept by room, not read from the context: React looks at each component that reads a context whenever
 * a sibling renders, which for a thousand of them takes as long as ten renders.
 */
export function sentFor<Room extends RoomShape>(room: RoomHandle<Room>): StateOf<Room> | undefined {
  // The key names the definition, which types the state.
  return sent.get(room as RoomHandle<RoomShape>) as StateOf<Room> | undefined
}
