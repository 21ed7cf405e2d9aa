// The harness itself: what it promises to the tests that stand on it.
import type { ContractShape } from '@painda/protocol'
import { describe, expect, test, vi } from 'vitest'
import { collectMessages, createHarness, waitForMessage } from '../src/index.js'
import { Board, boardHarness, defineBoard } from './board.js'

/** A few busy seconds on a bad link. */
async function play(seed: number): Promise<string> {
  const harness = boardHarness({ seed, profile: 'train' })
  const rooms = harness.clients.map((client) => client.join(Board))
  await harness.settle()
  for (let i = 0; i < 40; i++) {
    rooms[i % 2]?.send('set', { key: `k${i % 7}`, value: i })
    if (i === 10) harness.clients[0]?.net.cut()
    if (i === 20) harness.restartServer()
    await harness.time.advance(130)
  }
  await harness.settle()
  await harness.close()
  return harness.log.serialize()
}

test('[HN1] one seed writes one delivery log, byte for byte; another seed another one', async () => {
  const [first, again, other] = [await play(3), await play(3), await play(4)]
  expect(first.length).toBeGreaterThan(10_000)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

describe('[HN2] converged', () => {
  test('[HN2] agrees when everybody has what the server has', async () => {
    const harness = boardHarness()
    const [a] = harness.clients.map((client) => client.join(Board))
    await harness.settle()
    a?.send('set', { key: 'x', value: 1 })
    a?.presence.update({ mood: 'calm' })
    await harness.settle()
    expect(harness.converged()).toEqual({ converged: true, differences: [] })
    expect(harness.clients[1]?.rooms()[0]?.state).toEqual({ cells: { x: 1 }, list: [] })
    await harness.close()
  })

  test('[HN2] names client, room and path of what is still under way, and both versions', async () => {
    const harness = boardHarness()
    const [a] = harness.clients.map((client) => client.join(Board))
    await harness.settle()
    harness.clients[1]?.net.stall(1_000)
    a?.send('set', { key: 'x', value: 1 })
    await harness.time.advance(100)
    const { differences, converged } = harness.converged()
    expect(converged).toBe(false)
    expect(differences).toEqual([
      {
        client: 'p2',
        room: a?.id,
        name: 'board',
        path: 'cells.x',
        server: 1,
        replica: undefined,
        versions: { server: 1, replica: 0 },
      },
    ])
    expect(harness.converged('another room').converged).toBe(true)
    await harness.close()
  })

  test('[HN2] sees a member that one end does not know of, and presence that differs', async () => {
    const harness = boardHarness({ clients: 1 })
    const [a] = harness.clients
    const room = a!.join(Board)
    await harness.settle()
    a!.net.stall(500, 'down')
    harness.server.getRoom(room.id ?? '')?.kick(harness.server.getClients()[0]!)
    expect(harness.converged().differences).toMatchObject([
      { path: '(members)', server: false, replica: true },
    ])
    await harness.settle()

    const back = a!.join(Board)
    await harness.settle()
    a!.net.stall(500, 'up')
    back.presence.update({ mood: 'cross' })
    expect(harness.converged().differences).toMatchObject([
      { path: '(presence).p1.data.mood', replica: 'cross' },
    ])
    await harness.settle()
    await harness.close()
  })
})

describe('[HN3] settle', () => {
  test('a game that never rests is told so, beside what is under way at that moment', async () => {
    const harness = boardHarness({ clients: 1 })
    const room = harness.clients[0]?.join(Board)
    await harness.settle()
    const stop = harness.time.every(20, () => room?.send('set', { key: 'bot', value: harness.time.now() }))
    await expect(harness.settle({ limitMs: 2_000 })).rejects.toThrow(
      /messages of p1 are under way[^]*somebody goes on talking/,
    )
    stop()
    await harness.settle()
    await harness.close()
  })

  test('[HN3] waits for stalls, reconnects and rooms', async () => {
    const harness = boardHarness({ profile: 'spec' })
    const [a, b] = harness.clients
    const rooms = [a!.join(Board), b!.join(Board)]
    await harness.settle()
    a!.net.zombie()
    rooms[1]!.send('set', { key: 'x', value: 1 })
    await harness.settle()
    expect(rooms[0]!.state).toEqual({ cells: { x: 1 }, list: [] })
    await harness.close()
  })

  test('[HN3] who only looks on is in, and compared like a player', async () => {
    const harness = boardHarness({ setup: (server) => server.define(Board, { maxSpectators: 1 }) })
    const [a, b] = harness.clients
    const played = a!.join(Board)
    await harness.settle()
    const seen = b!.join(Board, { id: played.id ?? '', spectate: true })
    harness.server.getRoom(played.id ?? '')?.update((draft) => Object.assign(draft, { cells: { x: 1 } }))
    await harness.settle()
    expect(seen.state).toEqual({ cells: { x: 1 }, list: [] })
    b!.net.dropNext(1_000, 'down')
    harness.server.getRoom(played.id ?? '')?.update((draft) => Object.assign(draft, { cells: { x: 2 } }))
    await expect(harness.settle({ limitMs: 2_000 })).rejects.toThrow(
      /p2, room ".+", cells\.x: the server has 2/,
    )
    await harness.close()
  })

  test('[HN3] says who has not come to rest, and what differs', async () => {
    const harness = boardHarness()
    const [a, b] = harness.clients
    const room = a!.join(Board)
    b!.join(Board)
    await harness.settle()
    await harness.stopServer()
    await expect(harness.settle({ limitMs: 5_000 })).rejects.toThrow(
      /p1 is (waiting|connecting) \(attempt \d/,
    )
    harness.startServer()
    await harness.settle()
    b!.net.dropNext(1_000, 'down')
    room.send('set', { key: 'x', value: 1 })
    await expect(harness.settle({ limitMs: 2_000 })).rejects.toThrow(
      /p2, room ".+", cells\.x: the server has 1, the client nothing \(versions 1 and 0\)/,
    )
    await harness.close()
  })

  test('[HN3] a handle that only a discarded render asked for keeps nobody from resting', async () => {
    const harness = boardHarness()
    const [a] = harness.clients
    a!.room(Board)
    await harness.settle({ limitMs: 5_000 })
    await harness.close()
  })

  test('[HN3] what a closed client was asked for waits for its connect(), not for time', async () => {
    const harness = boardHarness()
    const [a] = harness.clients
    await harness.settle()
    a!.close()
    const room = a!.join(Board)
    await harness.settle({ limitMs: 5_000 })
    a!.connect()
    await harness.settle()
    expect(room.status).toBe('joined')
    await harness.close()
  })

  test('[HN3] leaves out who has no network', async () => {
    const harness = boardHarness()
    const [a] = harness.clients
    a!.join(Board)
    await harness.settle()
    a!.net.offline()
    await harness.time.advance(60_000)
    await harness.settle()
    a!.net.online()
    await harness.settle()
    expect(a!.status().status).toBe('open')
    await harness.close()
  })
})

describe('[HN4] delivery by hand', () => {
  test('[HN4] nothing passes but what is let through, one message at a time', async () => {
    const harness = boardHarness({ delivery: 'manual', clients: 1 })
    const [a] = harness.clients
    await harness.time.advance(5_000)
    expect(harness.waiting).toMatchObject([{ client: 'p1', direction: 'up', what: 'message' }])
    expect(harness.server.getClients()).toEqual([])

    expect(await harness.deliver()).toBe(1)
    expect(harness.server.getClients().length).toBe(1)
    expect(a!.status().status).toBe('connecting')
    expect(await harness.deliver()).toBe(1)
    expect(a!.status().status).toBe('open')
    const room = a!.join(Board)
    await harness.time.advance(5_000)
    expect(room.status).toBe('joining')
    expect(await harness.deliverAll()).toBeGreaterThan(1)
    expect(room.status).toBe('joined')
    await harness.close()
  })

  test('[HN4] a cut loses what waits; a goodbye waits in its turn', async () => {
    const harness = boardHarness({ delivery: 'manual', clients: 1 })
    const [a] = harness.clients
    await harness.deliverAll()
    a!.emit('note', { n: 1 })
    await harness.time.advance(10)
    expect(harness.waiting.length).toBe(1)
    a!.net.cut()
    await harness.time.flushMicrotasks()
    expect(harness.waiting).toEqual([])
    expect(a!.status().status).toBe('waiting')
    await harness.time.advance(2_000)
    await harness.deliverAll()
    expect(a!.status().status).toBe('open')
    a!.close()
    await harness.time.advance(10)
    expect(harness.waiting.map(({ direction, what }) => `${what} ${direction}`)).toContain('close up')
    expect(harness.server.getClients().length).toBe(1)
    await harness.deliverAll()
    expect(harness.server.getClients().length).toBe(0)
    await harness.close()
  })

  test('[HN4] is refused where time delivers', async () => {
    const harness = boardHarness()
    await expect(harness.deliver()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(harness.waiting).toEqual([])
    await harness.close()
  })
})

test('[HN5] a killed server runs nothing more; its clients see a cut and find the next one', async () => {
  const ticked = vi.fn<() => void>()
  const left = vi.fn<() => void>()
  let starts = 0
  const harness = boardHarness({
    setup(server) {
      starts++
      defineBoard(server)
      server.on('disconnection', left)
      if (starts === 1) server.time.every(10, ticked)
    },
  })
  const [a] = harness.clients
  await harness.settle()
  const reasons: string[] = []
  a!.on('disconnect', (reason) => void reasons.push(reason))
  harness.killServer()
  ticked.mockClear()
  expect(() => harness.server).toThrow(/No server runs/)
  await harness.time.advance(5_000)
  expect(a!.status().status).not.toBe('open')
  harness.startServer()
  await harness.settle()
  expect(reasons).toEqual(['transport close'])
  expect(starts).toBe(2)
  expect([ticked.mock.calls.length, left.mock.calls.length]).toEqual([0, 0])
  expect(harness.server.getClients().length).toBe(2)
  await harness.close()
})

test('[HN6] after close no timer is left, whatever was going on; one that is left is named an error', async () => {
  const harness = boardHarness({ profile: 'train' })
  for (const client of harness.clients) client.join(Board)
  await harness.settle()
  harness.clients[0]!.net.zombie()
  harness.clients[1]!.net.offline()
  void harness.clients[0]!.request('echo', { n: 1 }).catch(() => {})
  await harness.time.advance(3_000)
  await harness.close()
  await harness.close()
  expect(harness.time.pending).toBe(0)

  const leaky = createHarness()
  leaky.time.every(1_000, () => {})
  await expect(leaky.close()).rejects.toThrow(
    /^1 timer is left after everything was closed\. .+ undo, and calls it before close\(\)/,
  )
})

test('[HN6] a harness that was never used closes as well', async () => {
  await createHarness<ContractShape>({ clients: 3 }).close()
})

test('[HN3] settle names what only the test can do: deliver by hand, and start a server', async () => {
  const harness = boardHarness({ clients: 1, delivery: 'manual' })
  await expect(harness.settle({ limitMs: 1_000 })).rejects.toThrow(/- 1 arrived and wait for deliver\(\)/)
  await harness.close()

  const alone = boardHarness({ clients: 1 })
  await alone.settle()
  alone.killServer()
  await expect(alone.settle({ limitMs: 5_000 })).rejects.toThrow(
    '- no server runs: startServer() starts one\n- p1 is',
  )
  await alone.close()
})

test('who waits for a message of a client moves its clock on', async () => {
  const harness = boardHarness({ clients: 1 })
  const [a] = harness.clients
  a?.join(Board)
  await harness.settle()
  const said = waitForMessage(a!, 'said')
  harness.server.rooms()[0]?.broadcast('said', { text: 'hello' })
  expect((await said).payload).toEqual({ text: 'hello' })
  await expect(collectMessages(a!, 1)).rejects.toThrow('0 of 1 messages came. Nothing came. Waited 4000 ms.')
  await harness.close()
})

test('names belong to one client each', async () => {
  const harness = boardHarness({ clients: 0 })
  expect(harness.client({ name: 'ada' }).name).toBe('ada')
  expect(() => harness.client({ name: 'ada' })).toThrow(/"ada"/)
  await harness.close()
})
