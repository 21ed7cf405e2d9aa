// What changed since when: from any version inside a window to now, for whoever skipped some. A tree beside the state
// holds, per place, the version that last put another value there; a walk over it serves every baseline.
import type { Json } from '../json.js'
import { isSecret, rounded, type CompiledSync, type SyncPlace } from '../sync.js'
import { emptyDelta, looksLikeMarker, PP_DELETED, type ArrayOp, type Delta } from './delta.js'
import {
  branch,
  lastChange,
  NO_KEYS,
  NOTHING_BELOW,
  tableOf,
  type Branch,
  type Place,
  type Table,
} from './history-place.js'
import { MANY_ROWS, WaitingRows } from './history-rows.js'
import type { Tracker } from './track.js'
import { isChangedInside, locate } from './track-commit.js'
import { ListNode } from './track-array.js'
import type { Ledger, TrackNode } from './track-node.js'
import { RecordNode } from './track-record.js'
import { cloneJson, isRecord, own, type JsonRecord } from './value.js'

/** A minute of 20 versions a second: longer than most lost connections last. */
const MAX_VERSIONS = 1200

export interface HistoryOptions {
  readonly tracker: Pick<Tracker<unknown>, 'state' | 'writes'>
  /** How receivers hold numbers: the tracker's own table. */
  readonly sync?: CompiledSync
  /** How far back a baseline may lie. Default 1200. */
  readonly maxVersions?: number
  /** The version that the tracker is at. Default 0. */
  readonly version?: number
}

export interface History {
  /** To be called for each version, right after the commit that made it, before the next write. Costs what changed. */
  note(version: number, delta: Delta | undefined): void
  /**
   * The same without a delta, from inside the commit: to be called by what `commitTo` was given. Only for a table that
   * hides nothing.
   */
  noteTracked(version: number, holder: RecordNode): void
  /** True when `version` is in the window. */
  reaches(version: number): boolean
  /**
   * The delta from `version` to the last one that was noted: undefined when nothing changed, null when the version is
   * too old or unknown. What was changed and changed back may be in it. Ask with nothing uncommitted.
   */
  since(version: number): Delta | undefined | null
}

export function createHistory({
  tracker,
  sync,
  maxVersions = MAX_VERSIONS,
  version = 0,
}: HistoryOptions): History {
  const { writes } = tracker
  let current = version
  let oldest = version
  let sweptAt = version
  let rootState = tracker.state
  let root: Place = branch(version)

  const reaches = (from: number): boolean => from >= oldest && from <= current

  function note(next: number, delta: Delta | undefined): void {
    const isSameRoot = begin(next)
    if (delta !== undefined) root = isSameRoot ? changed(root, delta, rootState) : next
    sweepInTime()
  }

  function noteTracked(next: number, { children }: RecordNode): void {
    const isSameRoot = begin(next)
    const node = children.find(({ raw }) => raw === rootState)
    if (!isSameRoot) root = next
    else if (node !== undefined) root = changedInside(root, node)
    sweepInTime()
  }

  /** False when another root stands there than at the version before. */
  function begin(next: number): boolean {
    const isSameRoot = tracker.state === rootState
    rootState = tracker.state
    current = next
    oldest = Math.max(oldest, next - maxVersions)
    return isSameRoot
  }

  /** Once per window, so that its price is spread over the changes that it looks at. */
  function sweepInTime(): void {
    if (current - sweptAt < maxVersions) return
    sweptAt = current
    sweep(root)
  }

  /** A container that stands where it stood, by what its node remembers. */
  function changedInside(place: Place | undefined, node: TrackNode): Place {
    if (node instanceof ListNode) return changedInList(place, node)
    return node instanceof RecordNode ? changedInRecord(place, node) : current
  }

  function changedInRecord(place: Place | undefined, node: RecordNode): Place {
    const at = branchOf(place)
    // Positions and counters, what nearly every tick is made of: the lists of their names are few, so one look compares two.
    const numbers = node.writtenNumbers()
    if (numbers !== null) noteNumbers(at, numbers, current)
    const fields = numbers === null ? noteFields(at, node) : numbers.length
    if (waits(at, node, fields)) return at
    if (node.children.length === 0) return at
    putWaiting(at)
    const below = tableOf(at)
    for (const child of node.children) {
      if (!isChangedInside(node, child, fields)) continue
      const before = below.get(child.key)
      const after = changedInside(before, child)
      if (after !== before) below.set(child.key, after)
    }
    return at
  }

  /** Fields that hold other numbers than before, or the same ones again: that is not looked at. */
  function noteNumbers(at: Branch, keys: readonly string[], version: number): void {
    if (at.recentKeys !== keys) {
      settle(at)
      at.recentKeys = keys
    }
    at.recentAt = version
  }

  /** True when what changed below `node` is noted as a list, to be looked up later. */
  function waits(at: Branch, node: RecordNode, fields: number): boolean {
    if (node.children.length < MANY_ROWS) return false
    at.waiting ??= new WaitingRows()
    if (!at.waiting.note(current, node, fields)) return false
    if (at.waiting.isFull) putWaiting(at)
    return true
  }

  /** Whatever else happens below `at` comes after what waits. */
  function putWaiting(parent: Branch): void {
    const { waiting } = parent
    if (waiting === null) return
    const below = tableOf(parent)
    waiting.take((key, names, version) => {
      const before = below.get(key)
      const at = typeof before === 'object' ? before : branch(before ?? oldest)
      if (at !== before) below.set(key, at)
      if (version < at.changedAt) putOlder(at, names, version)
      else {
        at.changedAt = version
        noteNumbers(at, names, version)
      }
    })
  }

  /** A change before the last one: what it wrote and the last one did not. */
  function putOlder(at: Branch, names: readonly string[], version: number): void {
    for (const name of names) {
      if (at.recentKeys.includes(name)) continue
      const known = at.below?.get(name) ?? -1
      if (typeof known === 'number' && known < version) tableOf(at).set(name, version)
    }
  }

  /** How many fields were written. */
  function noteFields(at: Branch, node: RecordNode): number {
    const { raw, ledger } = node
    const { keys, olds } = node.written()
    if (keys.length > 0) putWaiting(at)
    if (keys.length > 0 && !noteTogether(at, raw, keys, olds)) {
      const below = tableOf(at)
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] ?? ''
        mark(below, key, olds[i], own(raw, key), ledger)
      }
    }
    return keys.length
  }

  /** The fields of a container as one, where all are plain and have other values than before; else false, for each by itself. */
  function noteTogether(
    at: Branch,
    raw: JsonRecord,
    keys: readonly string[],
    olds: readonly unknown[],
  ): boolean {
    const { recentKeys } = at
    let isLikeBefore = recentKeys.length === keys.length
    let arePlain = true
    for (let i = 0; i < keys.length && arePlain; i++) {
      const key = keys[i] ?? ''
      const now = own(raw, key)
      if (isLikeBefore && recentKeys[i] !== key) isLikeBefore = false
      arePlain = now !== olds[i] && (typeof now !== 'object' || now === null)
    }
    if (!isLikeBefore || !arePlain) settle(at)
    at.recentKeys = !arePlain ? NO_KEYS : isLikeBefore ? recentKeys : keys
    at.recentAt = current
    return arePlain
  }

  function changedInList(place: Place | undefined, node: ListNode): Place {
    const { before, raw, ledger } = node
    const isWritten = node.touchedAt === ledger.tick
    // As with operations: a list whose items shifted is a new one, and so is one with hardly an old item in its place.
    if (isWritten && (before.length !== raw.length || isMostlyNew(before, raw))) return current
    const at = branchOf(place)
    const below = tableOf(at)
    if (isWritten) for (const [i, item] of raw.entries()) mark(below, String(i), before[i], item, ledger)
    else for (const child of locate(node)) below.set(child.key, changedInside(below.get(child.key), child))
    return at
  }

  /** One field or item, of which it is known what stood there before. */
  function mark(below: Table, key: string, old: unknown, now: unknown, ledger: Ledger): void {
    if (old !== now) below.set(key, current)
    else if (typeof now === 'object' && now !== null) {
      const node = ledger.nodes.get(now)
      if (node?.flaggedAt === ledger.tick) below.set(key, changedInside(below.get(key), node))
    }
  }

  /** `value`, a container that stands where it stood, changed by `delta`. */
  function changed(place: Place | undefined, delta: Delta | undefined, value: unknown): Place {
    if (isRecord(value) && isRecord(delta) && !looksLikeMarker(delta)) {
      const at = branchOf(place)
      settle(at)
      at.recentKeys = NO_KEYS
      const below = tableOf(at)
      const written = writes.of(delta)
      for (const key in delta) {
        const child = own(value, key)
        const isInPlace =
          written === undefined ||
          !written.keys.includes(key) ||
          isSameContainer(written.olds[written.keys.indexOf(key)], child)
        // Deltas are JSON all the way down.
        below.set(key, isInPlace ? changed(below.get(key), delta[key] as Delta, child) : current)
      }
      return at
    }
    const ops = Array.isArray(value) && isRecord(delta) ? delta['__pp_array_ops'] : undefined
    return Array.isArray(value) && Array.isArray(ops) ? changedItems(place, ops as ArrayOp[], value) : current
  }

  /** Item by item as long as no item changed its place; a list whose items shifted is a new one. */
  function changedItems(place: Place | undefined, ops: readonly ArrayOp[], list: unknown[]): Place {
    const isWritten = writes.isWritten(list)
    const at = branchOf(place)
    const below = tableOf(at)
    for (const op of ops) {
      if (op.op !== 'patch' && op.op !== 'set') return current
      const key = String(op.index)
      // In a list that was written, an item that is patched may be another object with the same id.
      const isInPlace = op.op === 'patch' && !isWritten
      below.set(key, isInPlace ? changed(below.get(key), op.delta, list[op.index]) : current)
    }
    return at
  }

  function branchOf(place: Place | undefined): Branch {
    const at = typeof place === 'object' ? place : branch(place ?? oldest)
    at.changedAt = current
    return at
  }

  function settle(at: Branch): void {
    const { recentKeys, recentAt } = at
    for (const key of recentKeys) tableOf(at).set(key, recentAt)
    putWaiting(at)
  }

  function sweep(place: Place): void {
    if (typeof place !== 'object') return
    putWaiting(place)
    if (place.recentAt <= oldest) place.recentKeys = NO_KEYS
    const { below } = place
    if (below === null) return
    for (const [key, child] of below) {
      if (lastChange(child) <= oldest) below.delete(key)
      else sweep(child)
    }
    if (below.size === 0) place.below = null
  }

  function collect(place: Place, value: unknown, at: SyncPlace | undefined, from: number): Delta | undefined {
    if (lastChange(place) <= from) return undefined
    if (isSecret(value, at)) return PP_DELETED
    if (typeof place !== 'object' || place.replacedAt > from) return whole(value, at)
    if (Array.isArray(value)) {
      settle(place)
      return collectItems(place, value, at, from)
    }
    if (!isRecord(value)) return whole(value, at)
    const { recentKeys, recentAt } = place
    // Of most objects a few numbers are written: they need no table.
    const areFew = recentKeys.length <= MAP_LIKE_FIELDS
    if (areFew) putWaiting(place)
    else settle(place)
    const below = place.below ?? NOTHING_BELOW
    const delta = emptyDelta(below.size + recentKeys.length > MAP_LIKE_FIELDS)
    let changes = 0
    if (areFew && recentAt > from)
      for (const key of recentKeys) if (put(delta, key, recentAt, value, at, from)) changes++
    for (const [key, child] of below) {
      if (areFew && recentKeys.includes(key)) continue
      if (put(delta, key, child, value, at, from)) changes++
    }
    if (changes === 0) return undefined
    return changes === 1 && looksLikeMarker(delta) ? whole(value, at) : delta
  }

  /** What changed at `key`; false when nothing did. */
  function put(
    delta: Record<string, Delta>,
    key: string,
    child: Place,
    value: JsonRecord,
    at: SyncPlace | undefined,
    from: number,
  ): boolean {
    const change = collect(child, own(value, key), at?.at(key), from)
    if (change === undefined) return false
    delta[key] = change
    return true
  }

  return {
    note,
    noteTracked,
    reaches,
    since(from) {
      if (!reaches(from)) return null
      return collect(root, tracker.state, sync?.root, from)
    },
  }

  function collectItems(
    { below }: Branch,
    list: readonly unknown[],
    at: SyncPlace | undefined,
    from: number,
  ): Delta | undefined {
    const ops: ArrayOp[] = []
    const items = at?.at('*')
    for (const [key, child] of [...(below ?? NOTHING_BELOW)].sort(([a], [b]) => Number(a) - Number(b))) {
      const index = Number(key)
      const delta = collect(child, list[index], items, from)
      if (delta === undefined) continue
      const isItself = typeof child !== 'object' || child.replacedAt > from
      ops.push(
        isItself ? { op: 'set', index, value: shown(list[index], items) } : { op: 'patch', index, delta },
      )
    }
    return ops.length === 0 ? undefined : { __pp_array_ops: ops }
  }
}

/** Deltas of more fields than this are probably keyed by id. */
const MAP_LIKE_FIELDS = 8

function isMostlyNew(before: readonly unknown[], after: readonly unknown[]): boolean {
  let left = after.length / 2
  for (let i = 0; i < after.length && left >= 0; i++) if (before[i] !== after[i]) left--
  return left < 0
}

function isSameContainer(before: unknown, after: unknown): boolean {
  return before === after && typeof after === 'object' && after !== null
}

/** The delta that puts `value` wherever it may go: what stood there before is not known. */
function whole(value: unknown, at: SyncPlace | undefined): Delta {
  if (value === undefined) return PP_DELETED
  const copy = shown(value, at)
  return isRecord(copy) ? { __pp_value: copy } : copy
}

function shown(value: unknown, at: SyncPlace | undefined): Json {
  // What a tracker holds is JSON.
  return at === undefined ? cloneJson(value as Json) : rounded(value as Json, at)
}
