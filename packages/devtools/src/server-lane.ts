// What the dev server tells of the game server, as one more source of the recording. Its clock is moved to the page's: both ends are
// the same machine and agree on the hour.
import { hostTime, readSessionFile, toPPError } from '@painda/protocol'
import type { InspectEvent, Time, Undo } from '@painda/protocol'
import type { Recorder } from './recorder.js'

/** Of the recorder; clients count from 0 and never come so far. */
export const SERVER_SOURCE = 1_000_000

/** What is used of Vite's `import.meta.hot`. */
export interface Hot {
  on(event: string, listener: (data: unknown) => void): void
  send(event: string, data?: unknown): void
}

export interface ServerLane {
  /** `silent`: there is a dev server, and its game server has not said anything yet. */
  readonly status: 'silent' | 'open' | 'lost'
  /** Asks for events while somebody looks. */
  watch(isWatching: boolean): void
  close(): void
}

export interface ServerLaneOptions {
  hot: Hot
  recorder: Recorder
  /** The ids of this page's own clients. */
  clientIds: () => readonly string[]
  time?: Time
}

/** Less than the dev server's patience; also how soon a client's new id is known. */
const ASK_MS = 2_000

export function createServerLane({
  hot,
  recorder,
  clientIds,
  time = hostTime(globalThis),
}: ServerLaneOptions): ServerLane {
  let status: ServerLane['status'] = 'silent'
  let stop: Undo | null = null
  let isClosed = false
  /** Vite complains in the console about what is sent while its line is gone. */
  let isLineUp = true

  function record(event: InspectEvent): void {
    recorder.record(SERVER_SOURCE, event)
  }

  function tell(code: string, message: string): void {
    record({ kind: 'error', at: time.now(), peer: 'dev server', code, message })
  }

  function take(data: unknown): void {
    if (isClosed || stop === null) return
    const { text, offset, missed } = Object(data) as Record<string, unknown>
    if (typeof text !== 'string' || typeof offset !== 'number') return
    const shift = offset - (time.wallNow() - time.now())
    try {
      for (const { event } of readSessionFile(text).lines) record({ ...event, at: event.at + shift })
      status = 'open'
    } catch (thrown) {
      tell(
        'UNREADABLE_FILE',
        `What the server told cannot be read. ${toPPError(thrown, 'UNREADABLE_FILE').message}`,
      )
    }
    if (typeof missed === 'number' && missed > 0)
      tell('OVERFLOW', `The server told too much: ${missed} events were left out.`)
  }

  function ask(): void {
    if (isLineUp) hot.send('painda:watch', { clients: clientIds() })
  }

  hot.on('painda:events', take)
  hot.on('vite:ws:disconnect', () => {
    isLineUp = false
    if (isClosed || stop === null || status !== 'open') return
    status = 'lost'
    tell('CLOSED', 'The dev server went away; the server’s lane ends here and goes on when it is back.')
  })
  hot.on('vite:ws:connect', () => {
    isLineUp = true
    if (isClosed || stop === null) return
    ask()
  })

  return {
    get status() {
      return status
    },
    watch(isWatching) {
      if (isClosed || isWatching === (stop !== null)) return
      if (isWatching) {
        stop = time.every(ASK_MS, ask)
        ask()
      } else {
        stop?.()
        stop = null
      }
    },
    close() {
      isClosed = true
      stop?.()
      stop = null
    },
  }
}
