// What the dev server tells of the game server, as one more source of the recording. Its clock is moved to the page's: both ends are
// the same machine and agree on the hour.
import { hostTime, readSessionFile, toPPError } from '@painda/protocol'
import type { InspectEvent, ReloadEvent, Time, Undo } from '@painda/protocol'
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
  /** The dev server has started no game server: it runs in another process, and nothing can be told of it. */
  readonly isElsewhere: boolean
  /** What is wrong with the code that was saved last; null when it was taken. */
  readonly trouble: string | null
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
  let isElsewhere = false
  let trouble: string | null = null
  /** The file that somebody saved, until the page has taken it in. */
  let saved: string | null = null
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

  function mark(event: Pick<ReloadEvent, 'side' | 'outcome' | 'file' | 'message'>): void {
    record({ kind: 'reload', at: time.now(), ...event })
  }

  /** The dev server has loaded code of the game server; told to whoever is there, looking or not. */
  function reloaded(data: unknown): void {
    const { outcome, file, message } = Object(data) as Record<string, unknown>
    if (isClosed || typeof file !== 'string' || typeof message !== 'string') return
    if (outcome !== 'kept' && outcome !== 'restarted' && outcome !== 'failed') return
    const next = outcome === 'failed' ? `${file === '' ? '' : `${file}: `}${message}` : null
    // Somebody who asks again is told again.
    if (next !== null && next === trouble) return
    trouble = next
    mark({ side: 'server', outcome, file, message })
  }

  /** The page has taken in code of its own. */
  function updated(data: unknown): void {
    if (isClosed) return
    const updates: unknown = Reflect.get(Object(data), 'updates')
    const scripts = (Array.isArray(updates) ? updates : []).filter(
      (update) => Reflect.get(Object(update), 'type') === 'js-update',
    )
    if (scripts.length === 0) return
    const file = saved ?? String(Reflect.get(Object(scripts[0]), 'path'))
    saved = null
    mark({ side: 'page', outcome: 'kept', file, message: 'The page goes on with the new code.' })
  }

  function ask(): void {
    if (isLineUp) hot.send('painda:watch', { clients: clientIds() })
  }

  hot.on('painda:events', take)
  hot.on('painda:servers', (data) => void (isElsewhere = Reflect.get(Object(data), 'count') === 0))
  hot.on('painda:reload', reloaded)
  hot.on('painda:saved', (data) => {
    const file: unknown = Reflect.get(Object(data), 'file')
    if (typeof file === 'string') saved = file
  })
  hot.on('vite:afterUpdate', updated)
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
    get isElsewhere() {
      return isElsewhere
    },
    get trouble() {
      return trouble
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
