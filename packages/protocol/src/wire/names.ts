// The dictionary of a view: every key and id that its state has used, in the order in which they first appeared. A name
// travels as text once and as its number afterwards. The list only grows; once most of it is of what has come and gone, or it is
// full, the view starts over with a snapshot and an empty dictionary (`view-encoder.ts`).
import { DEV } from '#dev'
import { PPError } from '../errors.js'
import { keyFault, MAX_KEY_LENGTH } from '../json.js'
import { ensure, malformed } from '../malformed.js'
import type { BitWriter } from './bit-writer.js'
import type { NameReader, Reader } from './reader.js'
import { readTexts, textBits, writeTexts } from './text.js'
import type { NameWriter } from './writer.js'

/** Names one view may have. Past it the server starts a new dictionary, and a client refuses the frame. */
export const MAX_NAMES = 65_536

/** Keys as text each time: for messages, which have no view and so no dictionary. */
export const inlineNames: NameWriter & NameReader = {
  put: (w, name) => w.text(sendable(name)),
  take: (r) => checkName(r.text()),
}

/** The sender's side: text → number, and which names the receivers do not have yet. */
export interface DictionaryWriter extends NameWriter {
  /** The number of `name`, given now when it is new. */
  numberOf(name: string): number
  readonly length: number
  /** Characters of all of them. */
  readonly size: number
  /** Writes the names from `start` on, each as text. */
  write(w: BitWriter, start: number): void
}

export function createDictionaryWriter(): DictionaryWriter {
  const numbers = new Map<string, number>()
  const names: string[] = []
  let size = 0
  function numberOf(name: string): number {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(sendable(name), names.length)
    size += name.length
    return names.push(name) - 1
  }
  return {
    numberOf,
    put: (w, name) => w.varint(numberOf(name)),
    get length() {
      return names.length
    },
    get size() {
      return size
    },
    write(w, start) {
      const fresh = names.slice(start)
      const bits = fresh.length === 0 ? null : textBits(fresh)
      w.varint(fresh.length * 2 + (bits === null ? 0 : 1))
      if (bits === null) for (const name of fresh) w.text(name)
      else writeTexts(w, fresh, bits)
      w.align()
    },
  }
}

/** The receiver's side: number → text. */
export interface DictionaryReader extends NameReader {
  nameOf(number: number): string
  readonly length: number
  /** Reads what `write` wrote from `start` on. @throws PPError `MALFORMED_FRAME` for a name that reaches a prototype, or past the bounds. */
  read(r: Reader, start: number): void
  /** Forgets the names from `length` on: a body that turned out malformed leaves nothing behind. */
  truncate(length: number): void
}

/** `fieldsOf`: see `NameReader`. */
export function createDictionaryReader(
  fieldsOf: (template: number) => readonly string[] | undefined,
): DictionaryReader {
  const names: string[] = []
  function nameOf(number: number): string {
    const name = names[number]
    if (name === undefined) throw malformed('name')
    return name
  }
  return {
    nameOf,
    take: (r) => nameOf(r.varint()),
    fieldsOf,
    get length() {
      return names.length
    },
    read(r, start) {
      const head = r.varint()
      const count = Math.floor(head / 2)
      ensure(start <= names.length && start + count <= MAX_NAMES, 'dictionary')
      const packed = head % 2 === 1 ? readTexts(r, count) : null
      if (packed !== null) r.align()
      for (let i = start; i < start + count; i++) {
        const name = checkName(packed?.[i - start] ?? r.text())
        // Who came by a snapshot knows some of these already; they must be the same.
        ensure(i === names.length || names[i] === name, 'dictionary')
        names[i] = name
      }
    },
    truncate(length) {
      names.length = length
    },
  }
}

/** @throws PPError `INVALID_PAYLOAD` for a key that every receiver would refuse: better here than at the other end. */
function sendable(name: string): string {
  if (keyFault(name) === null) return name
  throw new PPError(
    'INVALID_PAYLOAD',
    DEV && 'A key cannot travel.',
    DEV && {
      hint: `Keys have at most ${MAX_KEY_LENGTH} characters and are not __proto__, constructor or prototype.`,
    },
  )
}

function checkName(name: string): string {
  ensure(keyFault(name) === null, 'key')
  return name
}
