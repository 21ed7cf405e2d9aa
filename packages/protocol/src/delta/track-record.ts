// Objects of a tracked tree and their drafts. V8 calls a trap at some 25 ns, so a draft has none where it can do without: an
// object that holds plain values only is read as it is, and so is a map of objects once all of them have drafts.
import { keyFault } from '../json.js'
import { shallowCopy } from './copy.js'
import { isPlainPrimitive, nodeOf, notJson, touch, TrackNode } from './track-node.js'
import { NOTHING_WRITTEN, WrittenFields } from './track-written.js'
import type { WriteShape, Written } from './track-written.js'
import type { JsonRecord } from './value.js'

/** A map of more objects than this is read through a trap: their drafts would be made for the sake of few. */
const MAX_MIRRORED = 4096

/** The engine takes a trap that is undefined for none; the types tell the two apart. */
type Handler = ProxyHandler<JsonRecord>

export class RecordNode extends TrackNode<JsonRecord> {
  /** The fields of which the ledger's numbers have a copy; null: since the tick began more than numbers was written. */
  shape: WriteShape | null = null
  /** Which of them were written since the tick began, by bits; valid when the node was touched in it. */
  mask = 0
  /** Where its stretch of the ledger's numbers begins, and the epoch in which that is valid. */
  at = 0
  #epoch = -1
  #fields: WrittenFields | undefined
  #map: MapTraps | undefined
  // The node is the handler of its draft, and V8 looks for a trap at every access, from an object's last field to its first.
  get: typeof getField | undefined
  readonly set = setField

  protected createDraft(): JsonRecord {
    const { raw } = this
    if (isMap(raw)) {
      this.#map = new MapTraps(this)
      return new Proxy(this.#map.mirror, this.#map as Handler)
    }
    this.get = holdsContainer(raw) ? getField : undefined
    return new Proxy(raw, this as Handler)
  }

  deleteProperty(_target: JsonRecord, key: string | symbol): boolean {
    if (typeof key === 'symbol' || !Object.hasOwn(this.raw, key)) return true
    this.remember(key, this.raw[key])
    delete this.raw[key]
    if (this.#map !== undefined) delete this.#map.mirror[key]
    return true
  }

  defineProperty(_target: JsonRecord, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (!('value' in descriptor)) throw notJson(this, String(key), 'an accessor')
    this.write(key, descriptor.value)
    return true
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }

  /** Writes what a program assigns. */
  write(key: string | symbol, value: unknown): void {
    const { raw, shape, ledger } = this
    const { numbers } = ledger
    // Positions and counters, the writes of every tick: what stands there is in the log, which is nearer than the object.
    if (typeof value === 'number' && shape !== null && this.#epoch === numbers.epoch) {
      // No symbol is among the names.
      const index = shape.indexOf(key as string)
      if (index >= 0 && Number.isFinite(value)) {
        const { values } = numbers
        const at = this.at + 2 * index
        const before = values[at + 1]
        if (value === before || before === undefined) return
        // JSON has one zero. (Adding one would be shorter, and make another number object of each number.)
        const entered = value === 0 ? 0 : value
        // Thrice the same: V8 stores as fast as under a written name where it has met one name only, and most first fields of
        // objects have the same name, as most second ones have.
        if (index === 0) raw[key as string] = entered
        else if (index === 1) raw[key as string] = entered
        else raw[key as string] = entered
        values[at + 1] = entered
        if (this.touchedAt !== ledger.tick) {
          touch(this)
          this.mask = 0
        }
        if ((this.mask & (1 << index)) !== 0) return
        this.mask |= 1 << index
        values[at] = before
        return
      }
    }
    this.writeAny(key, value, raw[key as string])
  }

  private writeAny(key: string | symbol, value: unknown, before: unknown): void {
    if (typeof key === 'symbol') throw notJson(this, String(key), 'a symbol as a key')
    if (value === before && isPlainPrimitive(value)) return
    const fault = keyFault(key)
    if (fault !== null) throw notJson(this, key.slice(0, 40), fault)
    if (nodeOf(value)?.raw === before && before !== undefined) return
    // No key that holds a number reaches a prototype.
    if (typeof value === 'number' && typeof before === 'number' && Number.isFinite(value)) {
      this.raw[key] = value + 0
      this.rememberNumber(key, before, value + 0)
      return
    }
    const entered = this.ledger.enter(value, this, key)
    this.remember(key, typeof before === 'function' ? undefined : before)
    this.raw[key] = entered
    this.show(key, entered)
  }

  exchange(key: string, raw: object): void {
    this.raw[key] = raw
    this.show(key, raw)
  }

  /** Something else than a number over a number stands at `key`: the draft shows it. */
  private show(key: string, value: unknown): void {
    if (this.#map !== undefined) this.#map.show(key, value)
    else if (isContainer(value)) this.get = getField
  }

  holds(raw: object, key: string): boolean {
    return this.raw[key] === raw
  }

  step(key: string): string {
    return key
  }

  /** The first number over a number in a field that the log does not have yet. */
  private rememberNumber(key: string, old: number, now: number): void {
    const { ledger } = this
    const { tick, numbers } = ledger
    if (this.born === tick) return
    if (this.touchedAt !== tick) {
      touch(this)
      this.mask = 0
      if (this.shape === null || this.#epoch !== numbers.epoch) {
        this.shape = ledger.firstShape
        this.at = numbers.begin()
        this.#epoch = numbers.epoch
      }
    }
    const index = this.shape?.keys.length ?? 0
    const wider = this.shape?.with(key) ?? null
    if (wider === null) {
      this.remember(key, old)
      return
    }
    this.shape = wider
    this.at = numbers.widened(this.at, index)
    this.mask |= 1 << index
    numbers.values[this.at + 2 * index] = old
    numbers.values[this.at + 2 * index + 1] = now
  }

  private remember(key: string, old: unknown): void {
    const { ledger } = this
    if (this.born === ledger.tick) return
    if (this.touchedAt !== ledger.tick) {
      this.#fields = new WrittenFields(NOTHING_WRITTEN)
      touch(this)
      this.shape = null
      ledger.laden.push(this)
    } else if (this.shape !== null) {
      this.#fields = new WrittenFields(this.written())
      this.shape = null
      ledger.laden.push(this)
    }
    this.#fields?.note(key, old)
  }

  /** The fields that were written since the tick began, where all of them are numbers over numbers; else null. */
  writtenNumbers(): readonly string[] | null {
    if (this.touchedAt !== this.ledger.tick || this.shape === null) return null
    return this.shape.select(this.mask).keys
  }

  /** What was written in it since the tick began. */
  written(): Written {
    const { shape, ledger, at } = this
    if (this.touchedAt !== ledger.tick) return NOTHING_WRITTEN
    if (shape === null) return this.#fields ?? NOTHING_WRITTEN
    const { keys, offsets } = shape.select(this.mask)
    const { values } = ledger.numbers
    return { keys, olds: offsets.map((offset) => values[at + offset]) }
  }

  hasWritten(key: string): boolean {
    if (this.touchedAt !== this.ledger.tick) return false
    if (this.shape === null) return this.#fields?.has(key) === true
    const index = this.shape.indexOf(key)
    return index >= 0 && (this.mask & (1 << index)) !== 0
  }

  past(): JsonRecord {
    if (this.touchedAt !== this.ledger.tick) return this.raw
    const past = shallowCopy(this.raw)
    const { keys, olds } = this.written()
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? ''
      if (olds[i] === undefined) delete past[key]
      else past[key] = olds[i]
    }
    return past
  }

  release(): void {
    this.#fields = undefined
  }
}

function getField(this: RecordNode, raw: JsonRecord, key: string | symbol): unknown {
  // TypeScript knows no symbol keys on a record; what they lead to are methods of Object.prototype.
  const value = raw[key as string]
  if (typeof value !== 'object' || value === null || key === '__proto__') return value
  return this.childDraft(value, key as string)
}

function setField(this: RecordNode, _raw: JsonRecord, key: string | symbol, value: unknown): boolean {
  this.write(key, value)
  return true
}

/** The traps of a draft that stands before a mirror of its raw object, in which drafts stand for objects. */
class MapTraps {
  readonly node: RecordNode
  /** Has the keys of the raw object in their order; undefined where there is no draft yet. */
  readonly mirror: JsonRecord = emptyDictionary()
  /** Keys of which nobody has asked for the draft yet; at every question one of them gets it, until none is left. */
  readonly waiting: string[] = []
  get: typeof getMirrored | undefined
  readonly set = setMirrored

  constructor(node: RecordNode) {
    this.node = node
    for (const key in node.raw) {
      this.mirror[key] = undefined
      this.waiting.push(key)
    }
    this.get = this.waiting.length === 0 ? undefined : getMirrored
  }

  show(key: string, value: unknown): void {
    this.mirror[key] = isContainer(value) ? this.node.childDraft(value, key) : value
  }

  deleteProperty(target: JsonRecord, key: string | symbol): boolean {
    return this.node.deleteProperty(target, key)
  }

  defineProperty(target: JsonRecord, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return 'value' in descriptor
      ? this.set(target, key, descriptor.value)
      : this.node.defineProperty(target, key, descriptor)
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }
}

function getMirrored(this: MapTraps, mirror: JsonRecord, key: string | symbol): unknown {
  const waiting = this.waiting.pop()
  if (waiting === undefined) this.get = undefined
  else draw(this, waiting)
  // What a symbol leads to is a method of Object.prototype, and no undefined field of the mirror.
  return mirror[key as string] ?? draw(this, key)
}

/** Puts the draft into the mirror that is missing at `key`, if one is. */
function draw({ node, mirror }: MapTraps, key: string | symbol): unknown {
  if (typeof key === 'symbol' || !Object.hasOwn(node.raw, key)) return undefined
  if (mirror[key] === undefined) mirror[key] = node.childDraft(node.raw[key] as object, key)
  return mirror[key]
}

function setMirrored(this: MapTraps, mirror: JsonRecord, key: string | symbol, value: unknown): boolean {
  const { node } = this
  node.write(key, value)
  // Numbers over numbers are written without a word to the traps.
  if (typeof value === 'number') mirror[key as string] = value + 0
  return true
}

/** V8 finds a key of a dictionary by one look, and one of an ordinary object of many keys by ten. */
function emptyDictionary(): JsonRecord {
  return Object.setPrototypeOf(Object.create(null), Object.prototype)
}

/** True for an object that holds objects only, or nothing yet. */
function isMap(raw: JsonRecord): boolean {
  let keys = 0
  for (const key in raw) if (!isContainer(raw[key]) || ++keys > MAX_MIRRORED) return false
  return true
}

function holdsContainer(raw: JsonRecord): boolean {
  for (const key in raw) if (isContainer(raw[key])) return true
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
