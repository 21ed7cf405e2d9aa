// Frames with a secret in them, made fit to be shown: what is inspected ends up in overlays, files and bug reports. Each
// secret becomes as many stars, so that sizes stay true.
import type { Hello, Welcome } from './handshake.js'
import type { Message } from './messages.js'
import { encodeUtf8 } from './utf8.js'
import { unpackBodies } from './wire/bundle.js'
import { prove } from './wire/check.js'

const STAR = 0x2a
/** Opcode and kind of a general body. */
const HEAD_BYTES = 2

/** True for the messages that carry a token: the two of the handshake. */
export function hasSecret(message: Message): message is Hello | Welcome {
  return message.kind === 'hello' || message.kind === 'welcome'
}

/** The same message with stars for its tokens. */
export function withoutSecrets(message: Message): Message {
  if (message.kind === 'welcome') return { ...message, token: stars(message.token) }
  if (message.kind !== 'hello') return message
  const { token, session } = message
  return {
    ...message,
    ...(token === undefined ? {} : { token: stars(token) }),
    ...(session === undefined ? {} : { session: { ...session, token: stars(session.token) } }),
  }
}

/**
 * A frame of v3 with stars for its tokens, in the messages and in the bytes. A frame without one is returned as it is; the
 * arguments are never written to.
 */
export function redactFrame(
  bytes: Uint8Array,
  messages: readonly Message[],
): { readonly bytes: Uint8Array; readonly messages: readonly Message[] } {
  if (!messages.some(hasSecret)) return { bytes, messages }
  // Not `slice`, which on Node's own arrays copies nothing.
  const shown = new Uint8Array(bytes)
  const secrets = messages.flatMap(secretsOf).map(encodeUtf8)
  for (const { byteOffset, length } of unpackBodies(bytes)) {
    const start = byteOffset - bytes.byteOffset
    const body = shown.subarray(start, start + length)
    // What kind of body it is stays readable, even where a secret looks like it.
    for (const secret of secrets) cover(body.subarray(HEAD_BYTES), secret)
    // The check was made with the secret: by it, somebody could try out what the secret is.
    prove(body)
  }
  return { bytes: shown, messages: messages.map(withoutSecrets) }
}

function secretsOf(message: Message): readonly string[] {
  if (message.kind === 'welcome') return [message.token]
  if (message.kind !== 'hello') return []
  return [message.token, message.session?.token].filter((secret) => secret !== undefined)
}

/** A text of v3 stands in its frame as UTF-8 in one piece, however often it was said. */
function cover(bytes: Uint8Array, secret: Uint8Array): void {
  if (secret.length === 0) return
  for (let start = 0; start + secret.length <= bytes.length; start++) {
    if (secret.every((byte, index) => bytes[start + index] === byte)) {
      bytes.fill(STAR, start, start + secret.length)
    }
  }
}

function stars(secret: string): string {
  return '*'.repeat(secret.length)
}
