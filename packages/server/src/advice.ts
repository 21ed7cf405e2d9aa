// Warnings for the developer of a game, in the log: each once, and none in production. Their number is limited, because clients can
// cause some of them.
import { isDevelopment } from '@painda/protocol'
import type { Logger } from './logger.js'

/** `text`: may be a function, called only when the warning is given. `cause`: warned of once; default the text itself. */
export type Advise = {
  (text: string, cause?: string): void
  (text: () => string, cause: string): void
}

/** No more warnings than this are given. */
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
