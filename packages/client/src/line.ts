// The copy of one line of a room's versions: an immutable tree that follows the server version by version. What did not
// change keeps its identity, also when a whole snapshot comes.
import { createTreeHash, findDifference } from '@painda/protocol'
import type { Path, Resync, StateDelta, StateSnapshot, Touched } from '@painda/protocol'
import { agrees, wrongHash } from './agreement.js'
import { share } from './share.js'
import { freeze } from '#advice'

/** What became of a message. `ignored`: it says nothing new, or a snapshot is on its way. */
export type Applied =
  /** `touched`: where the states shown before and after differ; undefined where nobody knows. */
  | { name: 'changed'; touched: readonly Touched[] | undefined; healed?: Healed }
  | { name: 'ignored' }
  | { name: 'lost'; why: Resync['why'] }

/** A snapshot came for a state whose hash was wrong. */
export interface Healed {
  /** The versions between which it was found. */
  readonly have: number
  readonly got: number
  /** The first place that was wrong; null where nothing is any more. */
  readonly path: Path | null
}

/** A state at a version, as a snapshot brings it. */
export type WholeLine = Pick<StateSnapshot, 'state' | 'version' | 'tick' | 'hash' | 'scope'>

export interface Line {
  readonly state: unknown
  readonly version: number
  readonly tick: number
  /** True from a lost version to the snapshot that heals it. */
  readonly isHealing: boolean
  /** @throws PPError `DESYNC` for a state that is not what the server has. */
  applySnapshot(snapshot: WholeLine): Applied
  applyDelta(delta: StateDelta): Applied
  /** False when only a snapshot helps; that one was lost with its connection does not change it. */
  readonly isFollowing: boolean
  /** The snapshot that was asked for will not come: the connection is another one. */
  stopHealing(): void
}

export function createLine(): Line {
  let state: unknown = undefined
  let version = 0
  let tick = 0
  let isHealing = false
  let isFollowing = false
  /** What stands here in spite of its hash, carried on until the snapshot comes that tells what is wrong with it. */
  let wrong: { state: unknown; version: number; have: number; got: number } | null = null
  const treeHash = createTreeHash()

  /** False: what stands here is not what the server believes to have sent. */
  function isRight(hash: number | undefined): boolean {
    return agrees(hash, () => treeHash.of(state))
  }

  function lost(why: Resync['why']): Applied {
    isHealing = true
    isFollowing = false
    return { name: 'lost', why }
  }

  /** Changes that came meanwhile are no differences. */
  function carryOn({ from, to, state: decoded }: StateDelta): void {
    if (wrong !== null && from === wrong.version) wrong = { ...wrong, state: decoded, version: to }
  }

  function healed(): { healed?: Healed } {
    if (wrong === null) return {}
    const { have, got } = wrong
    const path = findDifference(state, wrong.state)?.path ?? null
    wrong = null
    return { healed: { have, got, path } }
  }

  return {
    get state() {
      return state
    },
    get version() {
      return version
    },
    get tick() {
      return tick
    },
    get isHealing() {
      return isHealing
    },
    get isFollowing() {
      return isFollowing
    },
    applySnapshot(snapshot) {
      // Put back, so that the decoder goes on from the tree that keeps what we had.
      state = snapshot.state = share(state, snapshot.state)
      freeze(state)
      version = snapshot.version
      tick = snapshot.tick
      isHealing = false
      isFollowing = false
      // Asking again would get the same.
      if (!isRight(snapshot.hash)) throw wrongHash()
      isFollowing = true
      return { name: 'changed', touched: undefined, ...healed() }
    },
    applyDelta(message) {
      const { from, to, isDamaged } = message
      if (isHealing) {
        if (isDamaged !== true) carryOn(message)
        return { name: 'ignored' }
      }
      // First: what a damaged delta says of its versions may be part of the damage.
      if (state !== undefined && isDamaged === true) return lost(from === version ? 'undecodable' : 'gap')
      if (state === undefined || from !== version) return lost('gap')
      // Another handle of the room may have put back another tree: then what it has in common with ours is found anew.
      if (message.before !== state) message.state = share(state, message.state)
      state = message.state
      freeze(state)
      version = to
      tick = message.tick
      if (isRight(message.hash)) return { name: 'changed', touched: message.touched }
      wrong = { state, version, have: from, got: to }
      return lost('hash')
    },
    stopHealing: () => void (isHealing = false),
  }
}
