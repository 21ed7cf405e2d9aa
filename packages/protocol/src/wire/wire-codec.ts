// The v3 codec: each message is an opcode byte and its fields, in their smallest exact form. Frequent kinds have forms of
// their own; the others travel as one value, read and checked field by field like any message.
import type { Codec } from '../codec.js'
import type { Ack, Event } from '../event.js'
import { PPError, toPPError } from '../errors.js'
import type { Fields } from '../fields.js'
import { readMessage } from '../messages.js'
import type { Message, MessageKind } from '../messages.js'
import { packBodies, unpackBodies } from './bundle.js'
import { MAX_ROWS, Reader, Writer } from './bytes.js'
import type { Budget } from './bytes.js'
import { createNameTable, NAME_FIELDS } from './name-table.js'
import type { NameTable } from './name-table.js'
import { inlineNames } from './names.js'
import { GENERAL_KINDS, OPCODE_MASK, OPCODES } from './opcodes.js'
import { readValue, writeValue } from './value.js'
import { createViewDecoder } from './view.js'
import type { ViewDecoder } from './view.js'

const HAS_ACK_ID = 0x10
const HAS_ROOM = 0x20
const IS_VOLATILE = 0x40
const HAS_PAYLOAD = 0x80

const HAS_ERROR = 0x10
const HAS_DATA = 0x20
const HAS_VERSION = 0x40

const HAS_SERVER_NOW = 0x10

/** What a connection has agreed on, and holds. */
interface Known {
  readonly views: ViewDecoder
  readonly names: NameTable
}

/**
 * A codec for one connection. Encoding has no memory, so one codec may encode for all; decoding keeps the views of the
 * connection, so each connection decodes with its own; the next connection of a session takes over its `views`.
 * `names` are those of the contract; a welcome that is decoded says whether they are agreed.
 */
export function createWireCodec(
  views: ViewDecoder = createViewDecoder(),
  names: NameTable = createNameTable([]),
): Codec {
  const w = new Writer()

  function encode(message: Message): Uint8Array {
    try {
      write(w, message, names)
    } catch (thrown) {
      w.truncate(0)
      throw toPPError(thrown, 'INVALID_PAYLOAD')
    }
    return w.take()
  }

  function decode(frame: Uint8Array): Message[] {
    const budget = { rows: MAX_ROWS }
    return unpackBodies(frame).map((body) => readBody(body, { views, names }, budget))
  }

  return { name: 'painda.v3', encode, pack: packBodies, decode }
}

function write(w: Writer, message: Message, names: NameTable): void {
  switch (message.kind) {
    case 'event':
      writeEvent(w, message, names.numberOf(message.type))
      return
    case 'ack':
      writeAck(w, message)
      return
    case 'ping':
      w.u8(OPCODES.ping)
      w.f64(message.at)
      w.varint(message.received)
      return
    case 'pong':
      w.u8(OPCODES.pong | (message.serverNow === undefined ? 0 : HAS_SERVER_NOW))
      w.f64(message.at)
      w.varint(message.received)
      if (message.serverNow !== undefined) w.f64(message.serverNow)
      return
    case 'received':
      w.u8(OPCODES.received)
      w.varint(message.count)
      return
    default: {
      const { kind, ...fields } = message
      w.u8(OPCODES.general)
      w.u8(GENERAL_KINDS.indexOf(kind))
      writeValue(w, withNumber(kind, fields, names), inlineNames, 0)
    }
  }
}

function readBody(body: Uint8Array, known: Known, budget: Budget): Message {
  const r = new Reader(body, budget)
  try {
    const message = read(r, known)
    if (r.left > 0) throw new PPError('MALFORMED_FRAME', 'A body goes on after its message.')
    return message
  } catch (thrown) {
    // State heals by a snapshot; the other messages of the frame are not lost with it.
    const damaged = known.views.damaged(body)
    if (damaged !== null) return damaged
    throw thrown
  }
}

function read(r: Reader, known: Known): Message {
  const { views, names } = known
  const first = r.u8()
  switch (first & OPCODE_MASK) {
    case OPCODES.delta:
      return views.delta(r, first)
    case OPCODES.snapshot:
      return views.snapshot(r, first)
    case OPCODES.event:
      return readEventBody(r, first, r.text())
    case OPCODES.numbered:
      return readEventBody(r, first, names.nameOf(r.varint()))
    case OPCODES.ack:
      return readAckBody(r, first)
    case OPCODES.ping:
      noFlags(first, 0)
      return { kind: 'ping', at: finite(r.f64()), received: r.varint() }
    case OPCODES.pong: {
      noFlags(first, HAS_SERVER_NOW)
      const pong = { kind: 'pong', at: finite(r.f64()), received: r.varint() } as const
      return first & HAS_SERVER_NOW ? { ...pong, serverNow: finite(r.f64()) } : pong
    }
    case OPCODES.received:
      noFlags(first, 0)
      return { kind: 'received', count: r.varint() }
    case OPCODES.general:
      return readGeneral(r, first, known)
    default:
      throw new PPError('MALFORMED_FRAME', `There is no message of opcode ${first & OPCODE_MASK}.`)
  }
}

function readGeneral(r: Reader, first: number, { views, names }: Known): Message {
  noFlags(first, 0)
  const kind = GENERAL_KINDS[r.u8()]
  const fields = readValue(r, inlineNames, 0)
  if (kind === undefined || typeof fields !== 'object' || fields === null) {
    throw new PPError('MALFORMED_FRAME', 'A message must have a known kind and fields.')
  }
  const message = readMessage({ ...withName(kind, fields, names), kind })
  if (message.kind === 'left') views.forget(message.room)
  if (message.kind === 'welcome') names.isAgreed = message.compact === true
  return message
}

/** What a message says in the field that holds a name of the contract. */
function nameIn(kind: MessageKind, fields: object): { field: string; name: unknown } | null {
  const field = NAME_FIELDS[kind]
  return field === undefined ? null : { field, name: (fields as Fields)[field] }
}

function withNumber(kind: MessageKind, fields: object, names: NameTable): object {
  const said = nameIn(kind, fields)
  const number = typeof said?.name === 'string' ? names.numberOf(said.name) : undefined
  return said === null || number === undefined ? fields : { ...fields, [said.field]: number }
}

function withName(kind: MessageKind, fields: object, names: NameTable): object {
  const said = nameIn(kind, fields)
  return typeof said?.name === 'number' ? { ...fields, [said.field]: names.nameOf(said.name) } : fields
}

function writeEvent(
  w: Writer,
  { type, payload, ns, room, ackId, volatile }: Event,
  number: number | undefined,
): void {
  w.u8(
    (number === undefined ? OPCODES.event : OPCODES.numbered) |
      (ackId === undefined ? 0 : HAS_ACK_ID) |
      (room === undefined && ns === undefined ? 0 : HAS_ROOM) |
      (volatile === true ? IS_VOLATILE : 0) |
      (payload === undefined ? 0 : HAS_PAYLOAD),
  )
  if (number === undefined) w.text(type)
  else w.varint(number)
  if (room !== undefined || ns !== undefined) {
    // A room's id is never empty on the wire where a namespace follows: both are told apart by one byte.
    w.u8((room === undefined ? 0 : 1) | (ns === undefined ? 0 : 2))
    if (room !== undefined) w.text(room)
    if (ns !== undefined) w.text(ns)
  }
  if (ackId !== undefined) w.varint(ackId)
  if (payload !== undefined) writeValue(w, payload, inlineNames, 0)
}

function readEventBody(r: Reader, first: number, type: string): Message {
  const scope = first & HAS_ROOM ? r.u8() : 0
  if (first & HAS_ROOM && (scope === 0 || scope > 3))
    throw new PPError('MALFORMED_FRAME', 'An event has no such scope.')
  // Through the general reader, so that names meet the same limits whatever their form.
  return readMessage({
    kind: 'event',
    type,
    ...(scope & 1 ? { room: r.text() } : {}),
    ...(scope & 2 ? { ns: r.text() } : {}),
    ...(first & HAS_ACK_ID ? { ackId: r.varint() } : {}),
    ...(first & IS_VOLATILE ? { volatile: true } : {}),
    ...(first & HAS_PAYLOAD ? { payload: readValue(r, inlineNames, 0) } : {}),
  })
}

function writeAck(w: Writer, { ackId, error, data, version }: Ack): void {
  w.u8(
    OPCODES.ack |
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

function readAckBody(r: Reader, first: number): Message {
  noFlags(first, HAS_ERROR | HAS_DATA | HAS_VERSION)
  return readMessage({
    kind: 'ack',
    ackId: r.varint(),
    ...(first & HAS_ERROR ? { error: { code: r.text(), message: r.text() } } : {}),
    ...(first & HAS_VERSION ? { version: r.varint() } : {}),
    ...(first & HAS_DATA ? { data: readValue(r, inlineNames, 0) } : {}),
  })
}

function noFlags(first: number, allowed: number): void {
  if ((first & ~OPCODE_MASK & ~allowed) !== 0)
    throw new PPError('MALFORMED_FRAME', 'A message has a flag that nobody defined.')
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new PPError('MALFORMED_FRAME', 'A time must be finite.')
}
