// Which places a delta changed: what a client asks to wake exactly the subscribers whose path was touched.
import { isPlainObject } from '../json.js'
import type { Path } from '../path.js'
import { isArrayOps, looksLikeMarker } from './delta.js'
import { isRecord, own } from './value.js'

/**
 * Told about every place that changed, a container before what is in it. `isWhole`: another value stands there, so anything
 * below may have changed and is not visited. Return false to skip what is below. The path is reused: copy it to keep it.
 */
export type TouchVisitor = (path: Path, isWhole: boolean) => void | false

/**
 * Visits what `delta` changed between two replicas, `after` being `patchImmutable(before, delta)`. A place that the delta
 * names but that holds the same as before is not visited. In an array, a shift touches every later index that now holds
 * another item. Cost: what the delta names, and the items behind a shift.
 */
export function forEachTouched(delta: unknown, before: unknown, after: unknown, visit: TouchVisitor): void {
  if (delta !== undefined) walk(delta, before, after, [], visit)
}

type OpenPath = (string | number)[]

function walk(delta: unknown, before: unknown, after: unknown, path: OpenPath, visit: TouchVisitor): void {
  if (before === after) return
  if (Array.isArray(before) && Array.isArray(after) && isArrayOps(delta)) {
    if (visit(path, false) !== false) walkItems(delta.__pp_array_ops, before, after, path, visit)
  } else if (isRecord(before) && isRecord(after) && isPlainObject(delta) && !looksLikeMarker(delta)) {
    if (visit(path, false) === false) return
    for (const key of Object.keys(delta))
      step(delta[key], own(before, key), own(after, key), key, path, visit)
  } else visit(path, true)
}

function step(
  delta: unknown,
  before: unknown,
  after: unknown,
  key: string | number,
  path: OpenPath,
  visit: TouchVisitor,
): void {
  path.push(key)
  walk(delta, before, after, path, visit)
  path.pop()
}

function walkItems(
  ops: readonly unknown[],
  before: readonly unknown[],
  after: readonly unknown[],
  path: OpenPath,
  visit: TouchVisitor,
): void {
  let firstShifted = Infinity
  for (const op of ops) firstShifted = Math.min(firstShifted, shiftsFrom(op))
  for (const op of ops) {
    // Before the first shift an index means the same item in all three: before, delta, after.
    if (!isRecord(op) || typeof op['index'] !== 'number' || op['index'] >= firstShifted) continue
    const index = op['index']
    step(op['delta'], before[index], after[index], index, path, visit)
  }
  for (let i = firstShifted; i < Math.max(before.length, after.length); i++)
    step(undefined, before[i], after[i], i, path, visit)
}

/** The first index whose item an operation may shift. */
function shiftsFrom(op: unknown): number {
  if (!isRecord(op)) return Infinity
  if (op['op'] === 'splice') return Number(op['index'])
  return op['op'] === 'move' ? Math.min(Number(op['from']), Number(op['to'])) : Infinity
}
