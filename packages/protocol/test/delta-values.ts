// Values for the delta tests: JSON as a hostile user would write it, and what is done to it.
import fc from 'fast-check'
import type { Json } from '../src/json.js'

/** Keys and strings that once broke somebody's diff; the three forbidden ones are not state. */
const trickyKeys = [
  '', '0', '1', '-1', '1e3', '01', 'a', 'b', 'id', 'length', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then',
  '__pp_deleted', '__pp_array_ops', '__pp_value', '__defineGetter__', 'é', '日本', '\u0000', '💥', 'a.b',
] // prettier-ignore

export const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 2, arbitrary: fc.constantFrom(...trickyKeys) },
  fc.string({ maxLength: 3, unit: 'binary' }).filter((k) => k !== '__proto__'),
)

const primitive = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, 2, '', 'a', '__pp_deleted'),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

const marker = fc.constantFrom<Json>(
  { __pp_deleted: true },
  { __pp_deleted: false },
  { __pp_deleted: { __pp_deleted: true } },
  { __pp_array_ops: [] },
  { __pp_array_ops: [{ op: 'splice', index: 0, deleteCount: 0, items: [1] }] },
  { __pp_array_ops: 1 },
  { __pp_value: 1 },
  { __pp_value: { __pp_value: {} } },
  { __pp_value: { a: 1 }, a: 1 },
)

const tree = fc.letrec<{ value: Json; list: Json; map: Json; rows: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    primitive,
    tie('map'),
    tie('list'),
    tie('rows'),
    marker,
  ),
  list: fc.array(tie('value'), { maxLength: 8 }),
  map: fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  rows: fc.array(
    fc.record({ id: fc.integer({ min: 0, max: 9 }), v: tie('value') }, { noNullPrototype: true }),
    {
      maxLength: 9,
    },
  ),
}))

/** Any state. */
export const json = tree.value

/** A state and one made from it by a few changes, or an unrelated one. */
export const pair = fc.oneof(
  fc.tuple(json, json),
  fc
    .tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat(), json), { minLength: 1, maxLength: 6 }))
    .map(([before, edits]): [Json, Json] => [
      before,
      edits.reduce<Json>((value, [where, how, item]) => edit(value, where, how, item), before),
    ]),
)

/** One change somewhere in `value`: set, remove, insert, move. Every step of the way is a copy. */
function edit(value: Json, where: number, how: number, item: Json): Json {
  if (typeof value !== 'object' || value === null) return item
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [...value] : { ...value }
  const keys = Object.keys(copy)
  const at = keys[where % (keys.length + 1)]
  const deeper = Math.floor(where / (keys.length + 1))
  const inside = at === undefined ? undefined : (copy as Record<string, Json>)[at]
  if (at !== undefined && typeof inside === 'object' && inside !== null && how % 3 > 0) {
    ;(copy as Record<string, Json>)[at] = edit(inside, deeper, Math.floor(how / 3), item)
  } else if (Array.isArray(copy)) {
    const index = Number(at ?? 0)
    if (how % 4 === 0) copy.splice(index, 1)
    else if (how % 4 === 1) copy.splice(index, 0, item)
    else if (how % 4 === 2) copy.splice(deeper % (copy.length || 1), 0, ...copy.splice(index, 1))
    else copy[index] = item
  } else if (at !== undefined && how % 3 === 0) delete copy[at]
  else copy[at ?? 'new'] = item
  return copy as Json
}

/** What JSON does to a value: −0 becomes 0, sharing ends. */
export function overTheWire<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T)
}

/** Freezes a whole tree, so that any write into it throws. */
export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const child of Object.values(value)) freeze(child)
  }
  return value
}
