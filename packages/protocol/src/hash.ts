// The state hash: 32 bits by which two ends find out that they hold the same, or that they do not. A container's hash is a
// sum over its entries, so the order of keys does not count and a change costs what changed; every end remembers the
// sums of what it has hashed before. It finds accidents, not attackers.
import { isRecord } from './delta/value.js'
import { isHalf } from './utf8.js'

/** Hashes one immutable tree after another, and looks at what the last one did not share. */
export interface TreeHash {
  /** The hash of `tree`, which nobody changes any more. */
  of(tree: unknown): number
}

/**
 * The hash of a JSON value, the same on every machine. Equal values have equal hashes: the order of keys does not count,
 * undefined fields count as absent, −0 as 0, half a character as U+FFFD.
 */
export function hashState(value: unknown): number {
  return hashOf(value, sumOf) >>> 0
}

/** For replicas, which share what did not change from version to version. */
export function createTreeHash(): TreeHash {
  /** By container, the sum over its entries, from which its hash follows. What stands beside a change is only looked up. */
  const sums = new WeakMap<object, number>()

  function hash(value: unknown): number {
    return hashOf(value, sum)
  }

  function sum(container: object): number {
    const known = sums.get(container)
    if (known !== undefined) return known
    const fresh = sumOf(container, hash)
    sums.set(container, fresh)
    return fresh
  }

  return { of: (tree) => hash(tree) >>> 0 }
}

/** `sumOfContainer` says a container's sum, remembered or computed. */
export function hashOf(value: unknown, sumOfContainer: (container: object) => number): number {
  switch (typeof value) {
    case 'number':
      return hashNumber(value)
    case 'string':
      return hashText(value) ^ TEXT
    case 'boolean':
      return value ? TRUE : FALSE
    case 'object':
      return value === null ? NULL : hashOfSum(value, sumOfContainer(value))
    default:
      return 0
  }
}

/** The hash of a container whose entries add up to `sum`. */
export function hashOfSum(container: object, sum: number): number {
  return mix(sum ^ (Array.isArray(container) ? Math.imul(container.length + 1, LIST) : RECORD))
}

/** The hash of a record that changes entry by entry, at the cost of what changed. */
export interface RecordHash {
  /** The entry of this key is another one, or gone. It is hashed when somebody asks: what moves all the time, only then. */
  changed(key: string): void
  value(): number
}

/** Of the record that `entries` would make: an object of a thousand names takes longer to make than to hash. */
export function createRecordHash(entries: ReadonlyMap<string, unknown>): RecordHash {
  /** What each hashed entry adds to the sum. */
  const terms = new Map<string, number>()
  const unhashed = new Set<string>()
  let sum = 0

  function hash(key: string): void {
    const value = entries.get(key)
    const term = value === undefined ? 0 : entry(key, hashState(value))
    sum = (sum + term - (terms.get(key) ?? 0)) | 0
    if (value === undefined) terms.delete(key)
    else terms.set(key, term)
  }

  return {
    changed: (key) => void unhashed.add(key),
    value() {
      unhashed.forEach(hash)
      unhashed.clear()
      return mix(sum ^ RECORD) >>> 0
    },
  }
}

/** A container's sum, computed from all of its entries. */
function sumOf(container: object, hashChild: (child: unknown) => number = hashState): number {
  let sum = 0
  if (Array.isArray(container)) {
    for (let i = 0; i < container.length; i++) sum += item(i, hashChild(container[i]))
    return sum | 0
  }
  if (!isRecord(container)) return 0
  for (const key of Object.keys(container)) {
    const value = container[key]
    if (value !== undefined) sum = (sum + entry(key, hashChild(value))) | 0
  }
  return sum
}

// Odd constants without a meaning: kinds of values start from different places.
const TEXT = 0x2c1b3c6d
const TRUE = 0x297a2d39
const FALSE = 0x5bd1e995
const NULL = 0x7feb352d
const LIST = 0x1b873593
const RECORD = 0x3c6ef372

/** What a field adds to its object's sum. */
export function entry(key: string, hash: number): number {
  return mix(Math.imul(hash, 0x85ebca6b) + hashText(key))
}

/** What an item adds to its list's sum. */
export function item(index: number, hash: number): number {
  return mix(Math.imul(hash, 0xc2b2ae35) + Math.imul(index + 1, 0x9e3779b1))
}

const double = new DataView(new ArrayBuffer(8))

/** The bits of the double: whole numbers and fractions alike. */
function hashNumber(value: number): number {
  // `+ 0` turns −0 into 0, which it equals.
  double.setFloat64(0, value + 0)
  return mix(Math.imul(double.getInt32(0), 0xcc9e2d51) ^ mix(double.getInt32(4)))
}

/** What the other end reads for half a character. */
const REPLACEMENT = 0xfffd

function hashText(text: string): number {
  let hash = 0x811c9dc5 ^ text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // Asked here first: hardly any text has one, and this loop is the cost of the hash.
    const isPart = (code & 0xf800) === 0xd800
    hash = Math.imul(hash ^ (isPart && isHalf(text, i) ? REPLACEMENT : code), 0x01000193)
  }
  return mix(hash)
}

/** Every bit of the input moves half of the output's: the finalizer of MurmurHash3 (public domain). */
function mix(hash: number): number {
  let h = hash | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
