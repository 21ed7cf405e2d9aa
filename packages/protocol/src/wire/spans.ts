// Names for the bytes of a frame; `spans.ts` beside the packages' index says what for. The order of reading is that of
// `wire-codec.ts` and `view-decoder.ts`; a property test holds it against whatever the codec writes.
import { toPPError } from '../errors.js'
import { ensure, malformed } from '../malformed.js'
import { CHECK_BYTES, isChecked, isRight } from './check.js'
import { createDictionaryReader } from './names.js'
import * as op from './opcodes.js'
import { Reader } from './reader.js'
import { readGroupSpans } from './span-groups.js'
import type { SpanView } from './span-groups.js'
import { Unknown, Walk } from './span-walk.js'
import type { Span } from './span-walk.js'
import type { Template } from './template.js'
import { HAS_BASE, HAS_HASH, HAS_NEWS, IS_EXPLICIT, VERSIONS } from './view-decoder.js'

export interface SpanReader {
  /** Takes the names out of a frame that came before; frames without any are passed over. Never throws. */
  learn(frame: Uint8Array): void
  /** The fields of the next frame. Never throws: what cannot be read is one field that says why. */
  read(frame: Uint8Array): readonly Span[]
}

/** For the frames of one direction of one connection, in order. */
export function createSpanReader(): SpanReader {
  const views = new Map<number, SpanView>()

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
function spansOf(body: Uint8Array, at: number, part: number, views: Map<number, SpanView>): readonly Span[] {
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

function walkBody(walk: Walk, views: Map<number, SpanView>): void {
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

type ReadBody = (walk: Walk, flags: number, views: Map<number, SpanView>) => void

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

function readSnapshot(walk: Walk, flags: number, views: Map<number, SpanView>): void {
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
  const templates: Template[] = []
  const view: SpanView = { names: createDictionaryReader((number) => templates[number]?.fields), templates }
  readGroupSpans(walk, view, (flags & HAS_NEWS) !== 0)
  views.set(channel, view)
}

function readDelta(walk: Walk, flags: number, views: Map<number, SpanView>): void {
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
  readGroupSpans(walk, view, (flags & HAS_NEWS) !== 0)
}

const hex = (value: number): string => value.toString(16)
