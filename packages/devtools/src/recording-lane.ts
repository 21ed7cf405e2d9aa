// "Record" and "Export as test" as the page knows them. The dev server keeps what reached the rooms of its game server; here it is asked
// for one of them, held until it is written as a test, and saved with the session.
import { readRecording, readSessionFile, toPPError, writeSessionFile } from '@painda/protocol'
import type { SessionFile, Undo, WriteSessionFileOptions } from '@painda/protocol'
import type { Hot } from './server-lane.js'

export type RecordingState =
  | { readonly name: 'idle' }
  /** The dev server is asked. */
  | { readonly name: 'asked' }
  | { readonly name: 'recording'; readonly room: string; readonly definition: string; readonly since: number }
  | { readonly name: 'ending'; readonly room: string }
  | RecordedState
  | { readonly name: 'failed'; readonly problem: string }

export interface RecordedState {
  readonly name: 'recorded'
  readonly room: string
  readonly file: SessionFile
  readonly definition: string
  /** From the room's beginning. */
  readonly seconds: number
  readonly inputs: number
  /** What is worth knowing of it; null for nothing. */
  readonly problem: string | null
  readonly test: 'none' | 'asked' | WrittenTest
}

/** Paths below the project's root. */
export interface WrittenTest {
  readonly spec: string
  readonly recording: string
  /** Was made just now and wants to be filled in. */
  readonly setup: string | null
  readonly command: string
}

export interface ExportOptions extends WriteSessionFileOptions {
  readonly runner?: 'vitest' | 'playwright'
}

export interface RecordingLane {
  readonly state: RecordingState
  /** `rooms`: ids, the one that is meant first. */
  start(rooms: readonly string[]): void
  stop(): void
  /** Has the dev server write it as a test; without a `runner` for that of the project. */
  exportTest(options?: ExportOptions): void
  /** Forgets it, or what went wrong. */
  dismiss(): void
  /** Takes one that came in a session file. */
  show(file: SessionFile): void
  subscribe(listener: () => void): Undo
}

export const NO_DEV_SERVER =
  'Only what reaches the server can be played again, and no dev server tells it: use the Vite plugin, with a game server in its process.'

/** `hot`: null where there is no dev server. `now`: milliseconds since the epoch. */
export function createRecordingLane(hot: Hot | null, now: () => number): RecordingLane {
  const listeners = new Set<() => void>()
  let state: RecordingState = { name: 'idle' }

  function move(next: RecordingState): void {
    state = next
    for (const listener of listeners) listener()
  }

  function ask(event: string, data: unknown, next: RecordingState): void {
    if (hot === null) return move({ name: 'failed', problem: NO_DEV_SERVER })
    move(next)
    hot.send(event, data)
  }

  function begun(data: unknown): void {
    if (state.name !== 'asked') return
    const { room, name, problem } = fieldsOf(data)
    if (typeof room !== 'string') move({ name: 'failed', problem: wordsOf(problem) })
    else move({ name: 'recording', room, definition: typeof name === 'string' ? name : room, since: now() })
  }

  function ended(data: unknown): void {
    const { room, text, problem } = fieldsOf(data)
    if ((state.name !== 'recording' && state.name !== 'ending') || room !== state.room) return
    if (typeof text !== 'string') return move({ name: 'failed', problem: wordsOf(problem) })
    try {
      const file = readSessionFile(text)
      move(recorded(file, typeof problem === 'string' ? problem : null))
    } catch (thrown) {
      const why = typeof problem === 'string' ? problem : toPPError(thrown, 'UNREADABLE_FILE').message
      move({ name: 'failed', problem: why })
    }
  }

  function written(data: unknown): void {
    if (state.name !== 'recorded') return
    const { spec, recording, setup, command, problem } = fieldsOf(data)
    if (typeof spec !== 'string' || typeof recording !== 'string' || typeof command !== 'string') {
      return move({ ...state, problem: `Not written: ${wordsOf(problem)}`, test: 'none' })
    }
    const fresh = typeof setup === 'string' ? setup : null
    move({ ...state, problem: null, test: { spec, recording, setup: fresh, command } })
  }

  hot?.on('painda:recording', begun)
  hot?.on('painda:recorded', ended)
  hot?.on('painda:test-written', written)
  hot?.on('vite:ws:disconnect', () => {
    if (state.name === 'asked' || state.name === 'recording' || state.name === 'ending') {
      move({
        name: 'failed',
        problem: 'The dev server went away in the middle, and what it had recorded with it.',
      })
    }
  })

  return {
    get state() {
      return state
    },
    start(rooms) {
      if (state.name !== 'asked' && state.name !== 'recording' && state.name !== 'ending')
        ask('painda:record', { rooms }, { name: 'asked' })
    },
    stop() {
      if (state.name !== 'recording') return
      const { room } = state
      ask('painda:stop', { room }, { name: 'ending', room })
    },
    exportTest({ runner, ...options } = {}) {
      if (state.name !== 'recorded' || state.test === 'asked') return
      try {
        const text = writeSessionFile(state.file, options)
        // What a redaction has left may not be enough: that is said here, not by a test.
        readRecording(readSessionFile(text))
        if (hot === null) move({ ...state, problem: NO_DEV_SERVER })
        else {
          move({ ...state, test: 'asked' })
          hot.send('painda:write-test', runner === undefined ? { text } : { text, runner })
        }
      } catch (thrown) {
        move({ ...state, problem: `Not written: ${toPPError(thrown, 'INTERNAL').message}` })
      }
    },
    dismiss() {
      if (state.name === 'recorded' || state.name === 'failed') move({ name: 'idle' })
    },
    show(file) {
      try {
        move(recorded(file, null))
      } catch (thrown) {
        move({ name: 'failed', problem: toPPError(thrown, 'UNREADABLE_FILE').message })
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** @throws PPError `UNREADABLE_FILE` for one that cannot be played */
function recorded(file: SessionFile, problem: string | null): RecordedState {
  const { room, name, create, events } = readRecording(file)
  const inputs = events.filter((event) => event.kind === 'input' && event.input.what !== 'mark').length
  const seconds = Math.round(((events.at(-1)?.tick ?? 0) * create.input.stepMs) / 1000)
  return { name: 'recorded', room, file, definition: name, seconds, inputs, problem, test: 'none' }
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return Object(data) as Record<string, unknown>
}

const wordsOf = (problem: unknown): string =>
  typeof problem === 'string' ? problem : 'The dev server gave no reason.'
