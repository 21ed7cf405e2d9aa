// A value in a sentence.

/** Long enough to see what it is, short enough for one line. */
const SHOWN_LENGTH = 120

export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value, plain)
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

/** What a test may expect, and JSON cannot say. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (value instanceof Uint8Array) return `bytes ${[...value].join(' ')}`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value === 'bigint' ? `${value}n` : value
}
