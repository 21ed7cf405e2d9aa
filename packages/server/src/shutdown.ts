// A planned end: every client is told when to come back, each at another moment, and what is on its way may arrive.
import process from 'node:process'
import { PPError } from '@painda/protocol'
import type { Random, Time, Undo } from '@painda/protocol'
import { outgoing } from './outgoing.js'
import type { Session } from './session.js'

/** How long a shutdown lets clients read what is on its way, and any end the last hooks of rooms do their work. */
export const DRAIN_MS = 5000
/** Clients come back within this long, spread evenly: a restarted server is not met by all of them at once. */
export const RETURN_SPREAD_MS = 5000
/** How often a drain looks whether it is done. */
const DRAIN_POLL_MS = 20

export const SHUTDOWN = new PPError('SERVER_SHUTDOWN', 'Server shutting down')

export interface ShutdownOptions {
  /** How long clients may take to read what is on its way, and rooms, if that is more than 5000 ms, for their last hooks. Default 5000 ms. */
  timeoutMs?: number
  /** Clients are told to come back within this long, each at another moment. Default 5000 ms. */
  spreadMs?: number
}

export interface SignalOptions extends ShutdownOptions {
  /** Default `SIGTERM` and `SIGINT`. */
  signals?: readonly NodeJS.Signals[]
  /** Called when all is drained. Default: the signal takes its usual effect, which ends the process. */
  onDrained?: (signal: NodeJS.Signals) => unknown
}

/** @throws PPError `INVALID_ARGUMENT` for a time that is none */
export function readShutdown({ timeoutMs = DRAIN_MS, spreadMs = RETURN_SPREAD_MS }: ShutdownOptions): {
  timeoutMs: number
  spreadMs: number
} {
  return { timeoutMs: checked('timeoutMs', timeoutMs), spreadMs: checked('spreadMs', spreadMs) }
}

function checked(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new PPError('INVALID_ARGUMENT', `The option ${name} must be a number from 0.`)
}

/**
 * Drains at the first of these signals. They are let go of at once: a second one ends the process as it would without us,
 * for whoever does not want to wait.
 */
export function drainOnSignals(
  { signals = ['SIGTERM', 'SIGINT'], onDrained = raise }: SignalOptions,
  shutdown: () => Promise<void>,
): Undo {
  const undo = (): void => {
    for (const signal of signals) process.off(signal, run)
  }
  const run = (signal: NodeJS.Signals): void => {
    undo()
    void shutdown().then(() => onDrained(signal))
  }
  // Before others, who may tear down the very sockets over which clients are to be told.
  for (const signal of signals) process.prependListener(signal, run)
  return undo
}

/** To ourselves, with nobody left to listen: the process ends with the status that its supervisor expects. */
function raise(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}

export function sayBye(sessions: Iterable<Session>, random: Random, spreadMs: number): void {
  for (const session of sessions) {
    const retryAfterMs = random.int(0, Math.floor(spreadMs))
    session.send(outgoing({ kind: 'bye', reason: SHUTDOWN.message, retryAfterMs }))
  }
}

/** Resolves when `isDone` says so, and after `timeoutMs` at the latest. */
export function drain(time: Time, timeoutMs: number, isDone: () => boolean): Promise<void> {
  if (isDone()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = (): void => {
      cancelPoll()
      cancelTimeout()
      resolve()
    }
    const cancelPoll = time.every(DRAIN_POLL_MS, () => {
      if (isDone()) stop()
    })
    const cancelTimeout = time.after(timeoutMs, stop)
  })
}
