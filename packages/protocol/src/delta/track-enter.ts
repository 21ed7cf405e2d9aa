// How values come into a tracked tree. A plain value is checked and copied once: what its owner does to it afterwards
// must not change state behind the tracker's back. A draft keeps its identity: it is moved, not copied.
import { isPlainObject, keyFault, MAX_DEPTH } from '../json.js'
import { isInTree } from './track-home.js'
import { nodeOf, notJson, pathOf, type Ledger, type TrackNode } from './track-node.js'
import { cloneJson } from './value.js'

/** Where drafts were put in this tick: raw object → its fields, raw list → the items, which may have shifted since. */
export type Placements = Map<object, Set<unknown>>

export function createEnter(ledger: Ledger, placements: Placements): Ledger['enter'] {
  return enter

  function enter(value: unknown, node: TrackNode, key: string): unknown {
    if (typeof value !== 'object' || value === null) return checkPrimitive(value, node, key)
    const draft = nodeOf(value)
    if (draft?.ledger === ledger) return place(draft, node, key, node)
    const adopted = adopt(value, node, key, node, pathOf(node).length + 1)
    // From now on known as new: nothing in it needs to be remembered in this tick.
    if (!ledger.nodes.has(adopted)) ledger.nodes.set(adopted, ledger.create(adopted, node, key, ledger.tick))
    return adopted
  }

  /** A checked copy. `target` is the node in the tree, `parent` where the copy will hang: target, or a copy below it. */
  function adopt(value: object, parent: TrackNode, key: string, target: TrackNode, depth: number): object {
    // As everywhere: the root is level 0, and a container on level 64 is one too many.
    if (depth >= MAX_DEPTH) throw notJson(parent, key, `more than ${MAX_DEPTH} levels, or a cycle`)
    if (Array.isArray(value)) {
      const raw: unknown[] = []
      const node = ledger.create(raw, parent, key, ledger.tick)
      for (let i = 0; i < value.length; i++) raw.push(adoptChild(value[i], node, String(i), target, depth))
      return raw
    }
    if (!isPlainObject(value))
      throw notJson(parent, key, value.constructor?.name ?? 'an object with a prototype')
    const raw: Record<string, unknown> = {}
    const node = ledger.create(raw, parent, key, ledger.tick)
    for (const name of Object.keys(value)) {
      const fault = keyFault(name)
      if (fault !== null) throw notJson(node, name.slice(0, 40), fault)
      raw[name] = adoptChild(value[name], node, name, target, depth)
    }
    return raw
  }

  function adoptChild(
    value: unknown,
    node: TrackNode,
    key: string,
    target: TrackNode,
    depth: number,
  ): unknown {
    if (typeof value !== 'object' || value === null) return checkPrimitive(value, node, key)
    const draft = nodeOf(value)
    if (draft?.ledger !== ledger) return adopt(value, node, key, target, depth + 1)
    // A draft inside: its new home must be found from it, so the copies above it become known nodes.
    for (let at = node; !ledger.nodes.has(at.raw) && at.parent !== undefined; at = at.parent)
      ledger.nodes.set(at.raw, at)
    return place(draft, node, key, target)
  }

  function place(draft: TrackNode, node: TrackNode, key: string, target: TrackNode): object {
    const room = MAX_DEPTH - pathOf(node).length - 1
    if (measure(draft.raw, target.raw, 0, room) === 'cycle') return cloneJson<object>(draft.raw)
    if (measure(draft.raw, undefined, 0, room) === 'deep')
      throw notJson(node, key, `more than ${MAX_DEPTH} levels`)
    note(node.raw, key, draft.raw)
    if (!isInTree(draft)) noteStrays(draft.raw)
    return draft.raw
  }

  function note(container: object, key: string, item: object): void {
    const place = Array.isArray(container) ? item : key
    const known = placements.get(container)
    if (known === undefined) placements.set(container, new Set([place]))
    else known.add(place)
  }

  /** What was taken out of the tree may still hold objects that went on living elsewhere: they stand in two places now. */
  function noteStrays(raw: object): void {
    for (const key of Object.keys(raw)) {
      const child = (raw as Record<string, unknown>)[key]
      if (typeof child !== 'object' || child === null) continue
      const known = ledger.nodes.get(child)
      if (known !== undefined && known.parent?.raw !== raw) note(raw, key, child)
      noteStrays(child)
    }
  }
}

/** Whether putting `raw` somewhere would close a circle through `target`, or go too deep. */
function measure(
  raw: object,
  target: object | undefined,
  depth: number,
  room: number,
): 'cycle' | 'deep' | 'fine' {
  if (raw === target) return 'cycle'
  if (depth >= room) return 'deep'
  let worst: 'deep' | 'fine' = 'fine'
  // `for in` over raw JSON, arrays included, allocates nothing.
  for (const key in raw) {
    const child = (raw as Record<string, unknown>)[key]
    if (typeof child !== 'object' || child === null) continue
    const found = measure(child, target, depth + 1, room)
    if (found === 'cycle') return found
    if (found === 'deep') worst = found
  }
  return worst
}

function checkPrimitive(value: unknown, node: TrackNode, key: string): unknown {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(node, key, String(value))
    // JSON has one zero.
    return value === 0 ? 0 : value
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  throw notJson(node, key, value === undefined ? 'undefined (delete the key instead)' : typeof value)
}
