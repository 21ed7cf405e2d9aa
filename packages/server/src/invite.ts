// Invite codes: short names of rooms that people read to each other. 50 random bits: at the rate at which one client may
// ask, a guess takes longer than any room lives.
import { randomBytes } from 'node:crypto'

/** Crockford's base 32: no letters that look like digits, and none that spell words by accident. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 10

export interface Invites<Room> {
  /** The code of this room: the same at every call. */
  codeOf(room: Room): string
  /** However it was typed: small letters, spaces and dashes do not matter, nor o for 0, i and l for 1. */
  find(code: string): Room | undefined
  remove(room: Room): void
}

export function createInvites<Room extends object>(): Invites<Room> {
  const rooms = new Map<string, Room>()
  const codes = new Map<Room, string>()
  return {
    codeOf(room) {
      const known = codes.get(room)
      if (known !== undefined) return known
      const code = randomCode()
      codes.set(room, code)
      rooms.set(plain(code), room)
      return code
    },
    // A code is never longer than its letters and a few separators; whatever else a peer sends is not looked at.
    find: (code) => (code.length > 2 * LENGTH ? undefined : rooms.get(plain(code))),
    remove(room) {
      const code = codes.get(room)
      codes.delete(room)
      if (code !== undefined) rooms.delete(plain(code))
    },
  }
}

function randomCode(): string {
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}

function plain(code: string): string {
  return code
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}
