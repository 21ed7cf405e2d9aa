// What a client may see of a room: what `view()` makes of the state, and what the contract marks for it. All of it is the
// application's word, so whatever that throws shows nothing and is reported.
import { mergeOwned, ownedBy, PPError } from '@painda/protocol'
import type { CompiledSync, Viewer } from '@painda/protocol'
import type { Member } from './member.js'
import type { RoomKind } from './room-kind.js'
import type { View } from './view.js'

export interface Sight<C extends Member> {
  /** Clients of one key see the same; empty: the room's own view. */
  keyOf(client: C): string
  /** What is shared with this client; the state itself for all of it. */
  seenBy(client: C): object
  /** What is marked for it alone. */
  owned(client: C): object
  /** True for a client that gets both as one. */
  isMerged(client: C): boolean
}

export interface SightOptions<C extends Member> {
  /** The room's own view, which the application writes to. */
  main: Pick<View<object>, 'state'>
  sync: CompiledSync
  /** `view` and `viewKey` of its code, which may be other code any time. */
  kind: Pick<RoomKind<C>, 'behaviour'>
  onError: (where: string, thrown: unknown) => void
}

export function createSight<C extends Member>(options: SightOptions<C>): Sight<C> {
  const { main, sync, kind, onError } = options

  /** What somebody of this key sees now; the state itself for all of it. */
  function look(client: C): object {
    const { view } = kind.behaviour
    if (view === undefined) return main.state
    try {
      const seen: unknown = view(client, main.state)
      if (typeof seen === 'object' && seen !== null && !Array.isArray(seen)) return seen
      throw new PPError('STATE_NOT_JSON', 'view() must return an object.')
    } catch (thrown) {
      onError('view()', thrown)
      return {}
    }
  }

  function owned(client: C): object {
    const viewer: Viewer = {
      id: client.id,
      userId: client.userId,
      getTag: (tag) => client.getTag?.(tag),
    }
    try {
      return ownedBy(viewer, main.state, sync)
    } catch (thrown) {
      onError('A function of "to"', thrown)
      return {}
    }
  }

  /** A v2 client knows no part of its own: what is marked for it stands in a view that only it has. */
  const isMerged = ({ protocol }: C): boolean => protocol === 'v2' && sync.marks.length > 0

  function keyOf(client: C): string {
    if (isMerged(client)) return `merged ${client.id}`
    const { view, viewKey } = kind.behaviour
    if (view === undefined) return ''
    try {
      const key: unknown = viewKey?.(client) ?? client.id
      // As a text each promise, and each object, is the same: all would see what one may.
      if (typeof key === 'string' || typeof key === 'number') return `key ${key}`
      throw new PPError('INVALID_ARGUMENT', 'viewKey() must return a text.')
    } catch (thrown) {
      onError('viewKey()', thrown)
      return `merged ${client.id}`
    }
  }

  function seenBy(client: C): object {
    const seen = look(client)
    // Laid over a state without any secret: the result is an object as both are.
    return isMerged(client) ? (mergeOwned(sync.snapshotOf(seen), owned(client)) as object) : seen
  }

  return { keyOf, seenBy, owned, isMerged }
}
