// A room's replica as the application sees it: the line of versions that all members share, over it the line that is
// marked for this member alone, and on top the layers of what the server has not said yet.
import { createOwnedMerge } from '@painda/protocol'
import type { StateDelta, StateSnapshot } from '@painda/protocol'
import { createLayers } from './layers.js'
import type { Layers } from './layers.js'
import { createLine } from './line.js'
import type { Applied, Line, WholeLine } from './line.js'
import { share } from './share.js'

export interface Replica extends Line {
  /** What is shown: the server's state under the layers that are still ahead of it. */
  readonly state: unknown
  /** Of the shared line; acks name it. */
  readonly version: number
  /** What the server has said, as the snapshots that would make another replica hold the same. */
  lines(): readonly WholeLine[]
  readonly layers: Layers
}

export interface ReplicaOptions {
  /** A layer came or went, and another state is shown. */
  onShown?: (before: unknown) => void
  onError?: (thrown: unknown) => void
}

export function createReplica({ onShown, onError = () => {} }: ReplicaOptions = {}): Replica {
  const shared = createLine()
  /** Keeps its state while it is away, so that what comes back unchanged keeps its identity. */
  const own = createLine()
  const merge = createOwnedMerge()
  let hasOwn = false
  let shown: unknown = undefined
  const layers = createLayers(() => {
    const before = shown
    shown = look()
    if (shown !== before) onShown?.(before)
  }, onError)

  function look(): unknown {
    const next = layers.show(hasOwn ? merge(shared.state, own.state) : shared.state, shared.version)
    // Layers make their parts anew for each state; what comes out as it was keeps its identity.
    return layers.size > 0 ? share(shown, next) : next
  }

  /** With layers what was touched is only half of what changed: then the two shown states are compared. */
  function applied(result: Applied): Applied {
    if (result.name !== 'changed') return result
    const isLayered = layers.size > 0
    shown = look()
    return isLayered ? { ...result, touched: undefined } : result
  }

  const lineOf = ({ scope }: Pick<StateSnapshot, 'scope'>): Line => (scope === undefined ? shared : own)

  return {
    get state() {
      return shown
    },
    get version() {
      return shared.version
    },
    get tick() {
      return shared.tick
    },
    get isHealing() {
      return shared.isHealing || own.isHealing
    },
    get isFollowing() {
      return shared.isFollowing && (!hasOwn || own.isFollowing)
    },
    applySnapshot(snapshot) {
      // The shared line begins anew: what was over it is gone until its own snapshot follows, which heals it too.
      hasOwn = snapshot.scope !== undefined
      if (!hasOwn) {
        own.stopHealing()
        // Another view of the room: versions that were confirmed in the one before never come.
        if (snapshot.version < shared.version) layers.restart()
      }
      return applied(lineOf(snapshot).applySnapshot(snapshot))
    },
    applyDelta: (delta: StateDelta) => applied(lineOf(delta).applyDelta(delta)),
    stopHealing() {
      shared.stopHealing()
      own.stopHealing()
    },
    lines() {
      if (shared.state === undefined) return []
      const first = { state: shared.state, version: shared.version, tick: shared.tick }
      if (!hasOwn) return [first]
      return [first, { state: own.state, version: own.version, tick: own.tick, scope: 'own' }]
    },
    layers,
  }
}
