// A session outlives its page: reloads, closed tabs, the back button, duplicated tabs.
import type { LocksLike, StorageLike } from '@painda/client'
import { expect, test } from 'vitest'
import { createFakePage, createHarness, type FakePage, type Harness, type TestClient } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'
import { recordFrames } from './frames.js'

type Client = TestClient<BoardContract>

/** A tab: its storage outlives its pages, its locks are the browser's. */
interface Tab {
  storage: StorageLike & { items: Map<string, string> }
  page: FakePage
  client: Client
}

interface World extends Harness<BoardContract> {
  /** Connection events of the server. */
  events: string[]
  /** Opens a page; `from`: as "Duplicate tab" or a reload of that tab finds its storage. */
  open(options?: { from?: Tab; token?: string }): Tab
  /** The page goes away; what is left of it is dead a moment later. */
  leave(tab: Tab): Promise<void>
}

function createStorage(items = new Map<string, string>()): Tab['storage'] {
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

function createLocks(): LocksLike {
  const held = new Set<string>()
  return {
    async request(name, _options, run) {
      await Promise.resolve()
      if (held.has(name)) return run(null)
      held.add(name)
      await run({})
      held.delete(name)
    },
  }
}

function createWorld(): World {
  const events: string[] = []
  const locks = createLocks()
  const harness = createHarness({
    contract,
    setup(server) {
      defineBoard(server)
      server.on('echo', async (_client, { n }, ack) => {
        if (n === 7) await new Promise<void>((resolve) => server.time.after(2_000, resolve))
        ack(null, { n })
      })
      server.on('connection', (client) => {
        events.push(`connection ${client.id}`)
        client.on('drop', () => void events.push(`drop ${client.id}`))
        client.on('resume', () => void events.push(`resume ${client.id}`))
      })
      server.on(
        'disconnection',
        (client, reason) => void events.push(`disconnection ${client.id}: ${reason}`),
      )
    },
  })
  const open: World['open'] = ({ from, token } = {}) => {
    const storage = createStorage(new Map(from?.storage.items))
    const page = createFakePage()
    const getToken = token === undefined ? {} : { getToken: () => token }
    return { storage, page, client: harness.client({ page, reload: { storage, locks }, ...getToken }) }
  }
  const leave: World['leave'] = async (tab) => {
    tab.page.leave()
    await harness.time.advance(50)
    tab.client.net.offline()
  }
  return Object.assign(Object.create(harness) as Harness<BoardContract>, { events, open, leave })
}

test('[RC12][CB9] a reload keeps id, room and what was said meanwhile; no room sees it come or go', async () => {
  const world = createWorld()
  const { time, server } = world
  const tab = world.open()
  const room = tab.client.join(Board)
  await world.settle()
  room.send('set', { key: 'a', value: 1 })
  room.presence.update({ mood: 'calm' })
  await world.settle()
  const { id } = tab.client
  const joins: string[] = []
  server.getRoom(room.id!)!.on('join', (client) => void joins.push(client.id))

  await world.leave(tab)
  await time.advance(450)
  expect([...tab.storage.items.values()].join()).toContain(id)
  server.emit('news', { n: 1 })
  const reloaded = world.open({ from: tab })
  const news: number[] = []
  const recoveries: string[] = []
  reloaded.client.on('news', ({ n }) => void news.push(n))
  reloaded.client.on('recovery', ({ outcome, recovered }) => void recoveries.push(`${outcome} ${recovered}`))
  const again = reloaded.client.join(Board)
  await world.settle()

  expect([reloaded.client.id, again.id, again.state]).toEqual([id, room.id, { cells: { a: 1 }, list: [] }])
  expect(again.presence.self?.data).toEqual({ mood: 'calm' })
  expect([news, recoveries, joins]).toEqual([[1], ['snapshot true'], []])
  expect(world.events).toEqual([`connection ${id}`, `drop ${id}`, `resume ${id}`])
  expect(reloaded.storage.items.size).toBe(0)
  // The state goes on, and so does the count of messages, over the next cut too.
  again.send('set', { key: 'b', value: 2 })
  reloaded.client.net.cut()
  again.send('set', { key: 'c', value: 3 })
  await world.settle()
  expect(again.state).toEqual({ cells: { a: 1, b: 2, c: 3 }, list: [] })
  expect(reloaded.client.rooms()).toEqual([again])
  await world.close()
})

test.each([
  ['once', 0],
  ['again and again, beyond what it may ask for in so short a time', 6],
])(
  '[RM20, RM21, RC12] a page that is reloaded %s hears what it missed, in the state it was made in',
  async (_how, before) => {
    const world = createWorld()
    const { time, server } = world
    let tab = world.open()
    const first = tab.client.join(Board)
    await world.settle()
    const id = first.id ?? ''
    for (let i = 0; i < before; i++) {
      await world.leave(tab)
      tab = world.open({ from: tab })
      tab.client.join(Board)
      await time.advance(20)
    }
    await world.leave(tab)
    const said = ['one', 'two', 'three']
    for (const [n, text] of said.entries()) {
      const room = server.getRoom(id)
      // It is a Board.
      room?.update((draft) => void ((draft as { cells: Record<string, number> }).cells[text] = n))
      room?.broadcast('said', { text })
      await time.advance(20)
    }
    const reloaded = world.open({ from: tab })
    const frames = recordFrames(reloaded.client)
    const room = reloaded.client.join(Board)
    const heard: unknown[] = []
    room.on('said', ({ text }) => void heard.push([text, room.state?.cells[text]]))
    await time.advance(3_000)
    expect(heard).toEqual(said.map((text, n) => [text, n]))
    expect(room).toMatchObject({ id, status: 'joined' })
    const kinds = frames.in
      .map(({ kind }) => kind)
      .filter((kind) => !['ping', 'pong', 'received'].includes(kind))
    expect(kinds.slice(0, 2)).toEqual(['welcome', 'joined'])
    // Otherwise this says nothing about states that come late.
    expect(kinds.indexOf('snapshot') > kinds.indexOf('event')).toBe(before > 0)
    // Both ends count alike: the next cut doubles nothing and loses nothing.
    server.getRoom(id)?.broadcast('said', { text: 'one' })
    reloaded.client.net.cut()
    await time.advance(3_000)
    expect(heard.slice(3)).toEqual([['one', 0]])
    await world.settle()
    await world.close()
  },
)

test('[CB9] a room that is asked for a moment after the reload is the one it was; one that is not is left', async () => {
  const world = createWorld()
  const { time, server } = world
  const tab = world.open()
  const room = tab.client.join(Board)
  server.room('side', { n: 0 })
  tab.client.join('side')
  await world.settle()
  tab.page.leave()
  await time.advance(100)

  const reloaded = world.open({ from: tab })
  await time.advance(2_000)
  expect(reloaded.client.rooms().map(({ id }) => id)).toEqual([room.id, 'side'])
  const again = reloaded.client.join(Board)
  await again.joined
  expect(again.id).toBe(room.id)
  await time.advance(4_000)
  expect(reloaded.client.rooms()).toEqual([again])
  expect(server.getRoom('side')!.clients).toEqual([])
  expect(server.getRoom(room.id!)!.clients).toHaveLength(1)
  again.leave()
  await time.advance(100)
  expect(server.getRoom(room.id!)!.clients).toEqual([])
  await world.close()
})

test('[RC10] a closed tab: the others see it away at once, and gone within seconds', async () => {
  const world = createWorld()
  const { time } = world
  const [ada, ben] = [world.open(), world.open()]
  ada.client.join(Board)
  const seen = ben.client.join(Board)
  await world.settle()
  const shown = (): unknown => seen.presence.others().map(({ connected }) => connected)
  expect(shown()).toEqual([true])
  ada.page.leave()
  await time.advance(50)
  expect(shown()).toEqual([false])
  await time.advance(5_000)
  expect(shown()).toEqual([])
  expect(world.events.at(-1)).toBe(`disconnection ${ada.client.id}: transport close`)
  await world.close()
})

test('[CB9] a duplicated tab gets a session of its own, and neither fences the other', async () => {
  const world = createWorld()
  const { time } = world
  const first = world.open()
  await world.settle()
  const { id } = first.client
  // The storage is copied in the moment in which the secret lies in it.
  await world.leave(first)
  const [reloaded, copy] = [world.open({ from: first }), world.open({ from: first })]
  await world.settle()
  const ids = [reloaded.client.id, copy.client.id]
  expect(ids.filter((other) => other === id)).toHaveLength(1)
  for (let i = 0; i < 3; i++) {
    reloaded.client.net.cut()
    copy.client.net.cut()
    await time.advance(20_000)
  }
  expect([reloaded.client.id, copy.client.id]).toEqual(ids)
  expect([reloaded.client.status().status, copy.client.status().status]).toEqual(['open', 'open'])
  // A living tab has nothing in its storage to be copied.
  expect(world.open({ from: reloaded }).storage.items.size).toBe(0)
  await world.settle()
  await world.close()
})

test('[CB9] a session is not for the next user of the tab', async () => {
  const world = createWorld()
  const jwt = (sub: string, n: number): string => `h.${btoa(JSON.stringify({ sub, n }))}.s`
  const ada = world.open({ token: jwt('ada', 1) })
  await world.settle()
  const { id } = ada.client
  await world.leave(ada)
  const ben = world.open({ from: ada, token: jwt('ben', 1) })
  await world.settle()
  expect(ben.client.id).not.toBe(id)
  expect(ben.storage.items.size).toBe(0)
  // The same user comes with another token of theirs.
  const back = world.open({ from: ada, token: jwt('ada', 2) })
  await world.settle()
  expect(back.client.id).toBe(id)
  expect(JSON.stringify([...ada.storage.items])).not.toContain(jwt('ada', 1))
  await world.close()
})

test('[CB9] a page that comes too late for its session begins anew and is told so; after the window it is not even asked', async () => {
  const world = createWorld()
  const tab = world.open()
  await world.settle()
  await world.leave(tab)
  await world.time.advance(10_000)
  const late = world.open({ from: tab })
  const recoveries: unknown[] = []
  late.client.on('recovery', (recovery) => void recoveries.push(recovery))
  await world.settle()
  expect(recoveries).toMatchObject([{ recovered: false, outcome: 'expired', reason: 'window' }])
  await world.leave(late)
  await world.time.advance(120_001)
  const muchLater = world.open({ from: late })
  muchLater.client.on('recovery', (recovery) => void recoveries.push(recovery))
  await world.settle()
  expect(recoveries).toHaveLength(1)
  await world.close()
})

test('[CB9] the answer to a question of the page before is not taken for an answer to the new one', async () => {
  const world = createWorld()
  const tab = world.open()
  await world.settle()
  void tab.client.request('echo', { n: 7 }).catch(() => {})
  await world.time.advance(100)
  await world.leave(tab)
  const reloaded = world.open({ from: tab })
  const answer = reloaded.client.request('echo', { n: 8 })
  await world.time.advance(3_000)
  expect(await answer).toEqual({ n: 8 })
  await world.close()
})

test('[CB10] a page that is put aside holds neither socket nor timer nor lock, and goes on when somebody comes back to it', async () => {
  const world = createWorld()
  const { time } = world
  const tab = world.open()
  const room = tab.client.join(Board)
  await world.settle()
  const { id } = tab.client
  const before = room.state
  tab.page.leave({ mayReturn: true })
  await time.advance(60)
  expect([tab.client.net.socketCount, tab.client.status().status]).toEqual([0, 'waiting'])
  expect(room.snapshot()).toMatchObject({ status: 'reconnecting', stale: true, state: before })
  await time.advance(60_000)
  expect(tab.client.net.socketCount).toBe(0)
  tab.page.wake()
  await world.settle()
  expect([tab.client.id, room.snapshot().stale, room.state]).toEqual([id, false, before])
  expect(world.events).toEqual([`connection ${id}`, `drop ${id}`, `resume ${id}`])
  expect(tab.storage.items.size).toBe(0)
  await world.close()
})

test('[CB10] a page that comes back while its session is in another page begins anew', async () => {
  const world = createWorld()
  const aside = world.open()
  const room = aside.client.join(Board)
  await world.settle()
  const { id } = aside.client
  aside.page.leave({ mayReturn: true })
  const next = world.open({ from: aside })
  await world.time.advance(1_000)
  expect(next.client.id).toBe(id)
  const recoveries: unknown[] = []
  aside.client.on('recovery', (recovery) => void recoveries.push(recovery))
  aside.page.wake()
  await world.settle()
  expect(recoveries).toMatchObject([{ recovered: false, outcome: 'expired' }])
  expect([next.client.id, next.client.status().status, aside.client.status().status]).toEqual([
    id,
    'open',
    'open',
  ])
  expect(room.status).toBe('joined')
  await world.close()
})
