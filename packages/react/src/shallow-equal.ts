// For selectors that make a new object or list of parts of the state.

/**
 * True when two lists, plain objects, Maps or Sets hold the same values under the same keys, each compared by `Object.is`. Two of
 * anything else are equal only when they are one.
 */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((value) => b.has(value))
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && Object.is(value, b.get(key)))
  }
  if (kindOf(a) === null || kindOf(a) !== kindOf(b)) return false
  const entries = Object.entries(a)
  if (entries.length !== Object.keys(b).length) return false
  // Both are objects; a key that only one of them has differs in its value or in their number.
  const other = b as { readonly [key: string]: unknown }
  return entries.every(([key, value]) => Object.hasOwn(other, key) && Object.is(value, other[key]))
}

/** Null for objects whose content nobody sees from outside: of a Date, say, all would look alike. */
function kindOf(value: object): 'list' | 'object' | null {
  if (Array.isArray(value)) return 'list'
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype ? 'object' : null
}
