// Bytes that mean harm, into both decoders: random ones, and well-formed frames that were cut, flipped, spliced and given
// absurd numbers. What comes out is a message or a PPError, in bounded time.
import {
  createClientCodec,
  createNameTable,
  createRandom,
  createServerCodec,
  createViewDecoder,
  createViewEncoder,
  createWireCodec,
  decodeFrame,
  encodeFrame,
  PPError,
} from '@painda/protocol'
import type { Random } from '@painda/protocol'
import { inflateSync } from 'node:zlib'
import { EVERY_KIND } from './every-kind.js'
import { proveFrame } from './proven.js'

/** Refusals that a decoder may give; anything else is a defect. */
const ALLOWED: ReadonlySet<string> = new Set([
  'MALFORMED_FRAME',
  'PAYLOAD_TOO_LARGE',
  'INVALID_PAYLOAD',
  'INVALID_PROTOCOL_VERSION',
  'UNKNOWN_TYPE',
  'DECOMPRESSION_FAILED',
])

const NAMES = ['move', 'arena']

export interface FuzzResult {
  /** Frames that were read as messages all the same. */
  readonly read: number
  readonly refused: number
}

/** @throws what no decoder may throw, with the input as hex */
export function fuzzDecoders(inputs: number, seed: number): FuzzResult {
  const random = createRandom(seed)
  const v3 = v3Frames()
  const v2 = v2Frames()
  let read = 0
  for (let i = 0; i < inputs; i++) {
    const isV3 = random.next() < 0.6
    const damaged = damage(isV3 ? v3 : v2, random)
    const frame = isV3 && random.next() < 0.9 ? proveFrame(damaged) : damaged
    if (isV3 ? readsV3(frame, v3[0] ?? frame) : readsV2(frame)) read++
  }
  return { read, refused: inputs - read }
}

function readsV3(frame: Uint8Array, snapshot: Uint8Array): boolean {
  const views = createViewDecoder
  const codecs = [createWireCodec, createClientCodec].map((make) =>
    make(views(), createNameTable(NAMES, true)),
  )
  const areRead = codecs.map((codec) =>
    guarded(frame, () => {
      // A view to attack.
      codec.decode(snapshot)
      codec.decode(frame)
    }),
  )
  guarded(frame, () => void createServerCodec(createNameTable(NAMES, true)).decode(frame))
  return !areRead.includes(false)
}

function readsV2(frame: Uint8Array): boolean {
  const inflate = (bytes: Uint8Array, maxOutputLength: number): Uint8Array =>
    inflateSync(bytes, { maxOutputLength })
  return guarded(frame, () => void decodeFrame(frame, undefined, { inflate, maxInflatedBytes: 64 * 1024 }))
}

function guarded(frame: Uint8Array, decode: () => void): boolean {
  try {
    decode()
    return true
  } catch (thrown) {
    if (thrown instanceof PPError && ALLOWED.has(thrown.code)) return false
    throw new Error(`A decoder threw at ${Buffer.from(frame).toString('hex')}`, { cause: thrown })
  }
}

function damage(frames: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.next() < 0.2) return Uint8Array.from({ length: random.int(0, 64) }, () => random.int(0, 255))
  const frame = Uint8Array.from(random.pick(frames))
  for (let hits = random.int(1, 4); hits > 0; hits--) {
    const at = random.int(0, frame.length - 1)
    const kind = random.int(0, 3)
    if (kind === 0) frame[at] = (frame[at] ?? 0) ^ (1 << random.int(0, 7))
    // Numbers as large as they get: a length of four billion, a varint without an end.
    else if (kind === 1) frame.fill(0xff, at, at + random.int(1, 8))
    else if (kind === 2) frame[at] = random.int(0, 255)
    else frame.copyWithin(at, random.int(0, frame.length - 1), frame.length)
  }
  return random.next() < 0.3 ? frame.subarray(0, random.int(0, frame.length)) : frame
}

/** The first is a snapshot; the others are deltas on it, and every other message. */
function v3Frames(): Uint8Array[] {
  const codec = createWireCodec()
  const numbering = createWireCodec(undefined, createNameTable(NAMES, true))
  const view = createViewEncoder(1)
  const state = {
    players: Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `p${i}`,
        { x: i / 16, y: -i * 1.01, name: `n${i}`, alive: i % 2 === 0 },
      ]),
    ),
    rows: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    log: ['a', 'b', 'c'],
  }
  const base = { kind: 'delta', room: 'r', from: 0, to: 1, tick: 1 } as const
  const deltas = [
    { players: { p1: { x: 5 }, p2: { x: 6 }, p3: { x: 7.5 }, p4: { x: 1 / 3 } } },
    { players: { p1: { __pp_deleted: true }, q: { x: 1, y: 2, name: 'new', alive: true } } },
    {
      rows: {
        __pp_array_ops: [
          { op: 'patch', index: 1, delta: { __pp_array_ops: [{ op: 'set', index: 0, value: 9 }] } },
        ],
      },
    },
    {
      log: {
        __pp_array_ops: [
          { op: 'splice', index: 1, deleteCount: 1, items: ['x', 'y'] },
          { op: 'move', from: 0, to: 2 },
        ],
      },
    },
    { players: { p1: { deep: { __pp_value: { __pp_deleted: true } } } } },
  ]
  const bodies = [
    view.snapshot({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state }),
    ...deltas.map((delta) => view.delta({ ...base, delta })),
    createViewEncoder(2).snapshot(
      { kind: 'snapshot', room: 'r', version: 4, tick: 4, state: { ...state, log: ['d'] } },
      { channel: 1, version: 0, state },
    ),
    ...EVERY_KIND.map((message) => codec.encode(message)),
    ...EVERY_KIND.map((message) => numbering.encode(message)),
  ]
  return [...bodies, ...codec.pack(bodies.slice(1))]
}

function v2Frames(): Uint8Array[] {
  const frame = encodeFrame('gaming', {
    type: 'chat',
    payload: { text: 'héllo', list: [1, 2.5, null] },
    __ackId: 3,
    __ns: '/a',
  })
  const compressed = Uint8Array.from(frame)
  compressed[7] = 0x06
  return [frame, compressed, encodeFrame('chat', { type: 'big', payload: 'x'.repeat(300) })]
}
