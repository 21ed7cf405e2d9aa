// Attacks on sessions, over real sockets: what is refused costs a few bytes, and the session attacked never notices.
import { createWireCodec, defineRoom, type Message } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { RawPeer, listen } from './hostile-kit.js'
import { createKit } from './peer-kit.js'
import { createTestRooms } from './room-kit.js'

const codec = createWireCodec()

interface Welcome {
  id: string
  token: string
  outcome: string
  reason?: string
  lost?: number
}

/** A socket that says these messages first, and counts what it is told. */
async function dial(url: string, ...messages: Message[]) {
  const peer = new RawPeer(url, 'painda.v3')
  const heard = { bytes: 0 }
  peer.socket.on('message', (data: Buffer) => void (heard.bytes += data.byteLength))
  await peer.opened()
  say(peer, ...messages)
  return { peer, heard }
}

function say(peer: RawPeer, ...messages: Message[]): void {
  for (const frame of codec.pack(messages.map((message) => codec.encode(message)))) peer.socket.send(frame)
}

async function join(url: string) {
  const dialled = await dial(url, { kind: 'hello', version: 3 })
  return { ...dialled, welcome: (await dialled.peer.got('welcome')) as Welcome }
}

const hello = (session: { id: string; token: string; received: number }): Message => ({
  kind: 'hello',
  version: 3,
  session,
})

/** The attacked client still stands, and hears what is sent to it. */
async function stillStands(
  server: { getClient(id: string): { emit(type: string): void } | undefined },
  peer: RawPeer,
  id: string,
) {
  server.getClient(id)?.emit('still')
  await peer.got('still')
  expect(peer.closed).toBeNull()
}

describe('an attacked session', () => {
  test.each(['', 'x', 'A'.repeat(32)])(
    '[RC5] is told apart from none by no token but its own (%j)',
    async (token) => {
      const { server, url } = await listen()
      const victim = await join(url)
      const { id } = victim.welcome
      const thief = await dial(url, hello({ id, token, received: 0 }))
      const stranger = await dial(url, hello({ id: 'nobody', token, received: 0 }))
      const [told, other] = (await Promise.all([
        thief.peer.got('welcome'),
        stranger.peer.got('welcome'),
      ])) as [Welcome, Welcome]
      expect(told).toMatchObject({ outcome: 'expired', reason: 'restart' })
      expect(told.id).not.toBe(id)
      expect(told.lost).toBe(other.lost)
      // Ids and times may differ by a byte.
      expect(Math.abs(thief.heard.bytes - stranger.heard.bytes)).toBeLessThan(5)
      expect(server.getStats().clients).toBe(3)
      await stillStands(server, victim.peer, id)
    },
  )

  test('[RC4] is not taken by a token that was stolen and is older than its last confirmation', async () => {
    const { server, url } = await listen()
    const first = await join(url)
    const { id, token } = first.welcome
    const second = await dial(url, hello({ id, token, received: 0 }))
    await second.peer.got('welcome')
    // Its first word under the new token makes the old one void.
    say(second.peer, { kind: 'ping', at: 1, received: 0 })
    await second.peer.got('pong')
    const thief = await dial(url, hello({ id, token, received: 0 }))
    expect(await thief.peer.got('welcome')).toMatchObject({ outcome: 'expired', reason: 'restart' })
    await stillStands(server, second.peer, id)
  })

  test('[RC6] is not moved by a cursor from the future; that connection ends, and the right one comes back', async () => {
    const { server, url } = await listen()
    const { peer, welcome } = await join(url)
    const { id, token } = welcome
    server.getClient(id)?.emit('one')
    await peer.got('one')
    peer.socket.terminate()
    const thief = await dial(url, hello({ id, token, received: 1_000 }))
    await expect(thief.peer.ended()).resolves.toMatchObject({ code: expect.any(Number) })
    expect(thief.peer.errors).toEqual(['MALFORMED_FRAME'])
    expect(thief.heard.bytes).toBeLessThan(200)
    const back = await dial(url, hello({ id, token, received: 0 }))
    expect(await back.peer.got('welcome')).toMatchObject({ outcome: 'snapshot', missed: 1 })
    await back.peer.got('one')
  })

  test.each([
    ['received', { kind: 'received', count: 1e9 }],
    ['ping', { kind: 'ping', at: 1, received: 1e9 }],
    ['pong', { kind: 'pong', at: 1, received: 1e9 }],
  ] as const)('[RC6] ends a connection that confirms by %s what was never sent', async (_name, message) => {
    const { server, url } = await listen()
    const { peer, welcome } = await join(url)
    say(peer, message)
    await peer.ended()
    expect(peer.errors).toEqual(['MALFORMED_FRAME'])
    // The session stands: the next connection goes on where it was.
    expect(server.getClient(welcome.id)?.connected).toBe(false)
  })

  test('[EV1, BP1] forged answers settle nothing: not a question of another number, not a ping of another time', async () => {
    const { server, url } = await listen()
    const { peer, welcome } = await join(url)
    const client = server.getClient(welcome.id)
    const answer = client?.request<number>('sum')
    const forged: Message[] = Array.from({ length: 100 }, (_, i) => ({
      kind: 'ack',
      ackId: i + 50,
      data: 666,
    }))
    say(peer, ...forged, { kind: 'pong', at: 12, received: 0 })
    await peer.got('sum')
    say(peer, { kind: 'ack', ackId: 0, data: 7 }, { kind: 'ack', ackId: 1, data: 7 })
    expect(await answer).toBe(7)
    expect(client?.rtt).toBeNull()
  })

  test('[RC4, BP6] floods of resumes leave one session, one connection, and not a state for each', async () => {
    const { server, url } = await listen({ maxConnectionsPerIp: 100_000 })
    const Big = defineRoom({ name: 'big', state: () => ({ text: 'x'.repeat(100_000) }) })
    server.define(Big, { mayChooseId: () => true })
    const first = await join(url)
    say(first.peer, { kind: 'join', ackId: 0, how: 'joinOrCreate', name: 'big', room: 'b' })
    await first.peer.got('snapshot')
    let { id, token } = first.welcome
    let bytes = 0
    for (let i = 0; i < 100; i++) {
      const { peer, heard } = await dial(url, hello({ id, token, received: 1 }))
      const welcome = (await peer.got('welcome')) as Welcome
      expect(welcome.outcome).toBe('snapshot')
      ;({ id, token } = welcome)
      bytes += heard.bytes
    }
    expect(server.getStats()).toMatchObject({ clients: 1, connected: 1 })
    // A burst of four and two a second, not a hundred: ten seconds of a slow machine at the most.
    expect(bytes).toBeLessThan(25 * 100_000)
  })
})

describe('a crowd that never says hello', () => {
  test('[HS7] costs no session: ten thousand are gone with the handshake time, and so are their timers', async () => {
    const { server, time, dial: open } = createKit({ handshakeTimeoutMs: 1_000 })
    const idle = time.pending
    const crowd = Array.from({ length: 10_000 }, () => open())
    expect(server.getStats()).toMatchObject({ clients: 0, connected: 0 })
    await time.advance(1_000)
    await time.flushMicrotasks()
    expect(crowd.every(({ closed }) => closed !== null)).toBe(true)
    // Each was told why, once.
    expect(crowd.every(({ log }) => log.length === 1)).toBe(true)
    expect(time.pending).toBe(idle)
    await server.close()
  })

  test('[LM1] behind a slow gate keeps 256 kB each at most', async () => {
    const { server, dial: open, settle } = createKit()
    server.use(() => new Promise(() => {}))
    const peer = open()
    peer.hello()
    for (let i = 0; i < 30; i++) peer.emit('big', 'x'.repeat(10_000))
    await settle()
    expect(peer.of('error').map(({ code }) => code)).toEqual(['RATE_LIMITED'])
    expect(server.getStats().clients).toBe(0)
    await server.close()
  })

  test('[HS7] from one address holds 256 sockets and no more', async () => {
    const { server, url } = await listen()
    const sockets = Array.from({ length: 300 }, () => new RawPeer(url, 'painda.v3'))
    await Promise.all(sockets.map((peer) => peer.opened()))
    const refused = sockets.slice(256)
    await Promise.all(refused.map((peer) => peer.ended()))
    expect(refused.every(({ closed }) => closed?.reason === 'too many connections')).toBe(true)
    expect(sockets.slice(0, 256).every(({ closed }) => closed === null)).toBe(true)
    expect(server.getStats().clients).toBe(0)
  })
})

describe('a client that asks for more than it sees', () => {
  const Vault = defineRoom({ name: 'vault', state: () => ({ text: 'x'.repeat(50_000) }) })

  test('[LM5] makes 64 rooms that outlive it, and no more', async () => {
    const { server, join: enter, settle } = createKit()
    server.define(Vault, { mayChooseId: () => true, autoDisposeMs: Infinity })
    const peer = await enter()
    for (let i = 0; i < 100; i++) {
      peer.say(
        { kind: 'join', ackId: i, how: 'create', name: 'vault', room: `v${i}` },
        { kind: 'leave', room: `v${i}` },
      )
      await settle()
    }
    expect(server.rooms().length).toBe(64)
    const refusals = peer.of('ack').map(({ error }) => error?.code)
    expect(refusals).toEqual(Array.from({ length: 36 }, () => 'TOO_MANY_ROOMS'))
    await server.close()
  })

  test('[BP6] by leaving and joining again gets four snapshots and then two a second', async () => {
    const kit = createTestRooms()
    kit.rooms.define(Vault, { autoDisposeMs: Infinity })
    const ann = kit.member('ann')
    for (let i = 0; i <= 60; i++) {
      await kit.join(ann, { name: 'vault', room: 'v' })
      await kit.ticks(3)
      if (i < 60) kit.rooms.leave(ann, 'v')
    }
    expect(ann.of('joined').length).toBe(61)
    expect(ann.of('snapshot').length).toBeLessThanOrEqual(11)
    await kit.ticks(60)
    // The last of them has come all the same.
    expect(ann.state('v')).toEqual({ text: 'x'.repeat(50_000) })
  })
})
