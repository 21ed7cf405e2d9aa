// The size of a value as JSON, without making that JSON: a few bytes from a peer can be a text that occurs a million times.

/** Bytes of the value as JSON; some number above `most` as soon as it is more. Whether it is JSON is for others to say. */
export function jsonSize(value: unknown, most: number): number {
  if (typeof value === 'string') {
    return value.length > most ? value.length : Buffer.byteLength(JSON.stringify(value))
  }
  if (typeof value !== 'object' || value === null) return String(value).length
  // Bytes are no JSON; as an object they would have a key for each.
  if (ArrayBuffer.isView(value)) return value.byteLength
  let size = 2
  // Walked, never listed with its values: whoever said it may have said a million.
  if (Array.isArray(value)) {
    for (const child of value) {
      if (size > most) break
      size += (size > 2 ? 1 : 0) + jsonSize(child, most - size)
    }
    return size
  }
  for (const key in value) {
    if (size > most) break
    if (!Object.hasOwn(value, key)) continue
    size += (size > 2 ? 1 : 0) + jsonSize(key, most - size) + 1
    // A key of its own: nothing inherited is read.
    size += jsonSize((value as Record<string, unknown>)[key], most - size)
  }
  return size
}
