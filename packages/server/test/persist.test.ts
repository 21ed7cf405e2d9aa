// Rooms that survive a restart: what is saved, when, and what comes back.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineRoom, type } from '@painda/protocol'
import { describeRoomStore } from '@painda/testing'
import { createFakeTime } from '@painda/testing/fake-time'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  PPServer,
  PPVirtualClient,
  silentLogger,
  type RoomBehaviour,
  type RoomStore,
  type SavedRoom,
} from '../src/index.js'
import { createFileRoomStore } from '../src/persistence/index.js'
import type { Member } from '../src/member.js'

const Arena = defineRoom({
  name: 'arena',
  state: () => ({ score: 0, secret: 'none' }),
  messages: { add: type<number>() },
  sync: { secret: { to: () => false } },
})

function createMemoryStore(): RoomStore & {
  saves: SavedRoom[]
  removed: string[]
  rooms: Map<string, SavedRoom>
} {
  const rooms = new Map<string, SavedRoom>()
  const saves: SavedRoom[] = []
  const removed: string[] = []
  return {
    rooms,
    saves,
    removed,
    load: async () => structuredClone([...rooms.values()]),
    save: async (room) => void (saves.push(room), rooms.set(room.id, structuredClone(room))),
    remove: async (id) => void (removed.push(id), rooms.delete(id)),
  }
}

function start(roomStore: RoomStore, behaviour: RoomBehaviour<typeof Arena, Member> = {}) {
  const time = createFakeTime()
  const server = new PPServer({ time, logger: silentLogger, roomStore })
  const errors: string[] = []
  server.on('error', ({ message, cause }) => void errors.push(`${message} ${String(cause)}`))
  server.define(Arena, { persist: true, autoDisposeMs: Infinity, ...behaviour })
  onTestFinished(() => server.close())
  return { server, time, errors }
}

describe('a room with persist', () => {
  test('comes back after a restart with all of its state, its metadata and its privacy', async () => {
    const store = createMemoryStore()
    const first = start(store)
    const room = first.server.createRoom(Arena, { id: 'a' })
    room.update((draft) => {
      draft.score = 7
      draft.secret = 'gold'
    })
    room.metadata = { map: 'ice' }
    room.isPrivate = true
    await first.server.close()

    const restored: number[] = []
    const second = start(store, {
      onCreate: ({ state }) => void (state.score = -1),
      onRestore: ({ state }) => void restored.push(state.score),
    })
    const [again, ...others] = await second.server.restoreRooms()
    expect(others).toEqual([])
    expect(again).toBe(second.server.getRoom('a'))
    expect(again).toMatchObject({ id: 'a', name: 'arena', metadata: { map: 'ice' }, isPrivate: true })
    expect(again?.state).toEqual({ score: 7, secret: 'gold' })
    expect(restored).toEqual([7])
    expect(await second.server.restoreRooms()).toEqual([])
  })

  test('is found by the invite code that it had, and a saved code that is none finds nothing', async () => {
    const store = createMemoryStore()
    const first = start(store)
    const room = first.server.createRoom(Arena, { id: 'a' })
    first.server.createRoom(Arena, { id: 'b' })
    await first.time.advance(5_000)
    const code = room.inviteCode
    await first.time.advance(5_000)
    expect(store.rooms.get('a')?.inviteCode).toBe(code)
    expect(store.rooms.get('b')).not.toHaveProperty('inviteCode')
    await first.server.close()
    store.rooms.set('b', { ...store.rooms.get('b')!, inviteCode: 'no code' })

    const second = start(store)
    await second.server.restoreRooms()
    expect(second.server.getRoom('a')?.inviteCode).toBe(code)
    expect(second.server.getRoom('b')?.inviteCode).toMatch(/^.{5}-.{5}$/)
    const bot = second.server.inject(new PPVirtualClient('bot'))
    const joins = Promise.allSettled([code, 'nowhere'].map((id) => bot.join(Arena, { id }).joined))
    await second.time.advance(100)
    expect(await joins).toMatchObject([{ value: { id: 'a' } }, { reason: { code: 'ROOM_NOT_FOUND' } }])
    bot.close()
  })

  test('is saved five seconds after a change, once for all of them, and not without one', async () => {
    const store = createMemoryStore()
    const { server, time } = start(store)
    const room = server.createRoom(Arena, { id: 'a' })
    await time.advance(5_000)
    expect(store.saves).toHaveLength(1)
    for (let i = 0; i < 40; i++) {
      room.update((draft) => void draft.score++)
      await time.advance(100)
    }
    expect(store.saves).toHaveLength(1)
    await time.advance(1_000)
    expect(store.saves.map(({ state }) => state)).toEqual([
      { score: 0, secret: 'none' },
      { score: 40, secret: 'none' },
    ])
    await time.advance(60_000)
    expect(store.saves).toHaveLength(2)
  })

  test('that ends for good is forgotten; another one of its id begins after that', async () => {
    const store = createMemoryStore()
    let created = 0
    const { server, time } = start(store, { onCreate: () => void created++ })
    const room = server.createRoom(Arena, { id: 'a' })
    await time.advance(5_000)
    let finish = (): void => {}
    const { remove } = store
    store.remove = async (id) => {
      await new Promise<void>((resolve) => (finish = resolve))
      return remove(id)
    }
    await room.dispose()
    server.createRoom(Arena, { id: 'a' })
    await time.flushMicrotasks()
    expect([created, store.rooms.size]).toEqual([1, 1])
    finish()
    await time.flushMicrotasks()
    expect([created, store.rooms.size]).toEqual([2, 0])
    await time.advance(5_000)
    expect([...store.rooms.keys()]).toEqual(['a'])
  })

  test('saves one state at a time, and tries again when the store failed', async () => {
    const store = createMemoryStore()
    const { save } = store
    const { server, time, errors } = start(store)
    const room = server.createRoom(Arena, { id: 'a' })
    let finish = (): void => {}
    store.save = async (one) => {
      await new Promise<void>((resolve) => (finish = resolve))
      return save(one)
    }
    await time.advance(5_000)
    room.update((draft) => void (draft.score = 1))
    await time.advance(20_000)
    expect(store.saves).toHaveLength(0)
    finish()
    await time.flushMicrotasks()
    store.save = () => Promise.reject(new Error('disk full'))
    await time.advance(5_000)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain('disk full')
    store.save = save
    await time.advance(5_000)
    expect(store.saves.map(({ state }) => state)).toEqual([
      { score: 0, secret: 'none' },
      { score: 1, secret: 'none' },
    ])
  })

  test('keeps what was saved when onRestore throws, and other rooms come back all the same', async () => {
    const store = createMemoryStore()
    const saved = (id: string, more: Partial<SavedRoom> = {}): SavedRoom => ({
      id,
      name: 'arena',
      state: { score: 1, secret: '' },
      metadata: {},
      isPrivate: false,
      savedAt: 0,
      ...more,
    })
    for (const room of [
      saved('bad'),
      saved('good'),
      saved('unknown', { name: 'gone' }),
      saved('broken', { state: [] }),
    ])
      store.rooms.set(room.id, room)
    const { server, errors } = start(store, {
      onRestore({ room }) {
        if (room.id === 'bad') throw new Error('no')
      },
    })
    const rooms = await server.restoreRooms()
    expect(rooms.map(({ id }) => id)).toEqual(['good'])
    expect(errors).toHaveLength(2)
    await server.close()
    expect([...store.rooms.keys()]).toEqual(['bad', 'good', 'unknown', 'broken'])
    expect(store.removed).toEqual([])
  })

  test('ends two minutes after a restart when nobody came back, and is forgotten', async () => {
    const store = createMemoryStore()
    store.rooms.set('a', {
      id: 'a',
      name: 'arena',
      state: { score: 1, secret: '' },
      metadata: {},
      isPrivate: false,
      savedAt: 0,
    })
    const { server, time } = start(store, { autoDisposeMs: 0 })
    await server.restoreRooms()
    await time.advance(119_000)
    expect(server.getRoom('a')).toBeDefined()
    await time.advance(2_000)
    expect(server.getRoom('a')).toBeUndefined()
    expect(store.removed).toEqual(['a'])
  })

  test('that players are in when its server ends is kept, as it is once they have left', async () => {
    for (const end of ['close', 'shutdown'] as const) {
      const store = createMemoryStore()
      const { server, time } = start(store, {
        autoDisposeMs: 0,
        onJoin: ({ state }) => void (state.score = 5),
        onLeave: ({ state }) => void (state.secret = 'left'),
      })
      server.createRoom(Arena, { id: 'a' })
      const bot = new PPVirtualClient('bot', { time })
      bot.connect(server)
      await time.advance(100)
      bot.join(Arena, { id: 'a' })
      await time.advance(100)
      expect(server.getRoom('a')?.clients).toHaveLength(1)
      const ended = server[end]()
      await time.advance(10_000)
      await ended
      bot.close()
      expect(store.removed).toEqual([])
      expect(store.rooms.get('a')?.state).toEqual({ score: 5, secret: 'left' })
    }
  })

  test('is an ordinary room without a store, and restoring is nothing', async () => {
    const server = new PPServer({ time: createFakeTime(), logger: silentLogger })
    server.define(Arena, { persist: true })
    server.createRoom(Arena, { id: 'a' })
    expect(await server.restoreRooms()).toEqual([])
    await server.close()
  })
})

describe('a folder of rooms', () => {
  const room: SavedRoom = {
    id: '../../etc/passwd',
    name: 'arena',
    state: { score: 1, text: 'ä"\n' },
    metadata: { map: 'ice' },
    isPrivate: true,
    savedAt: 5,
  }

  async function createFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'painda-rooms-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return folder
  }

  test('gives back what was saved last, whatever the id, and nothing that was removed', async () => {
    const folder = join(await createFolder(), 'made', 'by it')
    const store = createFileRoomStore(folder)
    expect(await store.load()).toEqual([])
    await store.save({ ...room, savedAt: 1 })
    await store.save(room)
    await store.save({ ...room, id: 'b' })
    expect(await readdir(folder)).toHaveLength(2)
    const again = createFileRoomStore(folder)
    expect([...(await again.load())].sort((a, b) => a.id.localeCompare(b.id))).toEqual([
      room,
      { ...room, id: 'b' },
    ])
    await again.remove(room.id)
    await again.remove('never saved')
    expect(await store.load()).toEqual([{ ...room, id: 'b' }])
  })

  test('says which file is no room, and leaves what an interrupted save left', async () => {
    const folder = await createFolder()
    const store = createFileRoomStore(folder)
    await store.save(room)
    await writeFile(join(folder, 'half.room.json.new'), '{"id":')
    expect(await store.load()).toEqual([room])
    await writeFile(join(folder, 'half.room.json'), '{"id":')
    await expect(store.load()).rejects.toMatchObject({
      code: 'STATE_NOT_JSON',
      message: expect.stringContaining('half.room.json') as string,
    })
  })

  test('keeps a server going through a restart', async () => {
    const folder = await createFolder()
    const first = new PPServer({ logger: silentLogger, roomStore: createFileRoomStore(folder) })
    first.define(Arena, { persist: true })
    first.createRoom(Arena, { id: 'a' }).update((draft) => void (draft.score = 3))
    await first.close()
    const second = new PPServer({ logger: silentLogger, roomStore: createFileRoomStore(folder) })
    onTestFinished(() => second.close())
    second.define(Arena, { persist: true })
    await second.restoreRooms()
    await vi.waitFor(() => expect(second.getRoom('a')?.state).toMatchObject({ score: 3 }))
  })
})

describeRoomStore(
  'a folder',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'painda-rooms-'))
    return { open: () => createFileRoomStore(folder), close: () => rm(folder, { recursive: true }) }
  },
  { describe, test },
)

// What other tests of this file stand on.
describeRoomStore(
  'the store of these tests',
  () => {
    const store = createMemoryStore()
    return { open: () => store }
  },
  { describe, test },
)
