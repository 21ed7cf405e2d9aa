// State is a tree, but a program may put one object into two places. Within the tick both places show the same object, as
// in any JavaScript; at the commit the object keeps one of them and every other place gets a copy of its own, because
// that is what replicas will have. Also moves the homes of what was moved.
import type { Placements } from './track-enter.js'
import { isAtHome, isInTree } from './track-home.js'
import type { Ledger, TrackNode } from './track-node.js'
import { cloneJson } from './value.js'

/** A container of the raw tree, by key: arrays answer to their indexes. */
type Container = Record<string, unknown>

/** Before the delta is made: afterwards no object stands in two places of the tree. */
export function separateAliases(ledger: Ledger, placements: Placements): void {
  const placed = new Set<TrackNode>()
  for (const [container, noted] of placements) {
    for (const [, node] of placesIn(container, noted, ledger)) placed.add(node)
  }
  /** Those that have a place by now. */
  const claimed = new Set<TrackNode>()
  for (const [container, noted] of placements) {
    for (const [key, node] of placesIn(container, noted, ledger)) {
      if (claimed.has(node) || isAtHomeElsewhere(node, container, noted, placed)) {
        exchange(container, key, cloneJson(node.raw), ledger)
      } else claimed.add(node)
    }
  }
}

/** After the delta is made: what was moved is at home where it now stands. */
export function moveHomes(ledger: Ledger, placements: Placements): void {
  for (const [container, noted] of placements) {
    const parent = ledger.nodes.get(container)
    if (parent === undefined) continue
    for (const [key, node] of placesIn(container, noted, ledger)) {
      node.moveHome(parent, key)
    }
  }
}

function exchange(container: object, key: string, raw: object, ledger: Ledger): void {
  const node = ledger.nodes.get(container)
  if (node === undefined) (container as Container)[key] = raw
  else node.exchange(key, raw)
}

function placesIn(container: object, noted: Set<unknown>, ledger: Ledger): [string, TrackNode][] {
  const places: [string, TrackNode][] = []
  for (const keyOrItem of noted) {
    if (Array.isArray(container)) {
      for (let at = container.indexOf(keyOrItem); at >= 0; at = container.indexOf(keyOrItem, at + 1))
        add(String(at), keyOrItem)
      // What is noted of an object are keys.
    } else add(keyOrItem as string, (container as Container)[keyOrItem as string])
  }
  return places

  function add(key: string, value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const node = ledger.nodes.get(value)
    if (node !== undefined) places.push([key, node])
  }
}

/** True when the object also stands where it stood before, in a part of the tree that is still there. */
function isAtHomeElsewhere(
  node: TrackNode,
  container: object,
  noted: Set<unknown>,
  placed: ReadonlySet<TrackNode>,
): boolean {
  const { parent } = node
  if (parent === undefined) return false
  // What is noted takes its turn to claim.
  if (parent.raw === container && (Array.isArray(container) || noted.has(node.key))) return false
  return isAtHome(node) && isInTree(parent, (other) => placed.has(other))
}
