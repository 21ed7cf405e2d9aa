// Several tabs of one browser as one recording. A tab whose inspector is open asks over a BroadcastChannel; the others send what they
// record from then on, and each of their clients becomes a source of its own. Who stops asking gets nothing more.
//   asking → all   { kind: 'watch', from }
//   told → asking  { kind: 'events', from, to, text, offset, missed }     text: a session file, offset: wall clock minus its events' clock
import { hostTime, readSessionFile, writeSessionFile } from '@painda/protocol'
import type { SessionFileLine, Time, Undo } from '@painda/protocol'
import type { Recorder } from './recorder.js'
import { SERVER_SOURCE } from './server-lane.js'

/** What is used of a BroadcastChannel. */
export interface TabChannel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

export interface OtherClient {
  readonly source: number
  /** As its own tab calls it. */
  readonly name: string
}

export interface OtherTabs {
  /** Clients of other tabs that were heard of, oldest first. */
  clients(): readonly OtherClient[]
  /** Asks while somebody looks. */
  watch(isWatching: boolean): void
  close(): void
}

export interface OtherTabsOptions {
  channel: TabChannel
  recorder: Recorder
  /** What this tab's own client is called. */
  nameOf: (source: number) => string
  /** Of this tab, unlike all others. */
  id: string
  time?: Time
}

const ASK_MS = 2_000
/** Longer than between two questions: a tab in the background is throttled. */
const PATIENCE_MS = 15_000
const BATCH_MS = 250
/** Of one batch; a tab that was asleep has more, and says how many it leaves out. */
const MAX_EVENTS = 2_000
/** Sources above the server's are clients of other tabs. */
const FIRST_SOURCE = SERVER_SOURCE + 1
/** Each load of another tab makes new ones: who was silent for long gives its place to one that speaks. */
const MAX_CLIENTS = 16
const MAX_TABS = 16

export function createOtherTabs({
  channel,
  recorder,
  nameOf,
  id,
  time = hostTime(globalThis),
}: OtherTabsOptions): OtherTabs {
  const others = new Map<string, OtherClient & { heardAt: number }>()
  let nextSource = FIRST_SOURCE
  /** Tabs that ask, and until when. */
  const asking = new Map<string, number>()
  let sentId = 0
  let stopSending: Undo | null = null
  let stopAsking: Undo | null = null

  function asked(from: string): void {
    if (!asking.has(from) && asking.size >= MAX_TABS) return
    asking.set(from, time.now() + PATIENCE_MS)
    if (stopSending !== null) return
    sentId = recorder.nextId
    stopSending = time.every(BATCH_MS, send)
  }

  function send(): void {
    const now = time.now()
    const { lines, names, missed } = newLines()
    if (lines.length > 0 || missed > 0) {
      const text = writeSessionFile({ about: { startedAt: 0, sources: names }, lines })
      const batch = { kind: 'events', from: id, text, offset: time.wallNow() - now, missed }
      for (const to of asking.keys()) channel.postMessage({ ...batch, to })
    }
    for (const [tab, until] of asking) if (until < now) asking.delete(tab)
    if (asking.size > 0) return
    stopSending?.()
    stopSending = null
  }

  /** What this tab's own clients told since the last time. */
  function newLines(): { lines: SessionFileLine[]; names: string[]; missed: number } {
    const names: string[] = []
    const lines: SessionFileLine[] = []
    const first = Math.max(sentId, recorder.firstId, recorder.nextId - MAX_EVENTS)
    const missed = first - sentId
    for (let at = first; at < recorder.nextId; at++) {
      const recorded = recorder.at(at)
      if (recorded === undefined || recorded.source >= SERVER_SOURCE) continue
      const name = nameOf(recorded.source)
      if (!names.includes(name)) names.push(name)
      lines.push({ source: names.indexOf(name), event: recorded.event })
    }
    sentId = recorder.nextId
    return { lines, names, missed }
  }

  function take(from: string, text: string, offset: number): void {
    const shift = offset - (time.wallNow() - time.now())
    let file
    try {
      file = readSessionFile(text)
    } catch {
      // A tab with another release of the inspector, half way through an update: it is understood after its reload.
      return
    }
    const { about, lines } = file
    for (const { source, event } of lines) {
      const client = otherOf(from, about.sources[source] ?? '')
      if (client !== null) recorder.record(client.source, { ...event, at: event.at + shift })
    }
  }

  function otherOf(from: string, name: string): OtherClient | null {
    const key = JSON.stringify([from, name])
    const heardAt = time.now()
    const known = others.get(key)
    if (known !== undefined) return Object.assign(known, { heardAt })
    if (others.size >= MAX_CLIENTS && !makeRoom()) return null
    const found = { source: nextSource++, name, heardAt }
    others.set(key, found)
    return found
  }

  /** False when all of them still speak. */
  function makeRoom(): boolean {
    const [key, { source, heardAt }] = [...others].reduce((a, b) => (b[1].heardAt < a[1].heardAt ? b : a))
    if (time.now() - heardAt < PATIENCE_MS) return false
    recorder.forget(source)
    return others.delete(key)
  }

  function ask(): void {
    channel.postMessage({ kind: 'watch', from: id })
  }

  channel.addEventListener('message', ({ data }) => {
    const { kind, from, to, text, offset } = Object(data) as Record<string, unknown>
    if (typeof from !== 'string' || from === id) return
    if (kind === 'watch') asked(from)
    if (kind !== 'events' || to !== id || stopAsking === null) return
    if (typeof text === 'string' && typeof offset === 'number') take(from, text, offset)
  })

  return {
    clients: () => [...others.values()],
    watch(isWatching) {
      if (isWatching === (stopAsking !== null)) return
      if (isWatching) {
        stopAsking = time.every(ASK_MS, ask)
        ask()
      } else {
        stopAsking?.()
        stopAsking = null
      }
    },
    close() {
      stopAsking?.()
      stopSending?.()
      stopAsking = null
      stopSending = null
      channel.close()
    },
  }
}
