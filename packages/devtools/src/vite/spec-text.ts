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

/** Whose test it is. */
export type TestRunner = 'vitest' | 'playwright'

/** What a test of theirs is called, and how it is run. */
export const RUNNERS: {
  readonly [Runner in TestRunner]: { readonly ending: string; readonly command: string }
} = {
  vitest: { ending: '.test.ts', command: 'npx vitest run' },
  playwright: { ending: '.spec.ts', command: 'npx playwright test' },
}

export function specText(parts: SpecParts, runner: TestRunner): string {
  const { name } = parts.recording
  const { seconds, players, inputs } = factsOf(parts.recording)
  const who = players === 1 ? '1 player' : `${players} players`
  const facts = `${dateOf(parts.startedAt)}: ${wordsOf(name)}, ${seconds} s from its beginning, ${who}, ${inputs} inputs.`
  const title = quoted(`${wordsOf(name)}: ${seconds} s of ${who} play as recorded`)
  return runner === 'vitest' ? forVitest(parts, facts, title) : forPlaywright(parts, facts, title)
}

const ABOUT = `// They are played again on the server’s code of today, and after every tick the state must be what it was. A rule that was
// changed on purpose: record anew.`

function forVitest({ file, setup }: SpecParts, facts: string, title: string): string {
  return `// @vitest-environment node
// Recorded ${facts}
${ABOUT}
import { replay } from '@painda/testing'
import { test } from 'vitest'
import { contract, setup } from ${quoted(setup)}

test(${title}, async () => {
  await replay(new URL(${quoted(file)}, import.meta.url), { contract, setup })
}, 120_000)
`
}

/** Beside the tests that play in browsers; it needs none. */
function forPlaywright({ file, setup }: SpecParts, facts: string, title: string): string {
  return `// Recorded ${facts}
${ABOUT}
import { replay } from '@painda/testing'
import { test } from '@painda/testing/playwright'
import { contract, setup } from ${quoted(setup)}

test(${title}, async () => {
  test.setTimeout(120_000)
  await replay(new URL(${quoted(file)}, import.meta.url), { contract, setup })
})
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
