// Who a player wants to be. What arrives is a stranger's JSON, so names are cleaned and everything has a fallback.
import { isPlainObject } from '@painda/protocol'
import { SEATS } from './game.js'
import type { Profile } from './game.js'

/** Fits beside a score on a phone. */
export const MAX_NAME_LENGTH = 14

/** Control characters, and marks that turn or hide the text around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu

/** The name as everybody will read it: one line, no invisible characters, at most 14 characters. */
export function cleanName(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/gu, ' ').replace(INVISIBLE, '').trim()
  return Array.from(line).slice(0, MAX_NAME_LENGTH).join('').trim()
}

export function readProfile(options: unknown): Profile {
  const fields = isPlainObject(options) ? options : {}
  const { name, color } = fields
  return {
    name: (typeof name === 'string' && cleanName(name)) || 'Painter',
    color: typeof color === 'number' && Number.isInteger(color) && color >= 0 && color < SEATS ? color : 0,
  }
}
