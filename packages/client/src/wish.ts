// What is asked for when a room is joined: a definition or an id, any room of a kind or a certain one.
import { readInvite } from '@painda/protocol'
import type { Join, RoomShape } from '@painda/protocol'

export interface JoinOptions {
  /** With a definition: the very room of that id or invite code. */
  id?: string
  /** To look on, not to play; the room must allow it. */
  spectate?: boolean
  /** Reaches the room's `onJoin`. */
  options?: unknown
  /** Default `joinById` with an id, else `joinOrCreate`. */
  how?: 'joinOrCreate' | 'create' | 'joinById'
}

/** What a Join asks for. */
export type Wish = Pick<Join, 'how' | 'name' | 'room' | 'options' | 'spectate'>

export function wishOf(
  target: RoomShape | string,
  { id, options, how, spectate = false }: JoinOptions,
): Wish {
  const extra = { ...(options === undefined ? {} : { options }), ...(spectate ? { spectate } : {}) }
  if (typeof target === 'string') return { how: 'join', room: target, ...extra }
  return {
    how: how ?? (id === undefined ? 'joinOrCreate' : 'joinById'),
    name: target.name,
    ...(id === undefined ? {} : { room: id }),
    ...extra,
  }
}

/** Back to the very room that it was: rooms made or found by name have an id by then. */
export function returnWish({ wish, handle }: { wish: Wish; handle: { readonly id: string | null } }): Wish {
  if (handle.id === null || wish.name === undefined || wish.how === 'joinById') return wish
  return { ...wish, how: 'joinById', room: handle.id }
}

/** Equal wishes share a handle. The options are not part of it: they are for whoever asks first. */
export function keyOf({ how, name, room, spectate = false }: Wish): string {
  return JSON.stringify([how, name ?? null, room ?? null, spectate])
}

/**
 * Whether a room of that id, or invite code, and kind may be the answer. Only the server knows the kind of a room that was asked for by
 * its id, and which room an invite code stands for.
 */
export function mayMean({ how, name, room }: Wish, id: string, kind: string | undefined): boolean {
  if (how === 'create') return false
  if (room !== undefined && readInvite(room) === null && readInvite(id) === null) return room === id
  return room === id || name === undefined || kind === undefined || kind === name
}

export function nameOf({ name, room }: Wish): string {
  return [name, room].filter((part) => part !== undefined).join(':')
}
