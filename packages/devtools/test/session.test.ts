import { gzipSync } from 'node:zlib'
import { PPError, readSessionFile, writeSessionFile } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHook, HOOK_KEY, installHook } from '../src/hook.js'
import { createRecordingLane } from '../src/recording-lane.js'
import { replayOf, replayOffset, sessionOf } from '../src/session.js'
import { packSession, unpackSession } from '../src/session-bytes.js'
import { createFakeClient } from './fake-client.js'
import { SMALLEST_RECORDING } from './smallest-recording.js'

function play(steps = 400, seeds = [1, 2]) {
  const hook = createHook()
  const clients = seeds.map((seed) => {
    const client = createFakeClient({ seed, id: `c_${seed}` })
    hook.attach(client)
    client.start()
    return client
  })
  for (let step = 0; step < steps; step++) for (const client of clients) client.step()
  return { hook, clients }
}

test('what was saved and opened again is saved as the same text, byte for byte', async () => {
  const { hook } = play()
  const session = sessionOf(hook, 0)
  const text = writeSessionFile(session)
  const opened = await unpackSession(await packSession(session))
  expect(writeSessionFile(opened)).toBe(text)
  expect(writeSessionFile(sessionOf(replayOf(opened), 12_345))).toBe(text)
})

test('a replay shows the clients of the file, and their rooms as they were when it was saved', () => {
  const { hook, clients } = play()
  const replay = replayOf(readSessionFile(writeSessionFile(sessionOf(hook, 0))))
  expect(replay.clients().map(({ client }) => client.id)).toEqual(['c_1', 'c_2'])
  for (const [index, client] of clients.entries()) {
    const [room] = client.rooms()
    expect(replay.clients()[index]?.client.rooms()).toMatchObject([
      { key: 'arena-1', version: room?.version, state: room?.state },
    ])
  }
  expect(replay.recorder.nextId).toBe(hook.recorder.nextId)
})

test('a replay takes in nothing: neither clients nor events', () => {
  const { hook, clients } = play(5)
  const replay = replayOf(sessionOf(hook, 0))
  const held = replay.recorder.nextId
  replay.attach(createFakeClient())
  clients[0]?.step()
  expect([replay.clients().length, replay.recorder.nextId]).toEqual([2, held])
})

test('where a test’s hook was first, it goes on being told, and the recorded room is saved with the session all the same', () => {
  const told: unknown[] = []
  const hook = installHook({ [HOOK_KEY]: { attach: (client: unknown) => void told.push(client) } })
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  expect([told, hook.clients().length]).toEqual([[client], 1])
  hook.recording = createRecordingLane(null, () => 0)
  hook.recording.show({ about: { startedAt: 0, sources: ['server'] }, lines: SMALLEST_RECORDING })
  expect(hook.recording.state.name).toBe('recorded')
  const saved = sessionOf(hook, 0).lines.slice(-2)
  expect(saved.map(({ event }) => event)).toEqual(SMALLEST_RECORDING.map(({ event }) => event))
})

test('a session begins at the wall clock of its first event', () => {
  const { hook } = play(3, [1])
  const session = sessionOf(hook, 0)
  expect(session.about.startedAt).toBe(1_760_000_001_000)
  const replay = replayOf(session)
  expect(replayOffset(replay.recorder, session.about)).toBe(1_760_000_000_000)
})

test('no token of a session is in its file', async () => {
  const { hook } = play(3, [1])
  expect(writeSessionFile(sessionOf(hook, 0))).not.toContain('not-a-real-token')
})

test('what a redaction leaves out is not in the file', async () => {
  const { hook } = play(300, [1])
  const packed = await packSession(sessionOf(hook, 0), {
    redact: (line) => (line.event.kind === 'frame' && line.event.direction === 'out' ? null : line),
  })
  const opened = await unpackSession(packed)
  expect(opened.lines.length).toBeGreaterThan(200)
  expect(opened.lines.some(({ event }) => event.kind === 'frame' && event.direction === 'out')).toBe(false)
})

async function whyNot(content: BlobPart, maxBytes?: number): Promise<{ why: unknown; message: string }> {
  const thrown: unknown = await unpackSession(new Blob([content]), maxBytes).catch((error: unknown) => error)
  if (!(thrown instanceof PPError)) throw new Error('It was read.')
  expect(thrown.code).toBe('UNREADABLE_FILE')
  return { why: Reflect.get(Object(thrown.details), 'why'), message: thrown.message }
}

test('a file that is none, of a newer release, cut off or damaged says what is wrong with it', async () => {
  expect(await whyNot('')).toMatchObject({ why: 'foreign' })
  expect(await whyNot('{"log":{"version":"1.2"}}')).toMatchObject({ why: 'foreign' })
  expect(await whyNot(new Uint8Array([0x89, 0x50, 0x4e, 0x47]))).toMatchObject({ why: 'foreign' })
  expect(await whyNot('{"painda":"session","version":2,"startedAt":0,"sources":[]}\n')).toMatchObject({
    why: 'version',
    message: expect.stringContaining('version 2'),
  })
  const packed = gzipSync(writeSessionFile(sessionOf(play(20).hook, 0)))
  expect(await whyNot(packed.subarray(0, packed.length / 2))).toMatchObject({ why: 'damaged' })
  const text = writeSessionFile(sessionOf(play(2).hook, 0))
  expect(await whyNot(text.slice(0, -10))).toMatchObject({
    why: 'damaged',
    message: expect.stringMatching(/^Line \d+ /),
  })
})

test('a file that is too large is refused before it is read, and one that only unpacks to too much when it does', async () => {
  const huge = new Blob(['x'.repeat(2_000)])
  huge.arrayBuffer = () => Promise.reject(new Error('It was read.'))
  huge.text = () => Promise.reject(new Error('It was read.'))
  await expect(unpackSession(huge, 1_000)).rejects.toMatchObject({ details: { why: 'large' } })
  expect(await whyNot(gzipSync('\n'.repeat(1_000_000)), 100_000)).toMatchObject({ why: 'large' })
})
