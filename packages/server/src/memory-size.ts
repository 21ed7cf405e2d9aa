// How much memory a message takes while it waits. Its bytes on the wire do not tell: an empty object takes two, and the sender decides
// how a frame's bytes are spread over its messages.

/** Of each value, beside its characters: an object takes three times as much, a number in a list half of it. */
const BYTES_PER_VALUE = 16

/** About as many bytes as `value` takes; some number above `most` as soon as it is more. */
export function memorySize(value: unknown, most: number): number {
  if (typeof value === 'string') return BYTES_PER_VALUE + value.length
  if (typeof value !== 'object' || value === null) return BYTES_PER_VALUE
  if (ArrayBuffer.isView(value)) return BYTES_PER_VALUE + value.byteLength
  let size = BYTES_PER_VALUE
  if (Array.isArray(value)) {
    for (const child of value) {
      if (size > most) break
      size += memorySize(child, most - size)
    }
    return size
  }
  for (const key in value) {
    if (size > most) break
    // A key of its own: nothing inherited is read.
    if (Object.hasOwn(value, key))
      size += key.length + memorySize((value as Record<string, unknown>)[key], most - size)
  }
  return size
}
