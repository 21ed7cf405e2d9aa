// The documented older wire behind the same Codec: what a v2 peer says becomes messages of ours, and what it has no
// words for is not said to it. `__pp_*` frames are the v2 spelling of our own messages.
//   client → server  __pp_auth { token }            hello
//                    __pp_ack { ackId, args }       ack, `args[0]` is the answer
//                    anything else                  event, with `__ackId` and `__ns`
//   server → client  __pp_ack, __pp_error, __pp_room_state, __pp_room_delta, __pp_presence(_diff), __pp_shutdown, events
// Sessions have words of their own there: v2-session.ts.
import { inflateSync } from 'node:zlib'
import { decodeFrame, encodeFrame, PPError } from '@painda/protocol'
import type {
  Ack,
  ErrorCode,
  Event,
  Inflate,
  Message,
  PPMessage,
  PPMessageInput,
  PPMode,
  PPSchemaRegistry,
  PresenceSync,
} from '@painda/protocol'
import type { PeerCodec } from './outgoing.js'

export interface V2CodecOptions {
  mode: PPMode
  registry?: PPSchemaRegistry | undefined
  maxPayloadBytes: number
  /** Of one message after decompression. */
  maxInflatedBytes: number
}

export interface V2Codec extends PeerCodec {
  /** A frame of words that only this wire has. */
  say(message: PPMessageInput): Uint8Array
}

/** Names that v2 clients know; other codes travel as they are. */
const V2_CODES: { readonly [Code in ErrorCode]?: string } = {
  RATE_LIMITED: 'RATE_LIMIT_ERROR',
  MIDDLEWARE_REJECTED: 'MIDDLEWARE_ERROR',
}

export function createV2Codec({
  mode,
  registry,
  maxPayloadBytes,
  maxInflatedBytes,
}: V2CodecOptions): V2Codec {
  const say = (message: PPMessageInput): Uint8Array => encodeFrame(mode, message, registry)
  return {
    name: 'v2',
    say,
    encode(message) {
      const said = toV2(message)
      return said === null ? null : say(said)
    },
    // One message per frame: this wire cannot concatenate.
    pack: (bodies) => bodies,
    decode(frame, cost) {
      const inflating: Inflate = (bytes, maxBytes) => {
        const inflated = inflate(bytes, maxBytes)
        if (cost !== undefined) cost.bytes += inflated.byteLength
        return inflated
      }
      return [fromV2(decodeFrame(frame, registry, { maxPayloadBytes, maxInflatedBytes, inflate: inflating }))]
    },
  }
}

/** True when a frame may become much more than its bytes. Asked of every frame that comes: its header alone, and only the one flag. */
export function isDeflated(frame: Uint8Array): boolean {
  return ((frame[7] ?? 0) & 0b0100) !== 0
}

/** @throws PPError `PAYLOAD_TOO_LARGE` as soon as more than `maxBytes` come out */
function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes })
  } catch (thrown) {
    const isTooLarge =
      thrown instanceof RangeError && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE'
    if (!isTooLarge) throw thrown
    throw new PPError('PAYLOAD_TOO_LARGE', `A message inflates to more than ${maxBytes} bytes.`, {
      cause: thrown,
    })
  }
}

function toV2(message: Message): PPMessageInput | null {
  switch (message.kind) {
    case 'event':
      return eventToV2(message)
    case 'ack':
      return ackToV2(message)
    case 'error': {
      const { code, message: text } = message
      return { type: '__pp_error', payload: { code: V2_CODES[code] ?? code, message: text } }
    }
    case 'snapshot':
      return { type: '__pp_room_state', payload: { room: message.room, state: message.state, full: true } }
    case 'delta':
      return { type: '__pp_room_delta', payload: { room: message.room, delta: message.delta } }
    case 'presences':
      return presencesToV2(message)
    case 'bye':
      // `timeoutMs` is how long the connection still stays; ours ends as soon as everything is sent.
      return { type: '__pp_shutdown', payload: { reason: message.reason, timeoutMs: 0 } }
    default:
      return null
  }
}

function eventToV2({ type, payload, ackId, ns }: Event): PPMessageInput {
  return { type, payload, __ackId: ackId, __ns: ns }
}

/** An ack has no slot for an error on this wire: a refusal goes as `__pp_error` that names the question. */
function ackToV2({ ackId, error, data }: Ack): PPMessageInput {
  if (error === undefined) return { type: '__pp_ack', payload: { ackId, args: [data ?? null] } }
  const code = V2_CODES[error.code] ?? error.code
  return { type: '__pp_error', payload: { code, message: error.message, ackId } }
}

/** v2 knows one list of presences for the whole server; a room's has no form there. */
function presencesToV2({ room, full, set, gone }: PresenceSync): PPMessageInput | null {
  if (room !== undefined) return null
  if (full) {
    const presences = set.map(({ clientId, data, joinedAt, updatedAt }) => ({
      clientId,
      data,
      joinedAt,
      updatedAt,
    }))
    return { type: '__pp_presence', payload: { presences } }
  }
  const changes = [
    ...set.map(({ clientId, data, joinedAt, updatedAt }) => {
      return { type: joinedAt === updatedAt ? 'join' : 'update', clientId, data }
    }),
    ...gone.map((clientId) => ({ type: 'leave', clientId })),
  ]
  return { type: '__pp_presence_diff', payload: { changes } }
}

function fromV2({ type, payload, __ackId: ackId, __ns: ns }: PPMessage): Message {
  if (type === '__pp_auth') return { kind: 'hello', version: 2, ...tokenOf(payload) }
  if (type === '__pp_ack') return ackFromV2(payload)
  // An unknown `__pp_` type stays an event, and the pipeline refuses it by its name.
  return {
    kind: 'event',
    type,
    ...(payload === undefined ? {} : { payload }),
    ...(ackId === undefined ? {} : { ackId }),
    ...(ns === undefined ? {} : { ns }),
  }
}

function tokenOf(payload: unknown): { token?: string } {
  const token = fieldOf(payload, 'token')
  return typeof token === 'string' && token.length <= MAX_TOKEN_LENGTH ? { token } : {}
}

function ackFromV2(payload: unknown): Ack {
  const ackId = fieldOf(payload, 'ackId')
  const args = fieldOf(payload, 'args')
  if (typeof ackId !== 'number' || !Number.isSafeInteger(ackId) || ackId < 0 || !Array.isArray(args)) {
    throw new PPError('INVALID_PAYLOAD', 'A __pp_ack names the ackId it answers, and its args.')
  }
  return { kind: 'ack', ackId, data: args[0] }
}

/** As in the v3 handshake: what common servers allow for a whole header. */
const MAX_TOKEN_LENGTH = 8192

function fieldOf(value: unknown, field: string): unknown {
  // Read by a name of ours, from JSON: no key of the peer's choice is followed.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
}
