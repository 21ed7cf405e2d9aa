// What a member alone may see. Everybody in a room gets the same bytes, in which marked paths are missing. What is marked for
// a member travels beside them as a small tree of its own, the member's own layer, with versions and a hash of its own:
//   server → member  Snapshot, Delta with scope "own"; after the room's own Snapshot, which takes the layer away
// The member lays it over the shared state. So a change of what is shared is encoded once, however many secrets there are.
import { isRecord, own } from './delta/value.js'
import { PPError } from './errors.js'
import type { Json } from './json.js'
import type { Path } from './path.js'
import { NOWHERE, rounded } from './sync.js'
import type { CompiledSync, SyncMark, SyncPlace, Viewer } from './sync.js'

type Layer = { [key: string]: Json }

/** What of `state` is marked for `viewer`, at the paths where it stands; empty when nothing is. Shares nothing with `state`. */
export function ownedBy(viewer: Viewer, state: object, sync: CompiledSync): Layer {
  let layer: Layer | undefined
  for (const mark of sync.marks) {
    // What is picked below an object is an object.
    const part = pick(state, { mark, viewer, depth: 0, keys: [], place: sync.root }) as Layer | undefined
    if (part !== undefined) layer = layer === undefined ? part : (mergeOwned(layer, part) as Layer)
  }
  return layer ?? {}
}

interface Picking {
  readonly mark: SyncMark
  readonly viewer: Viewer
  readonly depth: number
  /** What the `*` above stand for. */
  readonly keys: readonly string[]
  readonly place: SyncPlace | undefined
}

function pick(value: unknown, at: Picking): Json | undefined {
  const { mark, viewer, depth, keys, place } = at
  const step = mark.path[depth]
  if (step === undefined) {
    if (!maySee(mark, viewer, keys)) return undefined
    // What a tracker holds is JSON. A mark below this one is for its own pick to show.
    return rounded(value as Json, place ?? NOWHERE)
  }
  if (!isRecord(value)) return undefined
  let layer: Layer | undefined
  for (const key of keysOf(value, step, at)) {
    const child = own(value, key)
    if (child === undefined) continue
    const part = pick(child, {
      mark,
      viewer,
      depth: depth + 1,
      keys: step === '*' ? [...keys, key] : keys,
      place: place?.at(key),
    })
    if (part !== undefined) (layer ??= {})[key] = part
  }
  return layer
}

function maySee({ to }: SyncMark, viewer: Viewer, keys: readonly string[]): boolean {
  if (to === 'owner') return keys[0] === viewer.id || keys[0] === viewer.userId
  const answer: unknown = to(viewer, keys)
  // A promise would be true of everybody, whatever it says later.
  if (typeof answer === 'object' && answer !== null)
    throw new PPError('INVALID_ARGUMENT', 'A function of "to" says true or false, and at once.')
  return Boolean(answer)
}

/**
 * Those of whom something may be marked at one of `paths`, by id or by user's id; null: nobody knows, it may be anybody. A path may
 * end above what is marked.
 */
export function ownersAt(paths: readonly Path[], { marks }: CompiledSync): ReadonlySet<string> | null {
  const owners = new Set<string>()
  for (const { path: steps, to } of marks) {
    // What a function says may have changed with anything.
    if (to !== 'owner') return null
    const owner = steps.indexOf('*')
    for (const path of paths) {
      if (!steps.every((step, i) => i >= path.length || step === '*' || step === String(path[i]))) continue
      if (path.length <= owner) return null
      owners.add(String(path[owner]))
    }
  }
  return owners
}

/** An owner's own keys are known: those of others are not looked at. */
function keysOf(value: object, step: string, { mark, viewer, keys }: Picking): readonly string[] {
  if (step !== '*') return [step]
  if (mark.to !== 'owner' || keys.length > 0) return Object.keys(value)
  return viewer.id === viewer.userId ? [viewer.id] : [viewer.id, viewer.userId]
}

/** `layer` laid over `state`: where both have objects they are one, else the state's word counts. Changes neither. */
export function mergeOwned(state: unknown, layer: unknown): unknown {
  return createOwnedMerge()(state, layer)
}

/**
 * The same for one state after another: what changed in neither since the last time keeps its identity. It holds on to
 * nothing that is not held elsewhere.
 */
export function createOwnedMerge(): (state: unknown, layer: unknown) => unknown {
  const merged = new WeakMap<object, { layer: object; result: object }>()

  function merge(state: unknown, layer: unknown): unknown {
    if (state === undefined) return layer
    if (!isRecord(state) || !isRecord(layer)) return state
    const known = merged.get(state)
    if (known?.layer === layer) return known.result
    const keys = Object.keys(layer)
    if (keys.length === 0) return state
    const result = { ...state }
    for (const key of keys) result[key] = merge(own(state, key), layer[key])
    merged.set(state, { layer, result })
    return result
  }

  return merge
}
