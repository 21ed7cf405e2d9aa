// The v3 codec: each message is an opcode byte and its fields, in their smallest exact form. Frequent kinds have forms of
// their own; the others travel as one value, read and checked field by field like any message.
import type { Pong } from '../clock.js'
import type { Codec } from '../codec.js'
import type { Ack, Event } from '../event.js'
import { toPPError } from '../errors.js'
import { errorCode, isFields, name, readFields, text } from '../fields.js'
import type { Fields, Shape } from '../fields.js'
import { ensure, malformed } from '../malformed.js'
import { ALL_SHAPES, CLIENT_SHAPES, SERVER_SHAPES } from '../messages.js'
import type { Message, MessageKind, Shapes } from '../messages.js'
import { FrameBudget } from './frame-budget.js'
import { packBodies, unpackBodies } from './bundle.js'
import { proven, wasGeneral } from './check.js'
import { createBitWriter } from './column-writer.js'
import { inputBodies, readHeld, writeHeld } from './input-body.js'
import type { InputBodies } from './input-body.js'
import { createNameTable, NAME_FIELDS } from './name-table.js'
import type { NameTable } from './name-table.js'
import { inlineNames } from './names.js'
import {
  ACK,
  DELTA,
  EVENT,
  GENERAL,
  GENERAL_KINDS,
  INPUT,
  INPUT_ACK,
  NUMBERED,
  OPCODE_MASK,
  PING,
  PONG,
  RECEIVED,
  SNAPSHOT,
} from './opcodes.js'
import { fullBudget, Reader } from './reader.js'
import type { Budget } from './reader.js'
import { readValue, writeValue } from './value.js'
import { createViewDecoder } from './view-decoder.js'
import type { ViewDecoder } from './view-decoder.js'
import { Writer } from './writer.js'

const HAS_ACK_ID = 0x10
const HAS_ROOM = 0x20
const IS_VOLATILE = 0x40
const HAS_PAYLOAD = 0x80

const HAS_ERROR = 0x10
const HAS_DATA = 0x20
const HAS_VERSION = 0x40

const HAS_SERVER_NOW = 0x10
const HAS_HELD = 0x20

/** What a connection has agreed on, holds, and takes from the other end. */
interface Known {
  /** Null: it is told no state and agrees to nothing, since those are the words of a server. */
  readonly views: ViewDecoder | null
  readonly names: NameTable
  readonly shapes: Shapes
  /** Null: it has no words for inputs. */
  readonly inputs: InputBodies | null
}

/**
 * A codec for one connection, which reads what either end says: for tools and for tests of both. Encoding has no memory, so one codec may encode for all; decoding keeps the
 * views of the connection, so each connection decodes with its own; the next connection of a session takes over its `views`.
 * `names` are those of the contract; a welcome that is decoded says whether they are agreed.
 */
export function createWireCodec(
  views: ViewDecoder = createViewDecoder(),
  names: NameTable = createNameTable([]),
): Codec {
  return createCodec({ views, names, shapes: ALL_SHAPES, inputs: inputBodies }, createBitWriter())
}

/**
 * The same for a client, at half the size: it reads what a server says and nothing else, writes long lists item by item,
 * and has no words for inputs.
 */
export function createClientCodec(views: ViewDecoder, names: NameTable): Codec {
  return createCodec({ views, names, shapes: SERVER_SHAPES, inputs: null }, new Writer())
}

/**
 * The same for a server: it reads what a client says and nothing else, and keeps nothing of what it read. So one serves all
 * connections whose contract knows the same `names`; whether those may be numbers is settled for good.
 */
export function createServerCodec(names: NameTable = createNameTable([])): Codec {
  const known: Known = { views: null, names, shapes: CLIENT_SHAPES, inputs: inputBodies }
  return {
    ...createCodec(known, createBitWriter()),
    decode(frame, cost) {
      const budget = new FrameBudget(frame.length)
      try {
        return readFrame(frame, known, budget)
      } finally {
        // What turns out malformed at its end has cost its reader the same.
        if (cost !== undefined) budget.charge(cost)
      }
    },
  }
}

function createCodec(known: Known, w: Writer): Codec {
  return {
    name: 'painda.v3',
    encode(message) {
      try {
        write(w, message, known)
      } catch (thrown) {
        w.truncate(0)
        throw toPPError(thrown, 'INVALID_PAYLOAD')
      }
      return w.take()
    },
    pack: packBodies,
    decode: (frame) => readFrame(frame, known, fullBudget()),
  }
}

function readFrame(frame: Uint8Array, known: Known, budget: Budget): Message[] {
  return unpackBodies(frame).map((body) => readBody(body, known, budget))
}

function write(w: Writer, message: Message, { names, inputs }: Known): void {
  switch (message.kind) {
    case 'event':
      writeEvent(w, message, names.numberOf(message.type))
      return
    case 'ack':
      writeAck(w, message)
      return
    case 'ping':
    case 'pong': {
      const { serverNow, heldMs }: Partial<Pong> = message.kind === 'pong' ? message : {}
      w.u8(
        (message.kind === 'ping' ? PING : PONG) |
          (serverNow === undefined ? 0 : HAS_SERVER_NOW) |
          (heldMs === undefined ? 0 : HAS_HELD),
      )
      w.f64(message.at)
      w.varint(message.received)
      if (serverNow !== undefined) w.f64(serverNow)
      if (heldMs !== undefined) writeHeld(w, heldMs)
      return
    }
    case 'input':
    case 'inputAck':
      ensure(inputs !== null, message.kind)
      inputs.write(w, message)
      return
    case 'received':
      w.u8(RECEIVED)
      w.varint(message.count)
      return
    default: {
      const { kind, ...fields } = message
      w.u8(GENERAL)
      w.u8(GENERAL_KINDS.indexOf(kind))
      const numbered = renamed(kind, fields, (known) =>
        typeof known === 'string' ? names.numberOf(known) : undefined,
      )
      writeValue(w, numbered, inlineNames, 0)
      if (kind !== 'presences') w.check()
    }
  }
}

function readBody(body: Uint8Array, known: Known, budget: Budget): Message {
  const r = new Reader(proven(body), budget)
  const message = read(r, known)
  ensure(r.left === 0, 'body')
  // Taken for a damaged delta, a message of a room would be lost, and all that are counted after it be miscounted.
  ensure(message.kind !== 'delta' || message.isDamaged !== true || !wasGeneral(body), 'delta')
  return message
}

function read(r: Reader, known: Known): Message {
  const first = r.u8()
  const opcode = first & OPCODE_MASK
  const flags = first - opcode
  switch (opcode) {
    case DELTA:
      ensure(known.views !== null, 'opcode')
      return known.views.delta(r, flags)
    case SNAPSHOT:
      ensure(known.views !== null, 'opcode')
      return known.views.snapshot(r, flags)
    case EVENT:
      return readEvent(r, flags, r.text())
    case NUMBERED:
      return readEvent(r, flags, known.names.nameOf(r.varint()))
    case ACK:
      return readAck(r, flags)
    case PING:
      ensure(flags === 0, 'flag')
      return { kind: 'ping', at: r.float(8), received: r.varint() }
    case PONG: {
      ensure((flags & ~(HAS_SERVER_NOW | HAS_HELD)) === 0, 'flag')
      const pong: Pong = { kind: 'pong', at: r.float(8), received: r.varint() }
      if (flags & HAS_SERVER_NOW) pong.serverNow = r.float(8)
      if (flags & HAS_HELD) pong.heldMs = readHeld(r)
      return pong
    }
    case RECEIVED:
      ensure(flags === 0, 'flag')
      return { kind: 'received', count: r.varint() }
    case GENERAL:
      ensure(flags === 0, 'flag')
      return readGeneral(r, known)
    case INPUT:
    case INPUT_ACK:
      ensure(known.inputs !== null && (opcode === INPUT || known.views !== null), 'opcode')
      return known.inputs.read(r, opcode, flags)
    default:
      throw malformed('opcode')
  }
}

function readGeneral(r: Reader, { views, names, shapes }: Known): Message {
  const kind = GENERAL_KINDS[r.u8()]
  const shape = kind === undefined ? undefined : shapes[kind]
  if (kind === undefined || shape === undefined) throw malformed('kind')
  const said = readValue(r, inlineNames, 0)
  ensure(isFields(said), kind)
  // A room's list without its `room` would be taken for the global one.
  ensure(
    kind !== 'presences' ||
      Object.keys(said).every((key) => Object.hasOwn(shape, key) || Object.hasOwn(shape, `${key}?`)),
    kind,
  )
  const named = renamed(kind, said, (number) =>
    typeof number === 'number' ? names.nameOf(number) : undefined,
  )
  // The table of a kind gives the fields of that kind, whichever it is.
  const message = { kind, ...readFields(shape as Shape<Message>, named, kind) } as Message
  if (message.kind === 'left') views?.forget(message.room)
  if (message.kind === 'welcome') names.isAgreed = message.compact === true
  return message
}

/** The fields with another name in the field that holds one of the contract's; as they are where `rename` has none. */
function renamed(kind: MessageKind, fields: object, rename: (name: unknown) => unknown): object {
  const field = NAME_FIELDS[kind]
  const other = field === undefined ? undefined : rename((fields as Fields)[field])
  return field === undefined || other === undefined ? fields : { ...fields, [field]: other }
}

function writeEvent(
  w: Writer,
  { type, payload, ns, room, ackId, volatile }: Event,
  number: number | undefined,
): void {
  // A room's id is never empty on the wire where a namespace follows: both are told apart by one byte.
  const scope = (room === undefined ? 0 : 1) | (ns === undefined ? 0 : 2)
  w.u8(
    (number === undefined ? EVENT : NUMBERED) |
      (ackId === undefined ? 0 : HAS_ACK_ID) |
      (scope === 0 ? 0 : HAS_ROOM) |
      (volatile === true ? IS_VOLATILE : 0) |
      (payload === undefined ? 0 : HAS_PAYLOAD),
  )
  if (number === undefined) w.text(type)
  else w.varint(number)
  if (scope !== 0) w.u8(scope)
  if (room !== undefined) w.text(room)
  if (ns !== undefined) w.text(ns)
  if (ackId !== undefined) w.varint(ackId)
  if (payload !== undefined) writeValue(w, payload, inlineNames, 0)
}

function readEvent(r: Reader, flags: number, type: string): Event {
  const event: Event = { kind: 'event', type: name(type, 'type') }
  if (flags & HAS_ROOM) {
    const scope = r.u8()
    ensure(scope > 0 && scope < 4, 'scope')
    if (scope & 1) event.room = name(r.text(), 'room')
    if (scope & 2) event.ns = name(r.text(), 'ns')
  }
  if (flags & HAS_ACK_ID) event.ackId = r.varint()
  if (flags & IS_VOLATILE) event.volatile = true
  if (flags & HAS_PAYLOAD) event.payload = readValue(r, inlineNames, 0)
  return event
}

function writeAck(w: Writer, { ackId, error, data, version }: Ack): void {
  w.u8(
    ACK |
      (error === undefined ? 0 : HAS_ERROR) |
      (data === undefined ? 0 : HAS_DATA) |
      (version === undefined ? 0 : HAS_VERSION),
  )
  w.varint(ackId)
  if (error !== undefined) {
    w.text(error.code)
    w.text(error.message)
  }
  if (version !== undefined) w.varint(version)
  if (data !== undefined) writeValue(w, data, inlineNames, 0)
}

function readAck(r: Reader, flags: number): Ack {
  ensure((flags & ~(HAS_ERROR | HAS_DATA | HAS_VERSION)) === 0, 'flag')
  const ack: Ack = { kind: 'ack', ackId: r.varint() }
  if (flags & HAS_ERROR) ack.error = { code: errorCode(r.text(), 'code'), message: text(r.text(), 'message') }
  if (flags & HAS_VERSION) ack.version = r.varint()
  if (flags & HAS_DATA) ack.data = readValue(r, inlineNames, 0)
  return ack
}
