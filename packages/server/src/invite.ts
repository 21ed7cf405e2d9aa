// Invite codes: short names of rooms that people read to each other. 50 random bits: at the rate at which one client may
// ask, a guess takes longer than any room lives.
import { INVITE_LENGTH, readInvite } from '@painda/protocol'
import { randomBytes } from 'node:crypto'

/** Crockford's base 32: no letters that look like digits, and none that spell words by accident. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export interface Invites<Room> {
  /** The code of this room: the same at every call. */
  codeOf(room: Room): string
  /** It had this code before a restart. False where that is none. */
  keep(room: Room, code: string): boolean
  /** However it was typed. */
  find(code: string): Room | undefined
  remove(room: Room): void
}

export function createInvites<Room extends object>(): Invites<Room> {
  /** By the letters alone. */
  const rooms = new Map<string | null, Room>()
  const codes = new Map<Room, string>()
  function keep(room: Room, code: string): boolean {
    const letters = readInvite(code)
    if (letters === null) return false
    codes.set(room, code)
    rooms.set(letters, room)
    return true
  }

  return {
    codeOf(room) {
      const known = codes.get(room)
      if (known !== undefined) return known
      const code = randomCode()
      keep(room, code)
      return code
    },
    keep,
    find: (code) => rooms.get(readInvite(code)),
    remove(room) {
      const code = codes.get(room)
      codes.delete(room)
      if (code !== undefined) rooms.delete(readInvite(code))
    },
  }
}

function randomCode(): string {
  const letters = [...randomBytes(INVITE_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return `${letters.slice(0, INVITE_LENGTH / 2)}-${letters.slice(INVITE_LENGTH / 2)}`
}
