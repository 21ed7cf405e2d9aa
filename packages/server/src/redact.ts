// Frames with a secret in them, made fit to be shown. Encoded anew, because in the text of v2 a token may stand escaped.
import { hasSecret, withoutSecrets, type Message } from '@painda/protocol'
import type { PeerCodec } from './outgoing.js'

/** The same frame with each secret replaced by as many stars, so that its size stays true. */
export function redact(
  codec: PeerCodec,
  bytes: Uint8Array,
  messages: readonly Message[],
): { bytes: Uint8Array; messages: readonly Message[] } {
  if (!messages.some(hasSecret)) return { bytes, messages }
  const shown = messages.map(withoutSecrets)
  const bodies = shown.flatMap((message) => codec.encode(message) ?? [])
  return { bytes: codec.pack(bodies)[0] ?? new Uint8Array(bytes.byteLength), messages: shown }
}
