// The test that a recording becomes: a few lines that a person may read, change and keep.
import type { Recording } from '@painda/protocol'

export interface SpecParts {
  recording: Recording
  /** When it was recorded, milliseconds since the epoch. */
  startedAt: number
  /** From the test to the recording beside it: `./arena.jsonl.gz`. */
  file: string
  /** From the test to the module with `setup` and `contract`. */
  setup: string
}

export function specText({ recording, startedAt, file, setup }: SpecParts): string {
  const { name } = recording
  const { seconds, players, inputs } = factsOf(recording)
  const who = players === 1 ? '1 player' : `${players} players`
  return `// @vitest-environment node
// Recorded ${dateOf(startedAt)}: ${wordsOf(name)}, ${seconds} s from its beginning, ${who}, ${inputs} inputs.
// They are played again on the server’s code of today, and after every tick the state must be what it was. A rule that was
// changed on purpose: record anew.
import { replay } from '@painda/testing'
import { test } from 'vitest'
import { contract, setup } from ${quoted(setup)}

test(${quoted(`${wordsOf(name)}: ${seconds} s of ${who} play as recorded`)}, async () => {
  await replay(new URL(${quoted(file)}, import.meta.url), { contract, setup })
}, 120_000)
`
}

/** What a project without one begins with. */
export const SETUP_TEXT = `// What recorded tests are played on: your rooms, defined as your server defines them.
import type { PPServer } from '@painda/server'

export { contract } from './shared.js'

export function setup(server: PPServer): void {
  throw new Error('Define your rooms here, as your server does: server.define(Arena, { … })')
}
`

interface Facts {
  readonly seconds: number
  readonly players: number
  readonly inputs: number
}

function factsOf({ create, events }: Recording): Facts {
  const ticks = events.map(({ tick }) => tick)
  const last = ticks.at(-1) ?? 0
  const joined = new Set<string>()
  let inputs = 0
  for (const event of events) {
    if (event.kind !== 'input' || event.input.what === 'mark') continue
    inputs++
    if (event.input.what === 'join' && event.input.role === 'player') joined.add(event.peer)
  }
  return { seconds: Math.round((last * create.input.stepMs) / 100) / 10, players: joined.size, inputs }
}

/** `2026-01-31 12:00`, in the time of no zone but UTC's. */
function dateOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A name may be anything: in a comment or a title it stays on its line. */
function wordsOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 60)
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
