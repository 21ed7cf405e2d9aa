// What a lobby shows of rooms: as a list when asked for, or live, as the state of a room that clients join.
import { cloneJson } from '@painda/protocol'
import type { LobbyEntry, LobbyState } from '@painda/protocol'
import type { Room, RoomMetadata, RoomOptions, UntypedShape } from './definition.js'
import type { Matchmaking } from './matchmaking.js'
import type { Member } from './member.js'
import type { StateRoom } from './room.js'

/** Milliseconds between two lists: for people who choose, not for a game. */
const LOBBY_TICK_MS = 200

/** What a listing tells of a room. */
export interface RoomListing {
  readonly id: string
  readonly name: string | undefined
  readonly clients: number
  readonly maxClients: number
  readonly spectators: number
  readonly isLocked: boolean
  readonly metadata: RoomMetadata
}

export interface LobbyOptions<C extends Member> extends Pick<RoomOptions<C>, 'auth' | 'join'> {
  /** Rooms of this definition only. */
  readonly name?: string
}

export interface Listings<C extends Member> {
  listing(name?: string): RoomListing[]
  lobby(id: string, options?: LobbyOptions<C>): Room<UntypedShape<LobbyState>, C>
  /** The room has begun, ended, or looks different now. */
  changed(room: StateRoom<C>): void
}

type Matches<C extends Member> = Pick<Matchmaking<C>, 'get' | 'list' | 'room'>

export function createListings<C extends Member>(matchmaking: Matches<C>): Listings<C> {
  /** Lobbies, and the definition that each shows. */
  const lobbies = new Map<StateRoom<C>, string | undefined>()
  /** What a lobby is to show, by the code that it runs: other code for it (reload.ts) may not come to stay. */
  const wanted = new WeakMap<StateRoom<C>['behaviour'], string | undefined>()

  function isListed(room: StateRoom<C>, name: string | undefined): boolean {
    const isThere = matchmaking.get(room.id) === room && !room.isPrivate
    return isThere && (name === undefined || room.name === name)
  }

  function show(lobby: StateRoom<C>, name: string | undefined, room: StateRoom<C>): void {
    // A lobby's state is made below.
    const { rooms } = lobby.state as LobbyState
    const isShown = isListed(room, name)
    if (!isShown && !Object.hasOwn(rooms, room.id)) return
    lobby.update((draft) => {
      const shown = (draft as { rooms: Record<string, LobbyEntry> }).rooms
      if (isShown) shown[room.id] = { ...shown[room.id], ...entryOf(room) }
      else delete shown[room.id]
    })
  }

  function fill(lobby: StateRoom<C>): void {
    const name = wanted.get(lobby.behaviour)
    lobbies.set(lobby, name)
    for (const room of matchmaking.list()) show(lobby, name, room)
  }

  return {
    listing: (name) => matchmaking.list().flatMap((room) => (isListed(room, name) ? [listingOf(room)] : [])),
    lobby(id, { name, ...options } = {}) {
      const first: LobbyState = { rooms: {} }
      const room = matchmaking.room(id, first, { ...options, tickRate: LOBBY_TICK_MS, isPrivate: true })
      if (!wanted.has(room.behaviour)) wanted.set(room.behaviour, name)
      if (!lobbies.has(room)) fill(room)
      // Made of `first`, a line or a call above.
      return room as unknown as Room<UntypedShape<LobbyState>, C>
    },
    changed(room) {
      if (matchmaking.get(room.id) !== room) lobbies.delete(room)
      else if (lobbies.has(room) && lobbies.get(room) !== wanted.get(room.behaviour)) fill(room)
      for (const [lobby, name] of lobbies) if (lobby !== room) show(lobby, name, room)
    },
  }
}

function listingOf<C extends Member>(room: StateRoom<C>): RoomListing {
  const { id, name, clients, maxClients, spectators, isLocked, metadata } = room
  return { id, name, clients: clients.length, maxClients, spectators: spectators.length, isLocked, metadata }
}

function entryOf<C extends Member>(room: StateRoom<C>): LobbyEntry {
  const { name = null, maxClients, metadata, ...same } = listingOf(room)
  const limit = maxClients === Infinity ? null : maxClients
  return { ...same, name, maxClients: limit, metadata: cloneJson(metadata) }
}
