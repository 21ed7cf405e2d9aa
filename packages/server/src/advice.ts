// What is most likely a mistake of whoever builds the game, told in the log: each once, so many of them, and nothing in production.
// Some of it is caused by what a client says, which is why it ends somewhere.
import { isDevelopment } from '@painda/protocol'
import type { Logger } from './logger.js'

/** `text`: a function where it takes work that only who reads it needs. `cause`: what is told once; default the text itself. */
export type Advise = {
  (text: string, cause?: string): void
  (text: () => string, cause: string): void
}

/** Whoever has read so many has enough to do. */
const MAX_TOLD = 32

export const noAdvice: Advise = () => {}

export function createAdvice(logger: Pick<Logger, 'warn'>): Advise {
  if (!isDevelopment()) return noAdvice
  const told = new Set<unknown>()
  return (text: string | (() => string), cause: unknown = text) => {
    if (told.has(cause) || told.size >= MAX_TOLD) return
    told.add(cause)
    logger.warn(typeof text === 'string' ? text : text())
  }
}
