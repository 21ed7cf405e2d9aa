import process from 'node:process'
import { defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import type { RoomBehaviour, RoomStore } from '../src/index.js'
import type { Member } from '../src/member.js'
import { createKit } from './peer-kit.js'

/** A signal that neither the test runner nor Node uses. */
const SIGNAL = 'SIGUSR2'

test('[HS8] clients come back within the spread that the shutdown was told, each at another moment', async () => {
  const { server, join, time } = createKit()
  const peers = await Promise.all(Array.from({ length: 40 }, () => join()))
  const done = server.shutdown({ timeoutMs: 100, spreadMs: 60_000 })
  await time.advance(100)
  await done
  const waits = peers.map((peer) => peer.of('bye')[0]?.retryAfterMs ?? -1)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000)
  expect(Math.max(...waits)).toBeGreaterThan(40_000)
  expect(new Set(waits).size).toBeGreaterThan(35)
})

test('a signal drains: clients are told, what they sent is handled, and then the process may end', async () => {
  const { server, join, time, settle } = createKit()
  const handled: unknown[] = []
  server.on('save', (_client, n) => void handled.push(n))
  const peer = await join()
  const ends: string[] = []
  server.handleSignals({ signals: [SIGNAL], spreadMs: 100, onDrained: (signal) => void ends.push(signal) })
  process.emit(SIGNAL, SIGNAL)
  peer.emit('save', 1)
  await settle()
  await time.advance(6_000)
  expect([handled, ends]).toEqual([[1], [SIGNAL]])
  expect(peer.of('bye')).toHaveLength(1)
  expect(peer.closed?.code).toBe(1001)
  expect(time.pending).toBe(0)
})

test('a second shutdown waits with the first and cuts nothing off; close() does not wait', async () => {
  for (const isImpatient of [false, true]) {
    const { server, join, time, settle } = createKit()
    let finish: () => void = () => {}
    server.on('save', () => new Promise<void>((resolve) => (finish = resolve)))
    const peer = await join()
    peer.emit('save')
    await settle()
    const over: string[] = []
    void server.shutdown().then(() => over.push('first'))
    await time.advance(100)
    void server.shutdown({ timeoutMs: 0 }).then(() => over.push('second'))
    if (isImpatient) await server.close()
    await time.advance(100)
    expect(peer.closed?.code).toBe(isImpatient ? 1001 : undefined)
    finish()
    await time.advance(100)
    expect(peer.closed?.code).toBe(1001)
    expect(over.sort()).toEqual(['first', 'second'])
    expect(peer.of('bye')).toHaveLength(1)
    await server.shutdown()
  }
})

test('a second signal is not ours: it ends the process as it would without us', async () => {
  const { server, time } = createKit()
  server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  expect(process.listenerCount(SIGNAL)).toBe(1)
  process.emit(SIGNAL, SIGNAL)
  expect(process.listenerCount(SIGNAL)).toBe(0)
  await time.advance(6_000)
})

test('the undo and close() leave signals alone again', async () => {
  const { server } = createKit()
  const undo = server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  undo()
  expect(process.listenerCount(SIGNAL)).toBe(0)
  server.handleSignals({ signals: [SIGNAL], onDrained: () => {} })
  await server.close()
  expect(process.listenerCount(SIGNAL)).toBe(0)
})

test.each([{ timeoutMs: -1 }, { spreadMs: Number.NaN }, { spreadMs: Infinity }])(
  'a time that is none is refused: %o',
  async (options) => {
    const { server } = createKit()
    expect(() => server.handleSignals(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    await expect(server.shutdown(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(process.listeners('SIGTERM').filter((listener) => listener.name === 'run')).toEqual([])
    await server.close()
  },
)

const Arena = defineRoom({ name: 'arena', state: () => ({ left: 0 }) })
const never = (): Promise<void> => new Promise(() => {})

/** A server with one room and somebody in it, and what it says went wrong. */
async function createArena(behaviour: RoomBehaviour<typeof Arena, Member>, roomStore?: RoomStore) {
  const kit = createKit({ ...(roomStore === undefined ? {} : { roomStore }) })
  const errors: string[] = []
  kit.server.on('error', ({ message }) => void errors.push(message.replace(/ \(error \w+\)/, '')))
  kit.server.define(Arena, behaviour)
  kit.server.createRoom(Arena, { id: 'a' })
  const peer = await kit.join()
  peer.say({ kind: 'join', how: 'joinById', name: 'arena', room: 'a', ackId: 1 })
  await kit.settle()
  return { ...kit, errors }
}

const late = (hook: string): string =>
  `${hook} of room "a" (arena) failed: It did not end within 5000 ms, and its room ended without it. A hook that awaits room.dispose() waits for itself.`

test.each<[string, RoomBehaviour<typeof Arena, Member>, readonly string[], readonly string[]]>([
  ['onLeave', { onLeave: never }, ['onLeave'], ['dispose']],
  ['onDispose', { onDispose: never }, ['onDispose'], []],
  ['onLeave and onDispose', { onLeave: never, onDispose: never }, ['onLeave', 'onDispose'], []],
  ['onJoin', { onJoin: never }, ['onJoin'], ['dispose']],
  ['onCreate', { onCreate: never }, ['onCreate'], []],
])(
  'an end waits for %s that never settles for so long and no longer, and says so',
  async (_, behaviour, hooks, does) => {
    const did: string[] = []
    const { server, time, errors } = await createArena({
      onDispose: () => void did.push('dispose'),
      ...behaviour,
    })
    let isOver = false
    void server.close().then(() => (isOver = true))
    await time.advance(4_999)
    expect(isOver).toBe(false)
    await time.advance(hooks.length * 5_000)
    expect(isOver).toBe(true)
    expect(errors).toEqual(hooks.map(late))
    expect(did).toEqual(does)
    expect(time.pending).toBe(0)
  },
)

test('a room that was ending before its server counts too, and a longer drain waits as long', async () => {
  const { server, time, errors } = await createArena({ onLeave: never })
  void server.getRoom('a')?.dispose()
  await time.advance(50_000)
  expect(errors).toEqual([])
  let isOver = false
  void server.close().then(() => (isOver = true))
  await time.advance(4_999)
  expect(isOver).toBe(false)
  await time.advance(1)
  expect(isOver).toBe(true)
  expect(errors).toEqual([late('onLeave')])

  const patient = await createArena({ onLeave: never })
  isOver = false
  void patient.server.shutdown({ timeoutMs: 20_000 }).then(() => (isOver = true))
  await patient.time.advance(19_999)
  expect(isOver).toBe(false)
  await patient.time.advance(20_000)
  expect(isOver).toBe(true)
})

test('close() waits for what the last hooks do where a room ends with its last member', async () => {
  const did: string[] = []
  const { server, time, errors } = await createArena({
    async onLeave({ room }) {
      await new Promise<void>((resolve) => time.after(1000, resolve))
      did.push(`left ${room.id}`)
    },
    async onDispose() {
      await new Promise<void>((resolve) => time.after(1000, resolve))
      did.push('disposed')
    },
  })
  void server.close().then(() => did.push('closed'))
  await time.advance(2000)
  expect(did).toEqual(['left a', 'disposed', 'closed'])
  expect(errors).toEqual([])
})

test('a room is kept although its onLeave never settles, and a store that never answers is not waited for', async () => {
  const saved: unknown[] = []
  let isStuck = false
  const store: RoomStore = {
    load: async () => [],
    save: (room) => (saved.push(room.state), isStuck ? never() : Promise.resolve()),
    remove: async () => {},
  }
  for (const stuck of [false, true]) {
    isStuck = stuck
    saved.length = 0
    const { server, time, errors } = await createArena(
      {
        persist: true,
        onLeave: never,
        onDispose: ({ room }) => room.update((draft) => void (draft.left = 1)),
      },
      store,
    )
    let isOver = false
    void server.close().then(() => (isOver = true))
    await time.advance(5_000)
    expect(saved.at(-1)).toEqual({ left: stuck ? 0 : 1 })
    await time.advance(5_000)
    expect(isOver).toBe(true)
    const store5 =
      'Keeping rooms failed: The store did not answer within 5000 ms, and the server closed without it.'
    expect(errors).toEqual([late('onLeave'), ...(stuck ? [store5] : [])])
  }
})
