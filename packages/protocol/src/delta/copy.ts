// Copies of one object, its values shared: the most frequent thing a replica does. V8 copies an object at the price of its
// memory (1.5 µs for 1,000 keys) as long as one `{ ...x }` in the source has met few kinds of objects; with many kinds, or
// objects that are dictionaries inside, the same line takes 200 µs. So there are several such lines, each for a few kinds.
type Fields = Record<string, unknown>
type Copy = (record: Fields) => Fields

/** Above this many keys JSON.parse and assignments make dictionaries, which `{ ...x }` copies badly. */
const WIDE_KEYS = 128

/** One per level of a tree: what stands at one level is of few kinds. */
const byLevel: readonly Copy[] = [
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
]

/**
 * A copy of `record`, which stands `level` levels below the root. `isTold`: whoever changes the copy says so by `keysChanged`
 * where that adds or removes a key. `isAsBefore`: it is such a copy itself, and has the keys that it was copied with.
 */
export function shallowCopy(record: Fields, level = 0, isTold = false, isAsBefore = false): Fields {
  // What was wide is copied as such. Others are counted, not listed: the list would take as long as the copy.
  if (settling.has(record)) return copyWide(record, isTold)
  let keys = 0
  if (!isAsBefore) for (const _key in record) if (++keys > WIDE_KEYS) return copyWide(record, isTold)
  const copy = byLevel[level] ?? byLevel[byLevel.length - 1] ?? copyAsDictionary
  return copy(record)
}

/** A wide object that keeps its keys from copy to copy becomes a kind of its own, worth a line; until then it is a dictionary. */
interface Settling {
  readonly keys: readonly string[]
  /** They still are its keys: otherwise it would have been said. */
  readonly isTold: boolean
  copies: number
  /** Of `wideLines`; −1: not settled. */
  line: number
}

const settling = new WeakMap<object, Settling>()

/** A copy that was made with `isTold` has got a key or lost one. */
export function keysChanged(copy: object): void {
  settling.delete(copy)
}

/** True for a copy whose keys are remembered for the next one. */
export function isWide(copy: object): boolean {
  return settling.has(copy)
}

/** Copies with the same keys until an object counts as settled: a room in which somebody joins each second never does. */
const COPIES_TO_SETTLE = 32

/** V8 makes dictionaries of whatever has more keys, and `{ ...x }` takes twice as long for them as filling another. */
const MAX_SETTLED_KEYS = 1_020

/** Turns a dictionary into an object of a kind of its own, slowly; that kind alone goes through a line below. */
const settle: Copy = (record) => ({ ...record })

const wideLines: readonly Copy[] = [
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
  (record) => ({ ...record }),
]
/** What V8 tells apart in one line. A process that has settled more objects copies the others as dictionaries. */
const KINDS_PER_LINE = 4
let settled = 0

/** Engines older than this (V8 11.9) copy wide objects slowly whatever their kind. */
const isRecentEngine = 'withResolvers' in Promise

function copyWide(record: Fields, isTold: boolean): Fields {
  const before = settling.get(record)
  // Listing the keys of a dictionary takes V8 two to three times as long as the rest of the copy: it sorts them.
  const keys = isTold && before?.isTold === true ? before.keys : Object.keys(record)
  const isSame = before?.isTold === isTold && before.keys.length === keys.length
  // One for all copies of a kind: what a WeakMap holds outlives what it is held for, by seconds.
  const kind: Settling = isSame ? before : { keys, isTold, copies: -1, line: -1 }
  kind.copies++
  let copy: Copy = wideLines[kind.line] ?? ((source) => copyAsDictionary(source, keys))
  const canSettle = isRecentEngine && keys.length <= MAX_SETTLED_KEYS
  if (kind.copies === COPIES_TO_SETTLE && canSettle && settled < wideLines.length * KINDS_PER_LINE) {
    kind.line = settled++ % wideLines.length
    copy = settle
  }
  const result = copy(record)
  settling.set(result, kind)
  return result
}

/** Filled as a dictionary, then given the ordinary prototype: readers see a plain object. */
function copyAsDictionary(record: Fields, keys: readonly string[] = Object.keys(record)): Fields {
  const copy: Fields = Object.create(null)
  for (const key of keys) copy[key] = record[key]
  return Object.setPrototypeOf(copy, Object.prototype)
}
