// Does a delta touch a path, does a value hold one? `*` stands for one key or index, `**` for any number of them.
import { isArrayOps, isDeleted, isLiteral } from '@painda/protocol'

/** Steps per row: a snapshot of a whole world must not freeze the page at every key press. */
const MAX_STEPS = 5_000

/** Whatever lies on the way is touched with it: a removed player's `hp` is gone, a replaced one's is another. */
export function touches(content: unknown, keys: readonly string[]): boolean {
  return walk(content, keys, { left: MAX_STEPS })
}

function walk(value: unknown, keys: readonly string[], steps: { left: number }): boolean {
  if (steps.left-- <= 0) return false
  const [key, ...rest] = keys
  if (key === undefined || isDeleted(value)) return true
  if (key === '**' && walk(value, rest, steps)) return true
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  if (isLiteral(value)) return Object.values(value).some((inner: unknown) => walk(inner, keys, steps))
  if (isArrayOps(value)) return value.__pp_array_ops.some((op: unknown) => walkOp(op, keys, steps))
  const below = key === '**' ? keys : rest
  return Object.keys(value).some((name) => isMatch(key, name) && walk(Reflect.get(value, name), below, steps))
}

function walkOp(op: unknown, keys: readonly string[], steps: { left: number }): boolean {
  const [key = '', ...rest] = keys
  if (typeof op !== 'object' || op === null || steps.left-- <= 0) return false
  const below = key === '**' ? keys : rest
  const at: unknown = Reflect.get(op, 'index')
  switch (Reflect.get(op, 'op')) {
    case 'patch':
      return isMatch(key, String(at)) && walk(Reflect.get(op, 'delta'), below, steps)
    case 'set':
      return isMatch(key, String(at)) && walk(Reflect.get(op, 'value'), below, steps)
    default:
      // Items that come, go or move shift those behind them.
      return key === '*' || key === '**' || Number(key) >= Number(at ?? Reflect.get(op, 'from'))
  }
}

function isMatch(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === '**' || pattern === name
}
