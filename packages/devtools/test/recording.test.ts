// Record, stop, export as test: a page and a dev server without Vite between them, and a game in memory.
// @vitest-environment node
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineContract, defineRoom, type, type SessionFileLine } from '@painda/protocol'
import { createHarness, loadRecording, replay } from '@painda/testing'
import { afterEach, expect, test } from 'vitest'
import { createHook } from '../src/hook.js'
import { createRecordingLane, NO_DEV_SERVER, type RecordingLane } from '../src/recording-lane.js'
import type { Hot } from '../src/server-lane.js'
import { journalIn, replayOf, sessionOf } from '../src/session.js'
import { createJournals } from '../src/vite/journals.js'
import { createTestFiles, runnerOf } from '../src/vite/test-files.js'

const Hall = defineRoom({
  name: 'the hall',
  state: () => ({ marks: 0 }),
  messages: { mark: type<number>() },
})
const contract = defineContract({ rooms: { Hall } })

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

type Server = ReturnType<typeof createHarness<typeof contract>>['server']

function setup(server: Server, factor = 1): void {
  server.define(Hall, {
    tickHz: 10,
    messages: { mark: ({ state }, by) => void (state.marks += by * factor) },
  })
}

/** A dev server with its game, and a page of a client in it. */
function build(options: { setup?: string } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'painda-tests-'))
  const harness = createHarness({
    contract,
    clients: 1,
    setup(server) {
      journals.attach(server)
      setup(server)
    },
  })
  undos.push(
    () => harness.close(),
    () => rmSync(root, { recursive: true }),
  )
  const files = createTestFiles({ root, folder: 'tests', setup: options.setup ?? null })
  const listeners = new Map<string, (data: unknown) => void>()
  const tell = (event: string, data?: unknown): void =>
    listeners.get(event)?.(JSON.parse(JSON.stringify(data ?? null)))
  const page = {}
  const writing: Promise<void>[] = []
  const hot: Hot = {
    on: (event, listener) => void listeners.set(event, listener),
    send(event, data) {
      if (event === 'painda:record') journals.record(page, data, tell)
      else if (event === 'painda:stop') journals.stop(page, data, tell)
      else writing.push(files.write(data).then((written) => tell('painda:test-written', written)))
    },
  }
  const lane = createRecordingLane(hot, () => harness.time.now())
  return { root, harness, lane, tell, written: () => Promise.all(writing) }
}
const journals = createJournals()

async function recordRound({ harness, lane }: Pick<ReturnType<typeof build>, 'harness' | 'lane'>) {
  const [client] = harness.clients
  const hall = client?.join(Hall)
  await harness.time.advance(300)
  hall?.send('mark', 1)
  await harness.time.advance(300)
  lane.start([hall?.id ?? ''])
  hall?.send('mark', 2)
  await harness.time.advance(500)
  return hall
}

const recordedOf = (lane: RecordingLane) => {
  if (lane.state.name !== 'recorded') throw new Error(`It is ${JSON.stringify(lane.state)}.`)
  return lane.state
}

test('what was recorded becomes a test beside its recording, from the beginning of the room', async () => {
  const built = build()
  const { lane, root, written } = built
  await recordRound(built)
  expect(lane.state).toMatchObject({ name: 'recording', definition: 'the hall' })
  lane.stop()
  lane.exportTest()
  await written()
  const { test: made } = recordedOf(lane)
  if (typeof made === 'string') throw new Error('It was not written.')
  expect(made.spec).toMatch(/^tests\/the-hall-[\dT-]+\.test\.ts$/)
  expect(made.command).toBe(`npx vitest run ${made.spec}`)
  expect(made.setup).toBe('tests/setup.ts')
  const spec = readFileSync(join(root, made.spec), 'utf8')
  expect(spec).toContain("import { contract, setup } from './setup.js'")
  expect(spec).toMatch(/await replay\(new URL\('\.\/the-hall-[\dT-]+\.jsonl\.gz', import\.meta\.url\)/)
  expect(spec).toMatch(/test\('the hall: [\d.]+ s of 1 player play as recorded'/)

  const file = join(root, made.recording)
  expect(await replay(file, { contract, setup: (server) => setup(server) })).toMatchObject({ inputs: 5 })
  await expect(replay(file, { contract, setup: (server) => setup(server, 3) })).rejects.toThrow(
    /the hall.*marks was 1 and is now 3[^]*frame \d+ of p1: mark 1/,
  )
})

test('a second export takes another name, and leaves the setup as it is', async () => {
  const built = build({ setup: 'src/rooms.ts' })
  const { lane, root, written } = built
  await recordRound(built)
  lane.stop()
  lane.exportTest()
  await written()
  const first = recordedOf(lane).test
  lane.exportTest()
  await written()
  expect(recordedOf(lane).test).not.toEqual(first)
  const names = readdirSync(join(root, 'tests')).sort()
  expect(names).toHaveLength(4)
  expect(existsSync(join(root, 'tests/setup.ts'))).toBe(false)
  const spec = readFileSync(
    join(root, 'tests', names.find((name) => name.endsWith('-2.test.ts')) ?? ''),
    'utf8',
  )
  expect(spec).toContain("from '../src/rooms.js'")
})

test('for Playwright it is a spec of theirs, on the same recording; and so by default where a project has no Vitest', async () => {
  const built = build({ setup: 'src/rooms.ts' })
  const { lane, root, written } = built
  await recordRound(built)
  lane.stop()
  lane.exportTest({ runner: 'playwright' })
  await written()
  const made = recordedOf(lane).test
  if (typeof made === 'string') throw new Error('It was not written.')
  expect(made.spec).toMatch(/^tests\/the-hall-[\dT-]+\.spec\.ts$/)
  expect(made.command).toBe(`npx playwright test ${made.spec}`)
  const spec = readFileSync(join(root, made.spec), 'utf8')
  expect(spec).toContain("import { test } from '@painda/testing/playwright'")
  expect(spec).toMatch(/await replay\(new URL\('\.\/the-hall-[\dT-]+\.jsonl\.gz', import\.meta\.url\)/)
  expect(spec).not.toContain('vitest')

  const withRunner = (...names: string[]): string => {
    const project = mkdtempSync(join(tmpdir(), 'painda-project-'))
    undos.push(() => rmSync(project, { recursive: true }))
    for (const name of names) {
      mkdirSync(join(project, 'node_modules', name), { recursive: true })
      writeFileSync(join(project, 'node_modules', name, 'package.json'), JSON.stringify({ name }))
    }
    return runnerOf(project)
  }
  expect(withRunner()).toBe('vitest')
  expect(withRunner('@playwright/test')).toBe('playwright')
  expect(withRunner('@playwright/test', 'vitest')).toBe('vitest')
})

test('a redaction is honoured; what it leaves must still be playable, or is not written', async () => {
  const built = build()
  const { lane, root, written } = built
  await recordRound(built)
  lane.stop()
  const hide = (line: SessionFileLine): SessionFileLine | null =>
    line.event.kind === 'input' && line.event.input.what === 'message' ? null : line
  lane.exportTest({ redact: hide })
  await written()
  expect(recordedOf(lane)).toMatchObject({ test: 'none' })
  expect(recordedOf(lane).problem).toMatch(/^Not written: The recording is cut/)
  expect(existsSync(join(root, 'tests'))).toBe(false)
})

test('a server that starts anew ends the recording, and what it had is kept', async () => {
  const built = build()
  const { harness, lane, written, root } = built
  await recordRound(built)
  await harness.stopServer()
  expect(recordedOf(lane).problem).toMatch(/server was started anew/)
  harness.startServer()
  lane.exportTest()
  await written()
  const made = recordedOf(lane).test
  if (typeof made === 'string') throw new Error('It was not written.')
  expect((await loadRecording(join(root, made.recording))).name).toBe('the hall')
})

test('a dev server that goes away in the middle is named', async () => {
  const built = build()
  await recordRound(built)
  built.tell('vite:ws:disconnect')
  expect(built.lane.state).toMatchObject({ name: 'failed' })
  built.lane.dismiss()
  expect(built.lane.state).toEqual({ name: 'idle' })
})

test('a room without a definition, an unknown one, and a page without a dev server say why not', async () => {
  const built = build()
  const { harness, lane } = built
  const room = harness.server.room('chat', { lines: 0 })
  lane.start([room.id])
  expect(lane.state).toMatchObject({ name: 'failed', problem: expect.stringMatching(/no definition/) })
  lane.start(['elsewhere'])
  expect(lane.state).toMatchObject({
    name: 'failed',
    problem: expect.stringMatching(/knows none with a state: an event room/),
  })
  lane.start([])
  expect(lane.state).toMatchObject({
    name: 'failed',
    problem: expect.stringMatching(/in no room that has a state/),
  })
  const alone = createRecordingLane(null, () => 0)
  alone.start(['r'])
  expect(alone.state).toEqual({ name: 'failed', problem: NO_DEV_SERVER })
})

test('a room whose code was saved anew is not recorded: nobody has the code before', async () => {
  const built = build()
  const { harness, lane } = built
  const hall = await recordRound(built)
  harness.server.inspector.journal?.changed(hall?.id ?? '')
  lane.stop()
  expect(lane.state).toMatchObject({ name: 'failed', problem: expect.stringMatching(/saved anew/) })
})

test('a saved session holds the recording, and one that is opened again can be exported', async () => {
  const built = build()
  const { lane, written } = built
  await recordRound(built)
  lane.stop()
  const hook = createHook()
  hook.recording = lane
  const session = sessionOf(hook, 0)
  expect(session.about).toMatchObject({ sources: ['server'], fingerprint: built.harness.server.fingerprint })
  const again = replayOf(session)
  expect(again.recorder.nextId).toBe(0)
  expect(sessionOf(again, 0)).toEqual(session)

  const journal = journalIn(session)
  if (journal === null) throw new Error('The session holds no journal.')
  lane.dismiss()
  lane.show(journal)
  lane.exportTest()
  await written()
  expect(recordedOf(lane).test).toMatchObject({ spec: expect.stringMatching(/^tests\//) })
})

test('what a page sends is a session file or is not written', async () => {
  const built = build()
  const files = createTestFiles({ root: built.root, folder: 'tests', setup: null })
  for (const asked of [
    null,
    {},
    { text: 7 },
    { text: 'process.exit()' },
    { text: '{"painda":"session","version":9}' },
  ])
    expect(await files.write(asked)).toMatchObject({ problem: expect.stringMatching(/./) })
  expect(readdirSync(built.root)).toEqual([])
})
