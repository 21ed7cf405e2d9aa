// The end of a server: at once, or after its clients were told when to come back and what was on its way could arrive.
import type { Undo } from '@painda/protocol'
import type { Core } from './core.js'
import type { HandedRoom } from './keeper.js'
import {
  DRAIN_MS,
  drain,
  drainOnSignals,
  readShutdown,
  RETURN_SPREAD_MS,
  sayBye,
  SHUTDOWN,
} from './shutdown.js'
import type { ShutdownOptions, SignalOptions } from './shutdown.js'
import type { Listener } from './ws.js'

export interface ServerEnd {
  /** True while it takes connections. */
  readonly isOpen: boolean
  /** @throws PPError `INVALID_ARGUMENT` for a time that is none */
  handleSignals(options: SignalOptions): Undo
  /** A second call waits with the first; its options count for nothing. @throws PPError `INVALID_ARGUMENT` for a time that is none */
  shutdown(options: ShutdownOptions): Promise<void>
  /** The same as `shutdown`; resolves to what another server needs to go on with the rooms: nothing when this one was closed before. */
  handOver(options: ShutdownOptions): Promise<HandedRoom[]>
  /** Safe to call twice: both resolve when all is over. */
  close(): Promise<void>
}

export interface ServerEndOptions {
  readonly core: Pick<
    Core,
    | 'time'
    | 'random'
    | 'flush'
    | 'sessions'
    | 'connections'
    | 'life'
    | 'patience'
    | 'plugins'
    | 'presence'
    | 'rooms'
  >
  /** Null where connections come from elsewhere. */
  readonly listener: Pick<Listener, 'stop' | 'close'> | null
}

export function createServerEnd({ core, listener }: ServerEndOptions): ServerEnd {
  const { time, random, flush, sessions, connections, life, patience, plugins, presence, rooms } = core
  let state: 'open' | 'draining' | 'closed' = 'open'
  let draining: Promise<void> | null = null
  let closing: Promise<void> | null = null
  let hooksMs = DRAIN_MS
  const signals: Undo[] = []

  function bye(spreadMs: number): void {
    sayBye(
      [...sessions.all()].map(({ session }) => session),
      random,
      spreadMs,
    )
    flush.now()
  }

  async function shutdown(options: ShutdownOptions): Promise<void> {
    const times = readShutdown(options)
    if (state === 'closed') return close()
    draining ??= drainAndClose(times)
    return draining
  }

  async function drainAndClose({ timeoutMs, spreadMs }: Required<ShutdownOptions>): Promise<void> {
    state = 'draining'
    hooksMs = Math.max(DRAIN_MS, timeoutMs)
    // Who leaves from here on has been told to: a room that they leave behind ends with the server, and not for want of company.
    rooms.beginClosing()
    listener?.stop()
    let isToldAll = false
    void plugins.shutdown().then(() => (isToldAll = true))
    for (const connection of [...connections.keys()]) if (!connection.isAdmitted) connection.end(SHUTDOWN)
    bye(spreadMs)
    await drain(time, timeoutMs, () => {
      const isSent = [...connections.keys()].every((connection) => connection.bufferedBytes === 0)
      return isToldAll && isSent && life.isIdle()
    })
    return close()
  }

  function close(): Promise<void> {
    closing ??= closeNow()
    return closing
  }

  async function closeNow(): Promise<void> {
    const wasOpen = state === 'open'
    for (const undo of signals.splice(0)) undo()
    state = 'closed'
    if (wasOpen) {
      void plugins.shutdown()
      bye(RETURN_SPREAD_MS)
    }
    // Before the last members go, for the same reason.
    rooms.beginClosing()
    for (const { session } of [...sessions.all()]) session.end(SHUTDOWN)
    for (const connection of [...connections.keys()]) {
      connection.close('SERVER_SHUTDOWN')
      connection.terminate()
    }
    patience.close()
    rooms.close(hooksMs)
    presence.close()
    await listener?.close()
    await rooms.saved()
  }

  return {
    get isOpen() {
      return state === 'open'
    },
    handleSignals(options) {
      readShutdown(options)
      const undo = drainOnSignals(options, () => shutdown(options))
      signals.push(undo)
      return undo
    },
    shutdown,
    handOver: (options) => rooms.handOver(() => shutdown(options)),
    close,
  }
}
