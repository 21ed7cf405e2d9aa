// What application code throws at us. It is caught here, logged once under an id, told to the error listeners, and the
// id is all that a peer ever sees of it.
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { PPError } from '@painda/protocol'
import type { Logger } from './logger.js'

export interface Faults {
  /** Returns the id that stands in the log. Never throws. */
  report(thrown: unknown, where: string): string
  /** The same, and nobody is told: for the faults of those who would be. */
  log(thrown: unknown, where: string): string
  /** Runs it; what it throws, at once or by its promise, is reported. */
  guard(where: string, run: () => unknown): void
}

export interface FaultOptions {
  logger: Logger
  /** Told of each fault. What it throws itself is only logged. */
  onError: (error: PPError) => void
}

export function createFaults({ logger, onError }: FaultOptions): Faults {
  function log(thrown: unknown, where: string): string {
    const id = randomBytes(4).toString('hex')
    logger.error(`${where} failed (error ${id}).`, thrown)
    return id
  }

  function report(thrown: unknown, where: string): string {
    const id = log(thrown, where)
    const cause = thrown instanceof Error ? thrown.message : textOf(thrown)
    try {
      onError(new PPError('INTERNAL', `${where} failed (error ${id}): ${cause}`, { cause: thrown }))
    } catch (again) {
      logger.error(`An error listener failed on error ${id}.`, again)
    }
    return id
  }

  return {
    report,
    log,
    guard: (where, run) => runGuarded(run, (thrown) => void report(thrown, where)),
  }
}

/** Runs application code; what it throws, at once or by its promise, goes to `onFault`: unheard it would end the process. */
export function runGuarded(run: () => unknown, onFault: (thrown: unknown) => void): void {
  try {
    const result = run()
    if (isPromise(result)) result.then(undefined, onFault)
  } catch (thrown) {
    onFault(thrown)
  }
}

/** Of any value: `String` throws for an object without a prototype. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}

/** What a peer is told of a fault at our end. */
export function internalError(id: string): PPError {
  return new PPError('INTERNAL', `The server failed to handle this (error ${id}).`)
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
