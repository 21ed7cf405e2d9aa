// How large a value is as JSON, found out without making that JSON: a few bytes from a peer may be a text that stands in a million
// places.

/** Bytes of the value as JSON; some number above `most` as soon as it is more. Whether it is JSON is for others to say. */
export function jsonSize(value: unknown, most: number): number {
  if (typeof value === 'string') {
    return value.length > most ? value.length : Buffer.byteLength(JSON.stringify(value))
  }
  if (typeof value !== 'object' || value === null) return String(value).length
  const isList = Array.isArray(value)
  let size = 2
  for (const [key, child] of isList ? value.entries() : Object.entries(value)) {
    if (size > most) break
    if (size > 2) size++
    if (typeof key === 'string') size += jsonSize(key, most - size) + 1
    size += jsonSize(child, most - size)
  }
  return size
}
