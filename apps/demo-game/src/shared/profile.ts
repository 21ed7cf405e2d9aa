// Who a player wants to be. What arrives is a stranger's JSON, so names are cleaned and everything has a fallback.
import { isPlainObject } from '@painda/protocol'
import { PALETTE } from './palette.js'

/** Fits beside a score on a phone. */
export const MAX_NAME_LENGTH = 14
export const MAX_TITLE_LENGTH = 24

/** Control characters, and marks that turn or hide the text around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu

/** The name as everybody will read it: one line, no invisible characters, at most 14 characters. */
export function cleanName(text: string): string {
  return cleanLine(text, MAX_NAME_LENGTH)
}

/** A stranger's text as one line of at most so many characters. */
export function cleanLine(text: string, maxLength: number): string {
  const line = text.slice(0, 600).replace(/\s+/gu, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim()
  return Array.from(line).slice(0, maxLength).join('').trim()
}

export function readProfile(options: unknown): { name: string; color: number } {
  const fields = isPlainObject(options) ? options : {}
  const { name, color } = fields
  return {
    name: (typeof name === 'string' && cleanName(name)) || 'Painter',
    color:
      typeof color === 'number' && Number.isInteger(color) && color >= 0 && color < PALETTE.length
        ? color
        : 0,
  }
}
