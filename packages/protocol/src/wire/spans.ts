// Names for the bytes of a frame; `spans.ts` beside the packages' index says what for. The order of reading is that of
// `wire-codec.ts`, `view-decoder.ts` and `group-reader.ts`; a property test holds it against whatever the codec writes.
import { toPPError } from '../errors.js'
import { ensure, malformed } from '../malformed.js'
import { readCell } from './cell.js'
import { CHECK_BYTES, isChecked, isRight } from './check.js'
import { GONE, MAX_INDEX, readChange, UNHELD } from './change.js'
import { readColumn } from './column-reader.js'
import type { Held } from './column-reader.js'
import { readKeys, widthOf } from './keys.js'
import { createDictionaryReader } from './names.js'
import type { DictionaryReader } from './names.js'
import * as op from './opcodes.js'
import { Reader } from './reader.js'
import { readTemplate } from './template.js'
import type { Template } from './template.js'
import { readValue } from './value.js'
import { HAS_BASE, HAS_HASH, HAS_NEWS, IS_EXPLICIT, VERSIONS } from './view-decoder.js'

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

export interface SpanReader {
  /** Takes the names out of a frame that came before; frames without any are passed over. Never throws. */
  learn(frame: Uint8Array): void
  /** The fields of the next frame. Never throws: what cannot be read is one field that says why. */
  read(frame: Uint8Array): readonly Span[]
}

/** Dictionary and templates of one view, by its channel. */
interface View {
  readonly names: DictionaryReader
  readonly templates: Template[]
}

/** For the frames of one direction of one connection, in order. */
export function createSpanReader(): SpanReader {
  const views = new Map<number, View>()

  return {
    learn(frame) {
      for (const { body } of bodiesOf(frame)) if (hasNames(body)) spansOf(body, 0, 0, views)
    },
    read(frame) {
      const bodies = bodiesOf(frame)
      const [first] = bodies
      const head = first === undefined || first.at === 0 ? [] : tableSpans(frame)
      return [...head, ...bodies.flatMap(({ body, at }, part) => spansOf(body, at, part, views))]
    },
  }
}

function hasNames([first = 0]: Uint8Array): boolean {
  const opcode = first & op.OPCODE_MASK
  return opcode === op.SNAPSHOT || (opcode === op.DELTA && (first & HAS_NEWS) !== 0)
}

/** Goes along a body and writes down what it passes. */
class Walk {
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

/** The bodies of a frame and where they begin; the whole frame as one where its table cannot be read. */
function bodiesOf(frame: Uint8Array): readonly { readonly body: Uint8Array; readonly at: number }[] {
  const whole = [{ body: frame, at: 0 }]
  if (frame[0] !== op.BUNDLE) return whole
  try {
    const r = new Reader(frame)
    r.u8()
    const count = r.varint()
    r.need(count)
    const lengths = Array.from({ length: count - 1 }, () => r.varint())
    let at = r.bitAt / 8
    const bodies = [...lengths, 0].map((length, part) => {
      const end = part === count - 1 ? frame.length : at + length
      ensure(end <= frame.length, 'bundle')
      const body = { body: frame.subarray(at, end), at }
      at = end
      return body
    })
    return bodies
  } catch {
    return whole
  }
}

function tableSpans(frame: Uint8Array): readonly Span[] {
  const walk = new Walk(frame, 0, -1)
  walk.take(
    'opcode',
    'head',
    (r) => r.u8(),
    () => 'several messages',
  )
  const count = walk.varint('messages', 'head')
  for (let part = 1; part < count; part++) walk.varint(`length of message ${part}`, 'head')
  return walk.spans
}

/** The fields of the body that begins at the byte `at` of the frame. */
function spansOf(body: Uint8Array, at: number, part: number, views: Map<number, View>): readonly Span[] {
  const ending = isChecked(body) && body.length > CHECK_BYTES ? CHECK_BYTES : 0
  const length = body.length - ending
  const walk = new Walk(body.subarray(0, length), at * 8, part)
  walkBody(walk, views)
  if (ending === 0) return walk.spans
  const ends = { from: (at + length) * 8, to: (at + body.length) * 8, part }
  const told = isRight(body)
    ? ({ kind: 'head', note: 'right' } as const)
    : ({ kind: 'unknown', note: 'wrong: nothing of the message was believed' } as const)
  return [...walk.spans, { name: 'check', ...told, ...ends }]
}

function walkBody(walk: Walk, views: Map<number, View>): void {
  try {
    const first = walk.r.u8()
    const opcode = first & op.OPCODE_MASK
    const name = OPCODE_NAMES[opcode] ?? 'unknown opcode'
    walk.name('opcode', 'head', `${name}${flagNames(opcode, first - opcode)}`)
    const read = BODIES[opcode]
    if (read === undefined) throw malformed('opcode')
    read(walk, first - opcode, views)
    ensure(walk.r.left === 0, 'body')
  } catch (thrown) {
    walk.rest(
      'not readable',
      'unknown',
      thrown instanceof Unknown ? thrown.why : toPPError(thrown, 'MALFORMED_FRAME').code,
    )
  }
}

/** Nothing is wrong with the bytes: what they build on is not there. */
class Unknown {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

const OPCODE_NAMES: Readonly<Record<number, string>> = {
  [op.GENERAL]: 'general',
  [op.DELTA]: 'delta',
  [op.SNAPSHOT]: 'snapshot',
  [op.EVENT]: 'message',
  [op.ACK]: 'answer',
  [op.PING]: 'ping',
  [op.PONG]: 'pong',
  [op.RECEIVED]: 'received',
  [op.NUMBERED]: 'message by number',
  [op.INPUT]: 'input',
  [op.INPUT_ACK]: 'input ack',
}

/** The four flags of a kind, from the lowest. */
const FLAGS: Readonly<Record<number, readonly string[]>> = {
  [op.DELTA]: ['news', 'hash', 'explicit'],
  [op.SNAPSHOT]: ['news', 'hash', 'own', 'base'],
  [op.EVENT]: ['ack id', 'room', 'volatile', 'payload'],
  [op.NUMBERED]: ['ack id', 'room', 'volatile', 'payload'],
  [op.ACK]: ['error', 'data', 'version'],
  [op.PONG]: ['server time', 'held'],
  [op.INPUT]: ['sent at', 'seen'],
  [op.INPUT_ACK]: ['echo'],
}

const A = 0x10
const B = 0x20
const C = 0x40
const D = 0x80

function flagNames(opcode: number, flags: number): string {
  const names = (FLAGS[opcode] ?? []).filter((_, index) => flags & (A << index))
  return names.length === 0 ? '' : ` + ${names.join(', ')}`
}

type ReadBody = (walk: Walk, flags: number, views: Map<number, View>) => void

const BODIES: Readonly<Record<number, ReadBody>> = {
  [op.GENERAL](walk) {
    walk.take(
      'kind',
      'head',
      (r) => r.u8(),
      (kind) => op.GENERAL_KINDS[kind] ?? 'unknown',
    )
    walk.rest('fields', 'value')
  },
  [op.DELTA]: readDelta,
  [op.SNAPSHOT]: readSnapshot,
  [op.EVENT](walk, flags) {
    walk.text('type')
    readEvent(walk, flags)
  },
  [op.NUMBERED](walk, flags) {
    walk.varint('number of the type', 'name')
    readEvent(walk, flags)
  },
  [op.ACK](walk, flags) {
    walk.varint('ack id')
    if (flags & A) {
      walk.text('error code')
      walk.text('error message')
    }
    if (flags & C) walk.varint('version')
    if (flags & B) walk.rest('data', 'value')
  },
  [op.PING](walk) {
    walk.take('sent at', 'number', (r) => r.float(8))
    walk.varint('messages received')
  },
  [op.PONG](walk, flags) {
    walk.take('sent at', 'number', (r) => r.float(8))
    walk.varint('messages received')
    if (flags & A) walk.take('server time', 'number', (r) => r.float(8))
    if (flags & B) walk.rest('held, ms', 'number')
  },
  [op.RECEIVED]: (walk) => void walk.varint('messages received'),
  [op.INPUT](walk, flags) {
    walk.varint('channel')
    walk.varint('tick')
    if (flags & A) walk.take('sent at', 'number', (r) => r.float(8))
    if (flags & B) walk.varint('seen tick × 256')
    walk.rest('inputs', 'value')
  },
  [op.INPUT_ACK](walk, flags) {
    walk.varint('channel')
    walk.varint('tick')
    walk.varint('margin × 16, zigzag')
    walk.varint('late')
    if (flags & A) walk.rest('echo', 'number')
  },
}

function readEvent(walk: Walk, flags: number): void {
  if (flags & B) {
    const scope = walk.take(
      'scope',
      'head',
      (r) => r.u8(),
      (bits) => SCOPES[bits] ?? 'unknown',
    )
    if (scope & 1) walk.text('room')
    if (scope & 2) walk.text('namespace')
  }
  if (flags & A) walk.varint('ack id')
  if (flags & D) walk.rest('payload', 'value')
}

const SCOPES = ['', 'room', 'namespace', 'room and namespace']

function readSnapshot(walk: Walk, flags: number, views: Map<number, View>): void {
  const channel = walk.varint('channel')
  walk.text('room')
  walk.varint('version')
  walk.varint('tick')
  walk.varint('tick of the last delta')
  if (flags & HAS_HASH) walk.take('state hash', 'number', (r) => r.varint(), hex)
  if (flags & HAS_BASE) {
    walk.varint('channel of the base')
    walk.varint('version of the base')
  }
  const view: View = { names: createDictionaryReader(), templates: [] }
  readGroups(walk, view, (flags & HAS_NEWS) !== 0)
  views.set(channel, view)
}

function readDelta(walk: Walk, flags: number, views: Map<number, View>): void {
  const head = walk.take(
    'channel and version',
    'number',
    (r) => r.varint(),
    (value) => `channel ${Math.floor(value / VERSIONS)}, from …${value % VERSIONS}`,
  )
  if (flags & IS_EXPLICIT) {
    walk.varint('versions ahead')
    walk.varint('tick')
  }
  if (flags & HAS_HASH) walk.take('state hash', 'number', (r) => r.varint(), hex)
  const view = views.get(Math.floor(head / VERSIONS))
  if (view === undefined) throw new Unknown('The snapshot that its names began with is no longer held.')
  readGroups(walk, view, (flags & HAS_NEWS) !== 0)
}

const hex = (value: number): string => value.toString(16)

function readGroups(walk: Walk, { names, templates }: View, hasNews: boolean): void {
  const { r } = walk
  if (hasNews) {
    const start = walk.varint('first new name', 'news')
    names.read(r, start)
    const fresh = Array.from({ length: names.length - start }, (_, index) => names.nameOf(start + index))
    walk.name('new names', 'news', few(fresh))
    const first = walk.varint('first new template', 'news')
    const count = walk.take('new templates', 'news', () => r.count(2))
    ensure(first <= templates.length, 'templates')
    for (let i = 0; i < count; i++)
      templates[first + i] = walk.take(
        `template ${first + i}`,
        'news',
        () => readTemplate(r, names),
        templateText,
      )
  }
  r.head = null
  while (r.flag()) readGroup(walk, names, templates)
  r.align()
  walk.name('end of the groups', 'place')
}

function readGroup(walk: Walk, names: DictionaryReader, templates: readonly Template[]): void {
  const { r } = walk
  const number = r.bits(widthOf(templates.length - 1))
  const template = templates[number]
  if (template === undefined) throw new Unknown('A template of it came with a frame that is no longer held.')
  walk.name('group', 'place', templateText(template))
  const rows = walk.take('rows', 'place', () => (r.flag() ? r.golomb() + 2 : 1))
  for (const { kind } of template.steps) {
    if (kind === 'name') continue
    const isIndex = kind === 'index'
    const max = isIndex ? MAX_INDEX : names.length - 1
    const keys =
      rows > 1 ? readKeys(r, rows, max) : [isIndex ? r.golomb() : r.bits(widthOf(names.length - 1))]
    walk.name(
      isIndex ? 'indexes' : 'keys',
      'place',
      few(keys.map((key) => (isIndex ? key : names.nameOf(key)))),
    )
  }
  const depth = template.steps.length + (template.fields.length === 0 ? 0 : 1)
  const held: Held = {
    numbers: (into) => void into.fill(0),
    change: () => readChange(r, names, depth, UNHELD),
  }
  for (const field of template.fields.length === 0 ? ['the place itself'] : template.fields) {
    const from = r.bitAt
    const values = rows > 1 ? readColumn(r, rows, names, depth, readValue, held) : [readCell(r, held)]
    const bits = r.bitAt - from
    walk.name(field, 'value', rows > 1 ? `${rows} rows in ${bits} bits` : cellText(values[0], bits))
  }
}

function cellText(value: unknown, bits: number): string {
  const what = value === GONE ? 'deleted' : typeof value === 'object' ? 'an object or a list' : typeof value
  return `${what}, ${bits} bits`
}

function templateText({ steps, fields }: Template): string {
  const path = steps
    .map((step) => (step.kind === 'name' ? step.name : step.kind === 'any' ? '*' : '#'))
    .join('.')
  return fields.length === 0 ? path || 'the state itself' : `${path}:{${few(fields)}}`
}

const MAX_SHOWN = 6

function few(items: readonly unknown[]): string {
  const shown = items.slice(0, MAX_SHOWN).join(', ')
  return items.length > MAX_SHOWN ? `${shown}, … (${items.length})` : shown
}
