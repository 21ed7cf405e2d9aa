// For selectors that make a new object or list of parts of the state.

/** True when two lists or plain objects hold the same values, each compared by `Object.is`. */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const entries = Object.entries(a)
  if (entries.length !== Object.keys(b).length) return false
  // Both are objects; a key that only one of them has differs in its value or in their number.
  const other = b as { readonly [key: string]: unknown }
  return entries.every(([key, value]) => Object.hasOwn(other, key) && Object.is(value, other[key]))
}
