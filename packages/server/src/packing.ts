// Messages into frames. A tick hands the same messages to one receiver after the other: whoever gets the same as the one
// before, in the same format, gets the very same frames, so that everything below can be shared too.
import { MAX_MESSAGES_PER_FRAME } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import type { Outgoing, PeerCodec } from './outgoing.js'

/** Frames as they leave, each with the messages in it. Nobody may change their bytes: others hold them too. */
export interface Packing {
  readonly frames: readonly PackedFrame[]
  readonly bytes: number
}

export interface PackedFrame {
  readonly bytes: Uint8Array
  readonly messages: readonly Message[]
}

export interface Packer {
  /** As few frames as the format can, and as the other end accepts. `outs` must not change any more. @throws PPError `INVALID_PAYLOAD` */
  pack(codec: PeerCodec, outs: readonly Outgoing[]): Packing
}

export function createPacker(): Packer {
  let last: { codec: PeerCodec; outs: readonly Outgoing[]; packing: Packing } | null = null
  return {
    pack(codec, outs) {
      if (last !== null && last.codec === codec && (last.outs === outs || areSame(last.outs, outs)))
        return last.packing
      const packing = packed(codec, outs)
      last = { codec, outs, packing }
      return packing
    },
  }
}

function areSame(a: readonly Outgoing[], b: readonly Outgoing[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The usual case: one message. */
function packedAlone(codec: PeerCodec, out: Outgoing): Packing {
  const body = out.body(codec)
  if (body === null) return NOTHING
  const messages = [out.message]
  const frames = codec.pack([body]).map((bytes) => ({ bytes, messages }))
  return { frames, bytes: frames[0]?.bytes.byteLength ?? 0 }
}

/** What these messages take, without the few bytes of a frame around several. @throws PPError `INVALID_PAYLOAD` */
export function bytesOf(codec: PeerCodec, outs: readonly Outgoing[]): number {
  let bytes = 0
  for (const out of outs) bytes += out.body(codec)?.byteLength ?? 0
  return bytes
}

const NOTHING: Packing = { frames: [], bytes: 0 }

function packed(codec: PeerCodec, outs: readonly Outgoing[]): Packing {
  const [only] = outs
  if (only !== undefined && outs.length === 1) return packedAlone(codec, only)
  const messages: Message[] = []
  const bodies: Uint8Array[] = []
  for (const out of outs) {
    const body = out.body(codec)
    if (body === null) continue
    messages.push(out.message)
    bodies.push(body)
  }
  const frames: PackedFrame[] = []
  for (let from = 0; from < bodies.length; from += MAX_MESSAGES_PER_FRAME) {
    const to = from + MAX_MESSAGES_PER_FRAME
    const made = codec.pack(bodies.slice(from, to))
    made.forEach((bytes, at) => {
      // One frame for all of them, or one for each.
      const inside = made.length === 1 ? messages.slice(from, to) : messages.slice(from + at, from + at + 1)
      frames.push({ bytes, messages: inside })
    })
  }
  return { frames, bytes: frames.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) }
}
