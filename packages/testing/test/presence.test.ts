// Presence, both ends together.
import type { Desync } from '@painda/client'
import type { Message } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { Board, boardHarness, contract, defineBoard, joinAll, type BoardHandle } from './board.js'
import { recordFrames } from './frames.js'

function others(room: BoardHandle): unknown[] {
  return room.presence.others().map(({ clientId, data, connected }) => [clientId, data, connected])
}

test('[PR1] the first list is full, later ones carry what changed; after a resume it is full again', async () => {
  const harness = boardHarness()
  const frames = recordFrames(harness.clients[0]!)
  const [, b] = await joinAll(harness)
  const lists = () =>
    frames.in.filter((message) => message.kind === 'presences' && message.room !== undefined)
  expect(lists()[0]).toMatchObject({ full: true })
  frames.clear()
  b!.presence.update({ mood: 'calm' })
  await harness.settle()
  expect(lists()).toMatchObject([
    { full: false, gone: [], set: [{ clientId: 'p2', data: { mood: 'calm' } }] },
  ])
  frames.clear()
  harness.clients[0]!.net.cut()
  await harness.settle()
  expect(lists()[0]).toMatchObject({ full: true })
  await harness.close()
})

test('[PR2] everybody writes for themselves, and sees it at once', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  expect(a!.presence.self?.data).toEqual({ mood: 'calm' })
  await harness.settle()
  expect(others(b!)).toEqual([['p1', { mood: 'calm' }, true]])
  expect(a!.presence.self?.data).toEqual({ mood: 'calm' })
  await harness.close()
})

test('[PR3] who drops stays with connected: false, and is whole again when back in time', async () => {
  const harness = boardHarness()
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  await harness.settle()
  harness.clients[0]!.net.offline()
  harness.clients[0]!.net.cut()
  await harness.time.advance(30_000)
  expect(others(b!)).toEqual([['p1', { mood: 'calm' }, false]])
  a!.presence.update({ mood: 'back' })
  harness.clients[0]!.net.online()
  await harness.settle()
  expect(others(b!)).toEqual([['p1', { mood: 'back' }, true]])
  await harness.close()
})

test('[PR3] when the session ends the entry is gone; whoever comes back later is somebody new with the same data', async () => {
  const harness = boardHarness({ serverOptions: { recovery: { retentionMs: 5_000 } } })
  const [a, b] = await joinAll(harness)
  a!.presence.update({ mood: 'calm' })
  await harness.settle()
  harness.clients[0]!.net.offline()
  harness.clients[0]!.net.cut()
  await harness.time.advance(6_000)
  expect(others(b!)).toEqual([])
  harness.clients[0]!.net.online()
  await harness.settle()
  expect(others(b!)).toEqual([['p1.2', { mood: 'calm' }, true]])
  await harness.close()
})

test('[PR4] two tabs of one user are one entry with two connections; closing one keeps the user', async () => {
  const harness = boardHarness({
    clients: 0,
    setup(server) {
      defineBoard(server)
      server.use((client, next) => {
        const { token } = client.handshake
        if (token !== null) client.userContext = { sub: token }
        next()
      })
    },
  })
  const tabs = [1, 2].map((n) => harness.client({ name: `tab${n}`, getToken: () => 'ada' }))
  harness.client({ name: 'eve' })
  const rooms = await joinAll(harness)
  const seen = () => rooms[2]!.presence.others().map((entry) => [entry.clientId, entry.connections])
  expect(seen()).toEqual([['ada', 2]])
  tabs[0]!.close()
  await harness.settle()
  expect(seen()).toEqual([['ada', 1]])
  tabs[1]!.close()
  await harness.settle()
  expect(seen()).toEqual([])
  await harness.close()
})

test('the global list reaches everybody and survives reconnects', async () => {
  const harness = boardHarness({
    setup(server) {
      defineBoard(server)
      server.on('connection', (client) => server.presence.track(client, { name: client.id }))
    },
  })
  await harness.settle()
  const names = () =>
    harness.clients.map((client) =>
      client.presence
        .list()
        .map(({ clientId }) => clientId)
        .sort(),
    )
  expect(names()).toEqual([
    ['p1', 'p2'],
    ['p1', 'p2'],
  ])
  harness.clients[0]!.net.cut()
  await harness.settle()
  harness.clients[1]!.close()
  await harness.settle()
  expect(names()[0]).toEqual(['p1'])
  await harness.close()
})

/** A page of which the test says whether somebody sees and touches it. */
function createPage() {
  const listeners = { visible: (_isVisible: boolean) => {}, input: () => {} }
  return {
    show: (isVisible: boolean) => listeners.visible(isVisible),
    touch: () => listeners.input(),
    events: {
      onWake: () => () => {},
      onLeave: () => () => {},
      onVisible(listener: (isVisible: boolean) => void) {
        listeners.visible = listener
        return () => {}
      },
      onInput(listener: () => void) {
        listeners.input = listener
        return () => {}
      },
    },
  }
}

test('[PR5] a page out of sight is away, one that nobody touches is idle, and a second tab counts', async () => {
  const harness = createHarness({
    contract,
    setup(server) {
      defineBoard(server)
      server.use((client, next) => {
        if (client.handshake.token !== null) client.userContext = { sub: client.handshake.token }
        next()
      })
    },
  })
  const [page1, page2] = [createPage(), createPage()]
  const tab = (page: ReturnType<typeof createPage>) =>
    harness.client({ page: page.events, getToken: () => 'ann', idleAfterMs: 60_000 })
  const [tab1, watcher] = [tab(page1), harness.client({ name: 'bob' })]
  const [board, seen] = [tab1.join(Board), watcher.join(Board)]
  await harness.settle()
  const activity = (): unknown => seen.presence.get('ann')?.activity
  expect(activity()).toBeUndefined()

  page1.show(false)
  await harness.time.advance(1000)
  expect(activity()).toBe('away')

  const tab2 = tab(page2)
  tab2.join(Board)
  await harness.time.advance(1000)
  expect([activity(), seen.presence.get('ann')?.connections]).toEqual([undefined, 2])
  await harness.time.advance(50_000)
  page2.touch()
  await harness.time.advance(59_000)
  expect(activity()).toBeUndefined()
  await harness.time.advance(2000)
  expect(activity()).toBe('idle')
  tab2.close()
  await harness.time.advance(1000)
  expect(activity()).toBe('away')

  // What it was stays true across a connection, and for rooms that it joins later.
  tab1.net.cut()
  await harness.time.advance(5000)
  expect(activity()).toBe('away')
  board.leave()
  tab1.join(Board)
  await harness.time.advance(1000)
  expect(activity()).toBe('away')
  expect(harness.server.getClient(tab1.id ?? '')?.activity).toBe('away')
  page1.show(true)
  await harness.time.advance(1000)
  expect(activity()).toBeUndefined()
  await harness.close()
})

test('[PR6] [PR7] a flipped byte in a presence message is noticed within a second of traffic, healed in one round trip, and its place is named', async () => {
  let named = 0
  for (let seed = 1; seed <= 60; seed++) {
    const harness = boardHarness({ seed })
    const [a, b] = await joinAll(harness)
    const reports: Desync[] = []
    let isOpen = true
    harness.clients[0]!.on('desync', (desync) => void reports.push(desync))
    harness.clients[0]!.on('disconnect', () => void (isOpen = false))
    // The hash has just been said: the next one is a second away.
    b!.presence.update({ mood: 'calm as a lake in the morning' })
    await harness.settle()
    harness.clients[0]!.net.corruptNext('down')
    b!.presence.update({ mood: 'wild as a lake in the evening' })
    await harness.time.advance(100)
    const [wrong] = harness.converged().differences
    const damagedAt = harness.time.now()
    const frames = recordFrames(harness.clients[0]!)
    for (let n = 0; n < 25; n++) {
      b!.presence.update({ mood: `mood ${n}` })
      await harness.time.advance(50)
    }
    await harness.settle()
    expect(harness.converged().differences, `seed ${seed}`).toEqual([])
    if (wrong !== undefined && isOpen && reports.length > 0) {
      const asked = frames.all.find(({ messages }) => messages.some(({ kind }) => kind === 'resync'))
      expect(asked?.at ?? Infinity, `seed ${seed}`).toBeLessThan(damagedAt + 1_100)
      const isFull = (message: Message): boolean => message.kind === 'presences' && message.full
      const healed = frames.all.find(({ messages }) => messages.some(isFull))
      // A round trip of 2 ms, and the tick that answers.
      expect((healed?.at ?? Infinity) - (asked?.at ?? 0), `seed ${seed}`).toBeLessThan(2 + 1_000 / 60 + 2)
      expect(reports, `seed ${seed}`).toMatchObject([{ room: a!.id, why: 'presence' }])
      named += reports[0]?.path === null ? 0 : 1
    }
    await harness.close()
  }
  expect(named).toBeGreaterThan(0)
})
