// Frames with a secret in them, made fit to be shown: the inspect stream reaches overlays, files and bug reports.
import type { Message } from '@painda/protocol'
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

function hasSecret(message: Message): boolean {
  return message.kind === 'hello' || message.kind === 'welcome'
}

function withoutSecrets(message: Message): Message {
  if (message.kind === 'welcome') return { ...message, token: stars(message.token) }
  if (message.kind !== 'hello') return message
  const { token, session } = message
  return {
    ...message,
    ...(token === undefined ? {} : { token: stars(token) }),
    ...(session === undefined ? {} : { session: { ...session, token: stars(session.token) } }),
  }
}

function stars(secret: string): string {
  return '*'.repeat(secret.length)
}
