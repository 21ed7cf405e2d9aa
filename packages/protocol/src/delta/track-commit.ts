// The end of a tick: from what the nodes remember to one delta. Cost follows what was touched.
import type { Json } from '../json.js'
import { noneChanged } from './align.js'
import type { IsChanged } from './align.js'
import type { DiffContext, Secrecy } from './context.js'
import { emptyDelta, looksLikeMarker, PP_DELETED, type ArrayOp, type Delta } from './delta.js'
import { diffArrays, diffField, replacement, REPLACE_EMPTIED_KEYS } from './diff.js'
import { ListNode } from './track-array.js'
import { pathOf, type Ledger, type TrackNode } from './track-node.js'
import { RecordNode } from './track-record.js'
import { isSecret, rounded } from '../sync.js'
import type { SyncPlace } from '../sync.js'
import { cloneJson, own } from './value.js'

/** Deltas of more fields than this are probably keyed by id. */
const MAP_LIKE_FIELDS = 8

/** The past of a tracked tree, as `diff` asks for it, seen from the place that `sync` describes. */
export function createContext(ledger: Ledger, sync: SyncPlace | undefined): DiffContext {
  const flagged = (raw: object): TrackNode | undefined => {
    const node = ledger.nodes.get(raw)
    return node?.flaggedAt === ledger.tick ? node : undefined
  }
  const context: DiffContext = {
    isChanged: (raw) => flagged(raw) !== undefined,
    changeOf(raw, depth) {
      const node = flagged(raw)
      return node === undefined ? undefined : changeOfNode(node, context, depth)
    },
    before: (raw) => {
      const node = flagged(raw)
      // A container's past is a container of the same kind.
      return node === undefined ? raw : (node.past() as typeof raw)
    },
    take: sync === undefined ? cloneJson : (value) => rounded(value, sync),
    round: sync?.round,
    secrecy: secrecyOf(ledger, sync),
    at: () => context,
    below() {
      if (sync === undefined) return context
      return sync.isUniform ? context.at('*') : undefined
    },
  }
  if (sync !== undefined) context.at = contextsBelow(ledger, sync)
  return context
}

function secrecyOf(ledger: Ledger, place: SyncPlace | undefined): Secrecy | undefined {
  if (place === undefined || !(place.isHidden || place.isAbove)) return undefined
  return { hides: (value) => isSecret(value, place), touch: () => touchSecret(ledger) }
}

function touchSecret(ledger: Ledger): void {
  ledger.areSecretsTouched = true
  const { node, key = null } = ledger.comparing ?? {}
  // The topmost node only holds the root.
  if (node?.parent === undefined) ledger.secretPaths.push([])
  else ledger.secretPaths.push(key === null ? pathOf(node) : [...pathOf(node), node.step(key)])
}

/** Contexts are few, one per place of the sync table, and made when first needed. */
function contextsBelow(ledger: Ledger, sync: SyncPlace): DiffContext['at'] {
  const known = new Map<SyncPlace | undefined, DiffContext>()
  return (key) => {
    const place = sync.at(key)
    let context = known.get(place)
    if (context === undefined) known.set(place, (context = createContext(ledger, place)))
    return context
  }
}

/** What changed in a container that stands where it stood. */
export function changeOfNode(node: TrackNode, context: DiffContext, depth: number): Delta | undefined {
  if (node instanceof RecordNode) return changeOfRecord(node, context, depth)
  return node instanceof ListNode ? changeOfList(node, context, depth) : undefined
}

function changeOfList(node: ListNode, context: DiffContext, depth: number): Delta | undefined {
  if (node.touchedAt === node.ledger.tick)
    return diffArrays(node.before, node.raw, context, depth, changedItems(node))
  const ops: ArrayOp[] = []
  for (const child of locate(node)) {
    const delta = changeOfNode(child, context.at('*'), depth + 1)
    if (delta !== undefined) ops.push({ op: 'patch', index: Number(child.key), delta })
  }
  return ops.length === 0 ? undefined : { __pp_array_ops: ops }
}

/** Which items of a list changed inside. What stood in it when the tick began is at home here, so that is noted here. */
function changedItems({ children }: ListNode): IsChanged {
  if (children.length === 0) return noneChanged
  const changed = new Set<object>(children.map(({ raw }) => raw))
  return (item) => changed.has(item)
}

function changeOfRecord(node: RecordNode, context: DiffContext, depth: number): Delta | undefined {
  const { raw, children } = node
  const { keys, olds } = node.written()
  const fields = keys.length
  const delta = emptyDelta(fields + children.length > MAP_LIKE_FIELDS)
  let changes = 0
  let deletions = 0
  const { pasts } = node.ledger
  const noted = pasts.length
  if (fields > 0) pasts.push({ delta, keys, olds, context })
  for (let i = 0; i < fields; i++) {
    const key = keys[i] ?? ''
    // What is touched deeper in it was touched here before.
    if (context.secrecy !== undefined) node.ledger.comparing = { node, key }
    const change = diffField(olds[i], own(raw, key), context.at(key), depth + 1)
    if (change === undefined) continue
    delta[key] = change
    changes++
    if (change === PP_DELETED) deletions++
  }
  for (const child of children) {
    if (!isChangedInside(node, child, fields)) continue
    const below = context.at(child.key)
    if (isChangedInSecret(child, below)) continue
    const change = changeOfNode(child, below, depth + 1)
    if (change === undefined) continue
    delta[child.key] = change
    changes++
  }
  if (changes === 0) {
    pasts.length = noted
    return undefined
  }
  if (deletions >= REPLACE_EMPTIED_KEYS && deletions === changes && Object.keys(raw).length === 0)
    return replacement({}, context)
  return changes === 1 && looksLikeMarker(delta) ? replacement(raw as Json, context) : delta
}

/** False: it is not there any more, or there again; then the field was written, and is dealt with. */
export function isChangedInside(node: RecordNode, child: TrackNode, writtenFields: number): boolean {
  // Seen at home since the last write to its parent: it still is there.
  if (writtenFields === 0 && child.seenAt >= node.touchedAt && child.seenAt >= 0) return true
  if (node.raw[child.key] !== child.raw) return false
  child.seenAt = node.ledger.tick
  return writtenFields === 0 || !node.hasWritten(child.key)
}

/** True for a changed container that is hidden: its change is noted and goes no further. */
export function isChangedInSecret(child: TrackNode, { secrecy }: DiffContext): boolean {
  if (secrecy === undefined || !secrecy.hides(child.raw)) return false
  child.ledger.comparing = { node: child, key: null }
  secrecy.touch()
  return true
}

/** The flagged items of a list that kept its items, in order; their keys are their indexes. */
export function locate(node: ListNode): readonly TrackNode[] {
  const { raw, children } = node
  for (const child of children) if (raw[Number(child.key)] !== child.raw) return locateBySearch(node)
  return [...children].sort((a, b) => Number(a.key) - Number(b.key))
}

/** After items have shifted, where a node last saw itself is worth nothing: one look at all items. */
function locateBySearch({ raw, children }: ListNode): TrackNode[] {
  const wanted = new Map<unknown, TrackNode>()
  for (const child of children) wanted.set(child.raw, child)
  const found: TrackNode[] = []
  for (const [index, item] of raw.entries()) {
    const child = wanted.get(item)
    if (child === undefined) continue
    child.key = String(index)
    found.push(child)
  }
  return found
}
