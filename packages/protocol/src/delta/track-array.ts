// Arrays of a tracked tree and their drafts: the first write of a tick keeps a copy of the items.
import { isPlainPrimitive, nodeOf, notJson, touch, TrackNode } from './track-node.js'

export class ListNode extends TrackNode<unknown[]> {
  /** The items when the tick began. */
  before: readonly unknown[] = []

  protected createDraft(): unknown[] {
    return new Proxy(this.raw, this)
  }

  get(raw: unknown[], key: string | symbol): unknown {
    // Index keys arrive as strings and read the same.
    const value: unknown = raw[key as unknown as number]
    if (typeof value === 'function') return this.ledger.listMethods.get(key) ?? value
    if (typeof value !== 'object' || value === null || typeof key === 'symbol' || key === '__proto__')
      return value
    const node = this.ledger.nodes.get(value)
    // An item's index may have shifted since it was noted. (A field's name never does: there, `key` is home.)
    if (node?.parent === this) node.key = key
    return node?.draft ?? this.childDraft(value, key)
  }

  set(raw: unknown[], key: string | symbol, value: unknown): boolean {
    if (key === 'length') return this.setLength(raw, value)
    const index = readIndex(key)
    if (index === undefined) throw notJson(this, String(key), 'a named field on an array')
    if (index > raw.length) throw notJson(this, String(key), 'an array with holes')
    const before = raw[index]
    if (value === before && isPlainPrimitive(value)) return true
    if (nodeOf(value)?.raw === before && before !== undefined) return true
    const entered = this.ledger.enter(value, this, String(index))
    this.remember()
    raw[index] = entered
    return true
  }

  deleteProperty(_raw: unknown[], key: string | symbol): boolean {
    throw notJson(this, String(key), 'an array with holes')
  }

  defineProperty(raw: unknown[], key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (!('value' in descriptor)) throw notJson(this, String(key), 'an accessor')
    return this.set(raw, key, descriptor.value)
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }

  remember(): void {
    const { ledger } = this
    if (this.born === ledger.tick || this.touchedAt === ledger.tick) return
    this.before = this.raw.slice()
    ledger.laden.push(this)
    touch(this)
  }

  /** An item as a caller may have it: containers as drafts. */
  lend(item: unknown, index: number): unknown {
    return typeof item === 'object' && item !== null ? this.childDraft(item, String(index)) : item
  }

  past(): object {
    return this.touchedAt === this.ledger.tick ? this.before : this.raw
  }

  holds(raw: object, key: string): boolean {
    return this.raw[Number(key)] === raw || this.raw.includes(raw)
  }

  exchange(key: string, raw: object): void {
    this.raw[Number(key)] = raw
  }

  step(key: string): string | number {
    return readIndex(key) ?? key
  }

  release(): void {
    this.before = []
  }

  private setLength(raw: unknown[], value: unknown): boolean {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > raw.length)
      throw notJson(this, 'length', 'an array with holes')
    if (value === raw.length) return true
    this.remember()
    raw.length = value
    return true
  }
}

function readIndex(key: string | symbol): number | undefined {
  if (typeof key === 'symbol') return undefined
  const index = Number(key)
  return Number.isInteger(index) && index >= 0 && String(index) === key ? index : undefined
}
