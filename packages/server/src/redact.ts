// Frames with a secret in them, made fit to be shown.
import { hasSecret, redactFrame, withoutSecrets, type Message } from '@painda/protocol'
import type { PeerCodec } from './outgoing.js'

/**
 * The same frame with each secret replaced by as many stars, so that its size stays true. Nothing is encoded anew for it: what
 * a peer has sent need not be something that we could say. In the text of v2 a token may stand escaped, so such a frame is
 * shown as zeros.
 */
export function redact(
  codec: PeerCodec,
  bytes: Uint8Array,
  messages: readonly Message[],
): { bytes: Uint8Array; messages: readonly Message[] } {
  if (!messages.some(hasSecret)) return { bytes, messages }
  if (codec.name !== 'v2') return redactFrame(bytes, messages)
  return { bytes: new Uint8Array(bytes.byteLength), messages: messages.map(withoutSecrets) }
}
