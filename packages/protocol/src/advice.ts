// Warnings for developers: unknown names, with the name that was probably meant. Each is given once, and none in production; callers
// check `DEV` first, so that pages built for production do not contain them.

/** False in a Node that runs with `NODE_ENV=production`; pages have `DEV` for that. */
export function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { readonly env?: { readonly NODE_ENV?: string } } }
  return process?.env?.NODE_ENV !== 'production'
}

/**
 * Which own keys of `given` are none of `known`'s, as words for a sentence: `"prot" (did you mean "port"?)`; null when all are known.
 * A key without a value was left out.
 */
export function unknownNames(given: object, known: object): string | null {
  const unknown = Object.entries(given).filter(
    ([key, value]) => value !== undefined && !Object.hasOwn(known, key),
  )
  return unknown.length === 0 ? null : unknown.map(([key]) => `"${key}"${meant(key, known)}`).join(', ')
}

/** ` (did you mean "port"?)`, or nothing where no key of `known` is like it. */
export function meant(name: string, known: object): string {
  const given = name.toLowerCase()
  const best = nearest(name, known) ?? Object.keys(known).find((key) => isPartOf(given, key.toLowerCase()))
  return best === undefined ? '' : ` (did you mean "${best}"?)`
}

/** The key of `known` that differs from `name` by a letter or two at most. */
export function nearest(name: string, known: object): string | undefined {
  const given = name.toLowerCase()
  const most = given.length < 5 ? 1 : 2
  let best: string | undefined
  let least = most + 1
  for (const candidate of Object.keys(known)) {
    const other = candidate.toLowerCase()
    const edits = editsBetween(given, other, least)
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

/** True for `token` and `getToken`, `maxPayload` and `maxPayloadBytes`. */
function isPartOf(a: string, b: string): boolean {
  return (a.length > 3 && b.includes(a)) || (b.length > 3 && a.includes(b))
}

/** The edit distance: letters to add, remove, change or swap. Stops at `enough`. */
function editsBetween(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? at(before, j - 2) + 1 : enough
      next.push(Math.min(change, swap, at(row, j) + 1, at(next, j - 1) + 1))
    }
    ;[before, row] = [row, next]
  }
  return at(row, b.length)
}

/** Rows are as long as they are asked for. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}

const told = new Set<string>()

/** Warns in the console, once for each `cause`. */
export function warnOnce(text: string, cause = text): void {
  if (told.has(cause) || !isDevelopment()) return
  told.add(cause)
  // The one place to say it is the developer's console; a host without one hears nothing.
  const { console } = globalThis as { console?: { warn(text: string): void } }
  console?.warn(`[painda] ${text}`)
}

/** For `emit` with several payloads, as in Socket.IO. */
export function manyPayloads(type: string, last: unknown): string {
  const instead =
    typeof last === 'function' ? 'for an answer ask with request(type, payload)' : 'put all of it into one'
  return `emit('${type}') takes one payload, and what follows it is dropped: ${instead}.`
}

/** Warns of a Map, Set, promise, Error or ArrayBuffer in a payload: as JSON it is an object without fields. */
export function warnOfEmptied(value: object, { length }: readonly unknown[]): void {
  if (length > 0) return
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (kind === 'Promise') warnOnce('A Promise travels as {}: await it first.')
  if (kind === 'ArrayBuffer') warnOnce('An ArrayBuffer travels as {}: send new Uint8Array(buffer).')
  if (kind === 'Error') warnOnce('An Error travels as {}: send its message, or answer with ack(error).')
  if (kind === 'Map' || kind === 'Set')
    warnOnce(
      `A ${kind} travels as {}: make an object or a list of it, as with Object.fromEntries(map) or [...set].`,
    )
}
