// Invite codes, short names of rooms that people read to each other: the server makes them and finds the room by what was
// typed, and a client knows by their form that an id may be one.

/** How many letters and digits a code has. */
export const INVITE_LENGTH = 10

/**
 * The letters of what may be a code, however it was typed: small letters, spaces and dashes do not matter, nor o for 0, i and l
 * for 1. Null for everything else.
 */
export function readInvite(text: string): string | null {
  // A code is never longer than its letters and a few separators; whatever else a peer sends is not looked at.
  if (text.length > 2 * INVITE_LENGTH) return null
  const letters = text
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return letters.length === INVITE_LENGTH ? letters : null
}
