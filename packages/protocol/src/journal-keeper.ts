// Keeps the journals of a server's rooms, each from the room's beginning, as the lines of a session file. Lines are text at once:
// payloads and states go on changing under our hands, and text is the smallest thing to keep for an hour.
import { diff } from './delta/diff.js'
import { patch } from './delta/patch.js'
import { cloneJson } from './delta/value.js'
import type { InputEvent, RoomInput, RoomJournal, StepEvent } from './journal.js'
import type { Json } from './json.js'
import { createSaidGap } from './said.js'
import type { SaidGap } from './said.js'
import { writeSessionFile, writeSessionLine } from './session-file.js'
import type { Time } from './time.js'

/** Characters of all journals of one server. A room of the demo with six bots writes about 15 MB an hour. */
const MAX_LENGTH = 64 * 1024 * 1024
/** Rooms that are over, and may still be asked for. */
const MAX_OVER = 8
/** Characters of a state as JSON. Of larger ones differences are only computed once a recording of the room has begun. */
const LIGHT_LENGTH = 256 * 1024
const TOO_MUCH = 'It sends more between two ticks than a recording holds.'
/** A client that has gone is forgotten with the oldest others. */
const MAX_PEERS = 4096

export interface JournalKeeper {
  /** For the inspector of one server. */
  readonly journal: RoomJournal
  rooms(): readonly KeptRoom[]
  /** Marks this moment as the begin of a recording. False when there is no room of that id, or it cannot be replayed. */
  mark(room: string, label: string): boolean
  /** A session file of one source, "server". Null when there is no room of that id. */
  read(room: string): string | null
  /** Drops all journals and keeps no new ones. */
  close(): void
}

export interface KeptRoom {
  readonly room: string
  /** The definition; null for a room without one. */
  readonly name: string | null
  readonly inputs: number
  /** Its last tick. */
  readonly tick: number
  readonly isOver: boolean
  /** Why it cannot be played again; null when it can. */
  readonly problem: string | null
}

export interface JournalKeeperOptions {
  time: Pick<Time, 'now' | 'wallNow'>
  /** Of the server's contract. */
  fingerprint?: string | undefined
  /** Characters of all rooms together. Beyond it the longest journal is dropped. */
  maxLength?: number
  /** The room has ended. */
  onOver?: (room: string) => void
}

interface Kept {
  readonly room: string
  readonly name: string | null
  readonly startedAt: number
  problem: string | null
  rows: string[]
  length: number
  inputs: number
  tick: number
  isOver: boolean
  isWatched: boolean
  /** What the next delta begins with; null before the first one. */
  seen: Json | null
  /** Ticks that are not written yet: nothing differed after any of them, and nothing was sent in any. */
  quiet: { at: number; from: number; tick: number; dropped: number } | null
  /** Events and answers that are not written yet. */
  said: SaidGap
}

/** What `write` adds is left out. */
type Line<Event> = Omit<Event, 'room' | 'n'>

export function createJournalKeeper({
  time,
  fingerprint,
  maxLength = MAX_LENGTH,
  onOver = () => {},
}: JournalKeeperOptions): JournalKeeper {
  const rooms = new Map<string, Kept>()
  const frames = new Map<string, number>()
  let length = 0
  let isClosed = false

  function begin(room: string, input: Extract<RoomInput, { what: 'create' }>): void {
    const before = rooms.get(room)
    if (before !== undefined) forget(before)
    rooms.set(room, {
      room,
      name: input.name,
      startedAt: time.wallNow(),
      problem: problemOf(input),
      rows: [],
      length: 0,
      inputs: 0,
      tick: 0,
      isOver: false,
      isWatched: false,
      seen: null,
      quiet: null,
      said: createSaidGap(),
    })
  }

  function forget(kept: Kept): void {
    length -= kept.length
    rooms.delete(kept.room)
  }

  function over(kept: Kept): void {
    kept.isOver = true
    // Behind the others that are over: a room that ran for long is not forgotten for having begun early.
    rooms.delete(kept.room)
    rooms.set(kept.room, kept)
    const gone = [...rooms.values()].filter(({ isOver }) => isOver)
    for (const one of gone.slice(0, -MAX_OVER)) forget(one)
    onOver(kept.room)
  }

  /** Nothing when the line before it was one too many, and the journal is no more. */
  function write(kept: Kept, told: Line<InputEvent> | Line<StepEvent>): void {
    if (kept.problem !== null) return
    const n = kept.rows.length
    const row = writeSessionLine({ source: 0, event: { ...told, room: kept.room, n } })
    kept.rows.push(row)
    kept.length += row.length
    length += row.length
    while (length > maxLength) cut([...rooms.values()].reduce((a, b) => (b.length > a.length ? b : a)))
  }

  function cut(kept: Kept): void {
    const limit = Math.round(maxLength / 1024 / 1024)
    spoil(
      kept,
      `It has run for too long: more than ${limit} MiB are not kept, and without its beginning it cannot be played again. Open a new room.`,
    )
  }

  /** A journal with a hole is worth nothing. */
  function spoil(kept: Kept, problem: string): void {
    length -= kept.length
    kept.problem = problem
    kept.rows = []
    kept.length = 0
    kept.seen = null
    kept.quiet = null
    kept.said.take()
  }

  function writeQuiet(kept: Kept): void {
    const { quiet } = kept
    if (quiet === null) return
    kept.quiet = null
    const { at, from, tick, dropped } = quiet
    write(kept, { kind: 'step', at, from, tick, ...(dropped === 0 ? {} : { dropped }) })
  }

  function writeMark(kept: Kept, label: string): void {
    writeQuiet(kept)
    const where = { kind: 'input', at: time.now(), tick: kept.tick, now: 0, peer: '' } as const
    write(kept, { ...where, ...kept.said.take(), input: { what: 'mark', label } })
  }

  function changeOf(kept: Kept, state: object): Pick<StepEvent, 'state' | 'delta'> {
    // A room's tracker lets nothing but JSON in.
    const now = state as Json
    if (kept.seen !== null) {
      const delta = diff(kept.seen, now)
      if (delta === undefined) return {}
      // It takes copies of what is new.
      kept.seen = patch(kept.seen, delta)
      return { delta }
    }
    if (!kept.isWatched && JSON.stringify(now).length > LIGHT_LENGTH) return {}
    kept.seen = cloneJson(now)
    return { state: now }
  }

  const journal: RoomJournal = {
    frame(peer, seq) {
      frames.delete(peer)
      frames.set(peer, seq)
      if (frames.size <= MAX_PEERS) return
      for (const oldest of frames.keys()) {
        frames.delete(oldest)
        return
      }
    },
    input({ room, tick, now }, peer, input) {
      if (isClosed) return now
      if (input.what === 'create') begin(room, input)
      const kept = rooms.get(room)
      if (kept === undefined || kept.problem !== null || kept.isOver) return now
      writeQuiet(kept)
      kept.inputs++
      const frame = frames.get(peer)
      const where = { kind: 'input', at: time.now(), tick, now, peer } as const
      write(kept, { ...where, ...(frame === undefined ? {} : { frame }), ...kept.said.take(), input })
      return now
    },
    said(room, event) {
      const kept = rooms.get(room)
      if (isClosed || kept === undefined || kept.problem !== null || kept.isOver) return
      if (!kept.said.add(event)) spoil(kept, TOO_MUCH)
    },
    answered(room, answer) {
      const kept = rooms.get(room)
      if (isClosed || kept === undefined || kept.problem !== null || kept.isOver) return
      if (!kept.said.addAnswer({ ...answer, to: kept.inputs - 1 })) spoil(kept, TOO_MUCH)
    },
    step({ room, tick, state }, dropped) {
      const kept = rooms.get(room)
      if (isClosed || kept === undefined || kept.problem !== null || kept.isOver) return
      kept.tick = tick
      const { quiet } = kept
      if (quiet !== null && (dropped > 0 || tick !== quiet.tick + 1)) writeQuiet(kept)
      const begun = kept.quiet ?? { at: time.now(), from: tick, tick, dropped }
      const change = changeOf(kept, state)
      const told = kept.said.take()
      kept.quiet = { ...begun, tick }
      const isQuiet = told.said === undefined && told.answers === undefined
      if (change.state === undefined && change.delta === undefined && isQuiet) return
      kept.quiet = null
      const { at, from } = begun
      const gap = begun.dropped === 0 ? {} : { dropped: begun.dropped }
      write(kept, { kind: 'step', at, from, tick, ...gap, ...told, ...change })
    },
    changed(room) {
      const kept = rooms.get(room)
      if (kept === undefined || kept.problem !== null || kept.isOver) return
      spoil(
        kept,
        'Its code was saved anew while it ran: what the code before did cannot be played again. Open a new room.',
      )
    },
    over(room) {
      const kept = rooms.get(room)
      if (kept !== undefined && !kept.isOver) over(kept)
    },
  }

  return {
    journal,
    rooms: () =>
      [...rooms.values()].map(({ room, name, inputs, tick, isOver, problem }) => ({
        room,
        name,
        inputs,
        tick,
        isOver,
        problem,
      })),
    mark(room, label) {
      const kept = rooms.get(room)
      if (kept === undefined || kept.problem !== null || kept.isOver) return false
      kept.isWatched = true
      writeMark(kept, label)
      return kept.problem === null
    },
    read(room) {
      const kept = rooms.get(room)
      if (kept === undefined) return null
      writeQuiet(kept)
      // Else the last events would wait for a line that a room asleep never writes.
      if (kept.said.isWaiting) writeMark(kept, 'Read')
      const about = { startedAt: kept.startedAt, sources: ['server'] }
      const head = writeSessionFile({
        about: fingerprint === undefined ? about : { ...about, fingerprint },
        lines: [],
      })
      return `${head}${kept.rows.map((row) => `${row}\n`).join('')}`
    },
    close() {
      isClosed = true
      rooms.clear()
      frames.clear()
      length = 0
    },
  }
}

function problemOf({ name, seed, isRestored }: Extract<RoomInput, { what: 'create' }>): string | null {
  if (name === null) {
    return 'It has no definition: what is written into it comes from anywhere in the server. Only rooms of server.define() can be played again.'
  }
  if (seed === null) return 'Its random numbers come from a generator that does not tell its seed.'
  if (isRestored) return 'It began on another server, and that beginning is not known here. Open a new room.'
  return null
}
