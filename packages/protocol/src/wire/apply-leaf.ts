// Puts what a delta says of one place on what stands there. The law is that of `delta/patch.ts`, and a property test holds
// the two together; this one is a third of its size, because the readers of the wire let nothing in that is not JSON.
import { isRecord, own, spliceItems } from '../delta/value.js'
import { ensure, malformed } from '../malformed.js'

/** The place is to be empty. */
export const GONE = Symbol('gone')

/** Neither `before` nor `leaf` is written to. @throws PPError `MALFORMED_FRAME` where one does not fit the other */
export function applyLeaf(before: unknown, leaf: unknown): unknown {
  if (!isRecord(leaf)) return leaf
  const keys = Object.keys(leaf)
  const [marker = ''] = keys
  const content = leaf[marker]
  if (keys.length === 1 && marker === '__pp_value') return content
  if (keys.length === 1 && marker === '__pp_array_ops') return applyOps(before, content)
  if (keys.length === 1 && marker === '__pp_deleted') {
    ensure(content === true, 'marker')
    return GONE
  }
  if (!isRecord(before)) return leaf
  let after = before
  for (const key of keys) {
    const old = own(before, key)
    const value = applyLeaf(old, leaf[key])
    if (value === old) continue
    if (after === before) after = { ...before }
    if (value === GONE) delete after[key]
    else after[key] = value
  }
  return after
}

function applyOps(before: unknown, ops: unknown): unknown[] {
  ensure(Array.isArray(before) && Array.isArray(ops), 'list')
  const list: unknown[] = before.slice()
  for (const op of ops) {
    ensure(isRecord(op), 'operation')
    const { op: name, index, items } = op
    switch (name) {
      case 'set':
        ensure(op['value'] !== undefined, 'operation')
        list[placeIn(list.length - 1, index)] = op['value']
        break
      case 'patch': {
        const at = placeIn(list.length - 1, index)
        const value = applyLeaf(list[at], op['delta'])
        ensure(value !== GONE && value !== undefined, 'operation')
        list[at] = value
        break
      }
      case 'splice': {
        const at = placeIn(list.length, index)
        ensure(Array.isArray(items), 'operation')
        spliceItems(list, at, placeIn(list.length - at, op['deleteCount']), items)
        break
      }
      case 'move': {
        const [item] = list.splice(placeIn(list.length - 1, op['from']), 1)
        list.splice(placeIn(list.length, op['to']), 0, item)
        break
      }
      default:
        throw malformed('operation')
    }
  }
  return list
}

function placeIn(max: number, index: unknown): number {
  ensure(typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= max, 'index')
  return index
}
