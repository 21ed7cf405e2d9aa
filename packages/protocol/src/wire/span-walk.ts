// A walk along a body that names the bits it passes: the spans of `spans.ts`.
import { Reader } from './reader.js'

/** What a field is for; the fields of one kind look alike. */
export type SpanKind = 'head' | 'name' | 'number' | 'news' | 'place' | 'value' | 'unknown'

export interface Span {
  readonly name: string
  /** What stands there, in a few words; empty where the name says it all. */
  readonly note: string
  readonly kind: SpanKind
  /** In bits from the frame's beginning; `to` is behind the last one. Spans follow each other without a gap. */
  readonly from: number
  readonly to: number
  /** Which message of the frame; −1 for what belongs to all of them. */
  readonly part: number
}

/** Goes along a body and writes down what it passes. */
export class Walk {
  readonly spans: Span[] = []
  readonly r: Reader
  readonly #start: number
  readonly #end: number
  readonly #part: number
  #from = 0

  constructor(body: Uint8Array, start: number, part: number) {
    this.r = new Reader(body)
    this.#start = start
    this.#end = body.length * 8
    this.#part = part
  }

  /** Names what `read` takes off the reader. */
  take<T>(name: string, kind: SpanKind, read: (r: Reader) => T, note: (value: T) => string = String): T {
    const value = read(this.r)
    this.name(name, kind, note(value))
    return value
  }

  varint(name: string, kind: SpanKind = 'number'): number {
    return this.take(name, kind, (r) => r.varint())
  }

  text(name: string): string {
    return this.take(name, 'name', (r) => r.text())
  }

  /** What was read since the last name. */
  name(name: string, kind: SpanKind, note = '', to = this.r.bitAt): void {
    if (to > this.#from) {
      const [from, end] = [this.#start + this.#from, this.#start + to]
      this.spans.push({ name, note, kind, from, to: end, part: this.#part })
    }
    this.#from = to
  }

  rest(name: string, kind: SpanKind, note = ''): void {
    this.r.skip()
    // Bits of a byte that was begun are skipped with it.
    this.name(name, kind, note, this.#end)
  }
}

/** Nothing is wrong with the bytes: what they build on is not there. */
export class Unknown {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}
