// Bodies that prove themselves. Deltas and lists are followed by a hash, which finds out what was damaged on its way. What
// says which session this is, which room, or what its whole state is, is followed by nothing that would: with a flipped byte
// in the name of the room that it joined, a client would be in another room than it knows. So such a body ends with four
// bytes that follow from all before them. They find accidents, not attackers.
import { ensure } from '../malformed.js'
import { GENERAL, OPCODE_MASK, PRESENCES_KIND, SNAPSHOT } from './opcodes.js'

export const CHECK_BYTES = 4

/** FNV-1a. Each step is a bijection, so one wrong byte never goes unnoticed, and several do once in 2^32. */
export function checkOf(bytes: Uint8Array, length: number): number {
  let check = 0x811c9dc5
  for (let i = 0; i < length; i++) check = Math.imul(check ^ (bytes[i] ?? 0), 0x01000193)
  return check
}

/** The body without its check, where it has one. @throws PPError `MALFORMED_FRAME` for a wrong one. */
export function proven(body: Uint8Array): Uint8Array {
  if (!isChecked(body)) return body
  ensure(isRight(body), 'check')
  return body.subarray(0, -CHECK_BYTES)
}

/** True when only its first byte keeps it from being a general body. */
export function wasGeneral(body: Uint8Array): boolean {
  // Not `slice`, which on Node's own arrays copies nothing.
  const other = new Uint8Array(body)
  other[0] = GENERAL
  return isRight(other)
}

/** Writes the right check into a body whose bytes were changed on purpose. */
export function prove(body: Uint8Array): void {
  const length = body.length - CHECK_BYTES
  if (length > 0 && isChecked(body)) viewOf(body).setInt32(length, checkOf(body, length))
}

/** True when the body's last bytes follow from those before them. */
export function isRight(body: Uint8Array): boolean {
  const length = body.length - CHECK_BYTES
  return length > 0 && viewOf(body).getInt32(length) === checkOf(body, length)
}

/** True for the kinds that end with a check. */
export function isChecked(body: Uint8Array): boolean {
  const first = body[0] ?? OPCODE_MASK
  return first === GENERAL ? body[1] !== PRESENCES_KIND : (first & OPCODE_MASK) === SNAPSHOT
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
