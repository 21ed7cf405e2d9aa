// Where the containers of a tracked tree stand: what their homes say, and whether that still holds.
import type { TrackNode } from './track-node.js'

/** True when `node` stands in its home at this moment. */
export function isAtHome(node: TrackNode): boolean {
  return node.parent === undefined || node.parent.holds(node.raw, node.key)
}

/** True when home by home the way leads up to the root, or to a container that `isKnown` to be in the tree. */
export function isInTree(node: TrackNode, isKnown: (node: TrackNode) => boolean = () => false): boolean {
  for (let at = node; at.parent !== undefined && !isKnown(at); at = at.parent) if (!isAtHome(at)) return false
  return true
}
