// Which places of a state cost the bytes: the newest deltas by path, with ids and indexes as `*`, so that all players are one line.
import { isArrayOps, isDeleted, isLiteral } from '@painda/protocol'
import type { Row } from './rows.js'

export interface PathTraffic {
  /** `players.*.x` */
  readonly path: string
  readonly changes: number
  /** Estimated: a frame's bytes, shared out by the length of what was said of each place. */
  readonly bytes: number
}

/** A few seconds of a fast game; more would count what the reader no longer sees. */
const MAX_DELTAS = 300
const MAX_DEPTH = 16
/** Below this many keys of one object they are taken for names of fields. */
const MANY_KEYS = 3

/** The most expensive first. Only what a frame's own bytes are known of: rows of the state of `room`. */
export function pathTraffic(rows: readonly Row[], source: number, room: string): PathTraffic[] {
  const paths = new Map<string, { changes: number; bytes: number }>()
  let left = MAX_DELTAS
  for (let at = rows.length - 1; at >= 0 && left > 0; at--) {
    const row = rows[at]
    if (row?.source !== source || row.kind !== 'delta' || row.room !== room || row.frame === null) continue
    left--
    const said = new Map<string, { changes: number; length: number }>()
    collect(row.content, '', 0, said)
    const whole = [...said.values()].reduce((sum, { length }) => sum + length, 0)
    const bytes = row.frame.bytes.byteLength / row.frame.parts
    for (const [path, { changes, length }] of said) {
      const sum = paths.get(path) ?? { changes: 0, bytes: 0 }
      sum.changes += changes
      sum.bytes += (bytes * length) / whole
      paths.set(path, sum)
    }
  }
  return [...paths]
    .map(([path, sum]) => ({ path, ...sum }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))
}

type Said = Map<string, { changes: number; length: number }>

function collect(delta: unknown, path: string, depth: number, said: Said): void {
  if (depth < MAX_DEPTH && isArrayOps(delta)) {
    const ops: readonly unknown[] = delta.__pp_array_ops
    for (const op of ops) collectOp(op, join(path, '*'), depth, said)
    return
  }
  if (depth >= MAX_DEPTH || !isBranch(delta)) return add(path, delta, said)
  const keys = Object.keys(delta)
  const isMap = looksLikeMap(delta, keys)
  for (const key of keys) collect(Reflect.get(delta, key), join(path, isMap ? '*' : key), depth + 1, said)
}

function collectOp(op: unknown, path: string, depth: number, said: Said): void {
  const isPatch = typeof op === 'object' && op !== null && Reflect.get(op, 'op') === 'patch'
  if (isPatch) collect(Reflect.get(op, 'delta'), path, depth + 1, said)
  else add(path, op, said)
}

function add(path: string, value: unknown, said: Said): void {
  const sum = said.get(path) ?? { changes: 0, length: 0 }
  sum.changes++
  sum.length += 1 + (JSON.stringify(value)?.length ?? 0)
  said.set(path, sum)
}

/** Entities by id: a key with a digit in it, or children that are objects and many. Fields are named by words. */
function looksLikeMap(delta: object, keys: readonly string[]): boolean {
  if (keys.some((key) => /\d|^[^\w]|-/.test(key))) return true
  return keys.length > MANY_KEYS && keys.every((key) => isBranch(Reflect.get(delta, key)))
}

function isBranch(delta: unknown): delta is object {
  if (typeof delta !== 'object' || delta === null || Array.isArray(delta)) return false
  return !isDeleted(delta) && !isLiteral(delta) && !isArrayOps(delta) && Object.keys(delta).length > 0
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
