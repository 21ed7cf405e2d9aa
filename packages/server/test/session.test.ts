import type { Time } from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, test, vi } from 'vitest'
import { createKit, type Kit, type Peer } from './peer-kit.js'

async function comeBack({ join }: Kit, peer: Peer, more: Partial<Peer['session']> = {}): Promise<Peer> {
  return join({ session: { ...peer.session, ...more } })
}

/** Everything that happens to sessions, as words. */
function watch({ server }: Kit): string[] {
  const seen: string[] = []
  server.on('connection', (client) => {
    seen.push('connection')
    client.on('drop', (reason) => seen.push(`drop: ${reason}`))
    client.on('resume', () => seen.push('resume'))
    client.on('disconnect', (reason) => seen.push(`disconnect: ${reason}`))
  })
  server.on('disconnection', (_client, reason) => seen.push(`disconnection: ${reason}`))
  return seen
}

test('[RC2] a client back within the window gets what it missed, once, in order, after the welcome', async () => {
  const kit = createKit()
  const { server, settle, time } = kit
  const peer = await kit.join()
  server.emit('n', 1)
  peer.emit('hello')
  await settle()
  peer.cut()
  await settle()
  for (const n of [2, 3, 4]) server.emit('n', n)
  await time.advance(119_999)
  const back = await comeBack(kit, peer)
  server.emit('n', 5)
  await settle()
  expect(back.log[0]).toMatchObject({ kind: 'welcome', outcome: 'snapshot', missed: 3, id: peer.welcome.id })
  expect(back.payloads('n')).toEqual([2, 3, 4, 5])
})

test('[RC1][RC2] with both directions busy nothing is lost and nothing comes twice, drop after drop', async () => {
  const kit = createKit({ maxMessagesPerSecond: 0 })
  const { server, settle, time } = kit
  const heard: unknown[] = []
  server.on('up', (client, n) => {
    heard.push(n)
    client.emit('down', n)
  })
  let peer = await kit.join()
  const down: unknown[] = []
  const kept: unknown[] = []
  let sent = 0
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 7; i++) {
      kept.push(sent)
      peer.emit('up', sent++)
    }
    server.emit('down', `server ${round}`)
    // Cut in the middle of it: what was under way in either direction is lost with the pipe.
    if (round % 2 === 0) await settle()
    peer.cut()
    await time.advance(10)
    down.push(...peer.payloads('down'))
    server.emit('down', `away ${round}`)
    const before = peer
    peer = await comeBack(kit, before)
    // The client's half of the bargain: it sends again what the welcome does not confirm.
    for (const n of kept.slice(peer.welcome.received)) peer.emit('up', n)
    peer.received += before.received
    await settle()
  }
  down.push(...peer.payloads('down'))
  expect(heard).toEqual(kept)
  const echoes = down.filter((n) => typeof n === 'number')
  expect(echoes).toEqual(kept)
  expect(down).toHaveLength(kept.length + 20)
})

test('[RC3] connection and disconnection come once per session, drop and resume once per socket', async () => {
  const kit = createKit({ recovery: { retentionMs: 1000 } })
  const seen = watch(kit)
  const peer = await kit.join()
  peer.cut()
  await kit.time.advance(999)
  const back = await comeBack(kit, peer)
  back.cut()
  await kit.time.advance(999)
  expect(seen).toEqual(['connection', 'drop: transport close', 'resume', 'drop: transport close'])
  await kit.time.advance(1)
  expect(seen.slice(4)).toEqual(['disconnect: transport close', 'disconnection: transport close'])
})

test('[RC3] who comes after the window is told so, and what was lost', async () => {
  const kit = createKit({ recovery: { retentionMs: 1000 } })
  const peer = await kit.join()
  peer.cut()
  await kit.settle()
  kit.server.emit('n', 1)
  kit.server.emit('n', 2)
  await kit.time.advance(1000)
  const back = await comeBack(kit, peer)
  expect(back.welcome).toMatchObject({ outcome: 'expired', reason: 'window', lost: 2, received: 0 })
  expect(back.welcome.id).not.toBe(peer.welcome.id)
})

test('[RC3][RC7] past the bounds of what is kept the outcome is expired, reason overflow', async () => {
  const kit = createKit({ recovery: { maxBufferSize: 3 } })
  const seen = watch(kit)
  const peer = await kit.join()
  peer.cut()
  await kit.settle()
  for (const n of [1, 2, 3, 4]) kit.server.emit('n', n)
  const back = await comeBack(kit, peer)
  expect(back.welcome).toMatchObject({ outcome: 'expired', reason: 'overflow', lost: 4 })
  expect(back.payloads('n')).toEqual([])
  expect(seen).toEqual([
    'connection',
    'drop: transport close',
    'disconnect: session expired',
    'disconnection: session expired',
    'connection',
  ])
})

test('[RC7] bytes are bounded too, and a client that confirms past the gap can be resumed again', async () => {
  const kit = createKit({ recovery: { maxBufferBytes: 1000 } })
  const peer = await kit.join()
  kit.server.emit('big', 'x'.repeat(2000))
  kit.server.emit('n', 1)
  await kit.settle()
  peer.cut()
  await kit.settle()
  kit.server.emit('n', 2)
  const back = await comeBack(kit, peer)
  expect(back.welcome).toMatchObject({ outcome: 'snapshot', missed: 1 })
})

test('[RC4] every welcome carries a new token; the one before is good until the client speaks under the new one', async () => {
  const kit = createKit()
  const first = await kit.join()
  const second = await comeBack(kit, first)
  expect(second.welcome.token).not.toBe(first.welcome.token)
  // The welcome of `second` may have been lost on the way: its client still has the first token.
  const third = await comeBack(kit, first)
  expect(third.welcome.outcome).toBe('snapshot')
  third.say({ kind: 'ping', at: 1, received: 0 })
  await kit.settle()
  const stale = await comeBack(kit, first)
  expect(stale.welcome).toMatchObject({ outcome: 'expired', reason: 'restart' })
  expect(third.closed).toBeNull()
})

test('[RC4] the token that was presented last stays good, also when it was itself new', async () => {
  const kit = createKit()
  const first = await kit.join()
  const second = await comeBack(kit, first)
  await comeBack(kit, second)
  // That welcome was lost as well; its client still has the second token.
  expect((await comeBack(kit, second)).welcome.outcome).toBe('snapshot')
})

test('[RC4] a token that was never used does not outlive the next welcome', async () => {
  const kit = createKit()
  const first = await kit.join()
  const second = await comeBack(kit, first)
  await comeBack(kit, first)
  const late = await comeBack(kit, second)
  expect(late.welcome).toMatchObject({ outcome: 'expired', reason: 'restart' })
})

test('[RC4] whoever presents a valid token takes the session over, and the other connection is fenced', async () => {
  const kit = createKit()
  const heard: unknown[] = []
  kit.server.on('n', (_client, n) => void heard.push(n))
  const first = await kit.join()
  const second = await comeBack(kit, first)
  expect(first.of('error')).toMatchObject([{ code: 'SESSION_TAKEN_OVER', fatal: true }])
  expect(first.closed).toMatchObject({ code: 4017 })
  first.emit('n', 'from the old one')
  second.emit('n', 'from the new one')
  await kit.settle()
  expect(heard).toEqual(['from the new one'])
  expect(kit.server.getClients()).toHaveLength(1)
})

test('[RC5] an id without its token is answered like an unknown session, and the session is not touched', async () => {
  const kit = createKit()
  const peer = await kit.join()
  const thief = await comeBack(kit, peer, { token: 'guess' })
  const stranger = await kit.join({ session: { id: 'nobody', token: 'guess', received: 0 } })
  for (const { welcome } of [thief, stranger]) {
    expect(welcome).toMatchObject({ outcome: 'expired', reason: 'restart' })
    expect(welcome.lost).toBeUndefined()
    expect(welcome.id).not.toBe(peer.welcome.id)
  }
  expect(peer.closed).toBeNull()
  expect((await comeBack(kit, peer)).welcome.outcome).toBe('snapshot')
})

test('[RC5] nor does a guess learn that a session has run out of time', async () => {
  const kit = createKit({ recovery: { retentionMs: 1000 } })
  const peer = await kit.join()
  peer.cut()
  await kit.time.advance(1000)
  const thief = await comeBack(kit, peer, { token: 'guess' })
  expect(thief.welcome.reason).toBe('restart')
})

test('[RC6] the server confirms after 64 reliable messages', async () => {
  const { join, settle, server } = createKit()
  server.on('n', () => {})
  const peer = await join()
  for (let n = 0; n < 63; n++) peer.emit('n', n)
  peer.say({ kind: 'event', type: 'n', volatile: true })
  await settle()
  expect(peer.of('received')).toEqual([])
  peer.emit('n', 63)
  await settle()
  expect(peer.of('received')).toEqual([{ kind: 'received', count: 64 }])
})

test('[RC6] and after one second, but not when a pong has said it', async () => {
  const { join, time, server } = createKit()
  server.on('n', () => {})
  const peer = await join()
  peer.emit('n', 1)
  await time.advance(1000)
  expect(peer.of('received')).toEqual([{ kind: 'received', count: 1 }])
  peer.emit('n', 2)
  peer.say({ kind: 'ping', at: 7, received: 0 })
  await time.advance(1000)
  expect(peer.of('pong')).toMatchObject([{ at: 7, received: 2 }])
  expect(peer.of('received')).toHaveLength(1)
})

test.each([
  ['received', (peer: Peer) => peer.say({ kind: 'received', count: 99 })],
  ['ping', (peer: Peer) => peer.say({ kind: 'ping', at: 0, received: 99 })],
  ['pong', (peer: Peer) => peer.say({ kind: 'pong', at: 0, received: 99 })],
])('[RC6] a forged count in %s ends the connection with MALFORMED_FRAME', async (_kind, forge) => {
  const { join, settle } = createKit()
  const peer = await join()
  forge(peer)
  await settle()
  expect(peer.of('error')).toMatchObject([{ code: 'MALFORMED_FRAME', fatal: true }])
})

test('[RC6] a forged count at a resume is refused and leaves the session as it was', async () => {
  const kit = createKit()
  const peer = await kit.join()
  const dialed = kit.dial()
  dialed.hello({ session: { ...peer.session, received: 99 } })
  await kit.settle()
  expect(dialed.closed).toMatchObject({ code: 4002 })
  expect(peer.closed).toBeNull()
})

test('[RC6] confirmed messages are not sent again', async () => {
  const kit = createKit()
  const peer = await kit.join()
  kit.server.emit('n', 1)
  await kit.settle()
  peer.say({ kind: 'received', count: 1 })
  await kit.settle()
  peer.cut()
  await kit.settle()
  const back = await comeBack(kit, peer)
  expect(back.welcome.missed).toBe(0)
  expect(back.payloads('n')).toEqual([])
})

test('[RC9] a client that closes on purpose ends its session at once', async () => {
  const kit = createKit()
  const seen = watch(kit)
  const peer = await kit.join()
  peer.transport.close(1000)
  await kit.settle()
  expect(seen).toEqual(['connection', 'disconnect: client disconnect', 'disconnection: client disconnect'])
  expect((await comeBack(kit, peer)).welcome).toMatchObject({ outcome: 'expired', reason: 'restart' })
})

test.each([1001, 4019])(
  '[RC10] a page that says that it goes away (%i) is away at once and gone in 5 s; a reload comes back',
  async (code) => {
    const kit = createKit()
    const seen = watch(kit)
    const [tab, reloaded] = [await kit.join(), await kit.join()]
    tab.emit('hello')
    reloaded.emit('hello')
    await kit.settle()
    tab.transport.close(code)
    reloaded.transport.close(code)
    await kit.settle()
    expect(kit.server.getClients().map(({ connected }) => connected)).toEqual([false, false])
    await kit.time.advance(4_999)
    expect((await comeBack(kit, reloaded)).welcome.outcome).toBe('snapshot')
    await kit.time.advance(1)
    expect(seen.slice(-2)).toEqual(['disconnect: transport close', 'disconnection: transport close'])
    expect((await comeBack(kit, tab)).welcome).toMatchObject({ outcome: 'expired', reason: 'window' })
    expect(kit.server.getClients()).toHaveLength(2)
  },
)

test('[RC10] a page that is put aside for the back button (4020) has the whole window', async () => {
  const kit = createKit()
  const peer = await kit.join()
  peer.emit('hello')
  await kit.settle()
  peer.transport.close(4020)
  await kit.time.advance(119_999)
  expect((await comeBack(kit, peer)).welcome.outcome).toBe('snapshot')
})

test('[RC10] leaveMs says how long; it is never longer than the window', async () => {
  const kit = createKit({ recovery: { retentionMs: 3_000, leaveMs: 60_000 } })
  const peer = await kit.join()
  peer.transport.close(4019)
  await kit.time.advance(3_000)
  expect(kit.server.getClients()).toEqual([])
})

test('[RC11] a session whose client never spoke under its first welcome is kept for 10 s', async () => {
  const kit = createKit()
  const [silent, spoke] = [await kit.join(), await kit.join()]
  spoke.emit('hello')
  await kit.settle()
  silent.cut()
  spoke.cut()
  await kit.time.advance(9_999)
  expect(kit.server.getClients()).toHaveLength(2)
  await kit.time.advance(1)
  expect(kit.server.getClients().map(({ id }) => id)).toEqual([spoke.welcome.id])
})

test('[RC11, HS2] what rides with the hello says nothing of the welcome: nobody may know of that session', async () => {
  for (const isAsked of [false, true]) {
    const kit = createKit()
    if (isAsked) kit.server.use((_client, next) => void kit.time.after(100, () => next()))
    const peers = [kit.dial(), kit.dial()]
    for (const peer of peers)
      peer.say({ kind: 'hello', version: 3 }, { kind: 'join', ackId: 1, how: 'join', room: 'chat' })
    kit.server.on('connection', (client) => client.join('chat'))
    await kit.time.advance(200)
    const [silent, spoke] = peers
    expect(silent!.log.map(({ kind }) => kind)).toEqual(['welcome', 'joined', 'joined'])
    spoke!.say({ kind: 'ping', at: 1, received: 1 })
    await kit.settle()
    for (const peer of peers) peer.cut()
    await kit.time.advance(10_000)
    expect(kit.server.getClients().map(({ id }) => id)).toEqual([spoke!.welcome.id])
  }
})

test('[RC11] who came back has read the welcome, and is waited for however soon it is cut again', async () => {
  const kit = createKit()
  const peer = await kit.join()
  peer.cut()
  await kit.settle()
  const back = await comeBack(kit, peer)
  back.cut()
  await kit.time.advance(119_999)
  expect((await comeBack(kit, back)).welcome.outcome).toBe('snapshot')
})

test('[RC12] who comes back with nothing is told its rooms in the frame of the welcome, then their state', async () => {
  const kit = createKit()
  const game = kit.server.room('game', { round: 1 })
  kit.server.on('connection', (client) => {
    client.join('chat')
    client.join('game')
  })
  const peer = await kit.join()
  peer.emit('hello')
  await kit.settle()
  peer.transport.close(4019)
  await kit.settle()
  game.update((draft) => void Object.assign(draft, { round: 2 }))
  const back = await kit.join({
    session: { ...peer.session, versions: [['game', game.version]], fresh: true },
  })
  expect(back.frames[0]).toMatchObject([
    { kind: 'welcome', outcome: 'snapshot', id: peer.welcome.id },
    { kind: 'joined', room: 'chat', type: 'event' },
    { kind: 'joined', room: 'game', type: 'state' },
    { kind: 'snapshot', room: 'game', state: { round: 2 } },
    { kind: 'presences', room: 'game', full: true },
  ])
})

test('[RC3] without recovery a session ends with its connection', async () => {
  const kit = createKit({ recovery: false })
  const seen = watch(kit)
  const peer = await kit.join()
  expect(peer.welcome.windowMs).toBe(0)
  peer.cut()
  await kit.settle()
  expect(seen).toEqual(['connection', 'disconnect: transport close', 'disconnection: transport close'])
})

test('[RC3] rooms survive a drop, and a resumed client is still addressed through them', async () => {
  const kit = createKit()
  kit.server.on('connection', (client) => client.join('lobby'))
  const peer = await kit.join()
  peer.cut()
  await kit.settle()
  kit.server.to('lobby').emit('n', 1)
  const back = await comeBack(kit, peer)
  kit.server.to('lobby').emit('n', 2)
  await kit.settle()
  expect(back.payloads('n')).toEqual([1, 2])
})

test('[EV1] a question of the server is answered across a reconnect, once', async () => {
  const kit = createKit()
  let client = kit.server.getClients()[0]
  kit.server.on('connection', (one) => (client = one))
  const peer = await kit.join()
  const answer = client?.request('ready?')
  peer.cut()
  await kit.settle()
  const back = await comeBack(kit, peer)
  const ackId = back.of('event')[0]?.ackId ?? -1
  back.say({ kind: 'ack', ackId, data: 'yes' }, { kind: 'ack', ackId, data: 'no' })
  await kit.settle()
  await expect(answer).resolves.toBe('yes')
})

test('[EV1] questions of a session that ends are settled at once', async () => {
  const kit = createKit()
  const peer = await kit.join()
  const [client] = kit.server.getClients()
  const answer = client?.request('ready?')
  const failed = expect(answer).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
  peer.transport.close(1000)
  await kit.settle()
  await failed
  await expect(client?.request('again?')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
})

test('[HB1] the server asks after silence, and answers a ping at once with the same time', async () => {
  const { join, time } = createKit({ heartbeatInterval: 1000 })
  const peer = await join()
  await time.advance(1000)
  const [ping] = peer.of('ping')
  expect(ping).toMatchObject({ received: 0 })
  await time.advance(30)
  peer.say({ kind: 'pong', at: ping?.at ?? -1, received: 0 })
  await time.advance(900)
  expect(peer.of('ping')).toHaveLength(1)
})

test('[HB1] the round trip is measured by the server, and not by what a pong claims', async () => {
  const { join, time, server } = createKit({ heartbeatInterval: 1000 })
  const peer = await join()
  const [client] = server.getClients()
  await time.advance(1000)
  peer.say({ kind: 'pong', at: -1e9, received: 0 })
  await time.advance(30)
  expect(client?.rtt).toBeNull()
  peer.say({ kind: 'pong', at: peer.of('ping')[0]?.at ?? -1, received: 0 })
  await time.advance(0)
  expect(client?.rtt).toBe(30)
})

test('[HB2] who is silent for twice the heartbeat is gone: Ping timeout, and the session may come back', async () => {
  const kit = createKit({ heartbeatInterval: 1000 })
  const seen = watch(kit)
  const peer = await kit.join()
  await kit.time.advance(1999)
  expect(peer.closed).toBeNull()
  await kit.time.advance(1)
  expect(peer.closed?.code).toBe(4014)
  expect(seen).toEqual(['connection', 'drop: Ping timeout'])
  expect((await comeBack(kit, peer)).welcome.outcome).toBe('snapshot')
})

test('[HB2] a stall of the server itself ends nobody: who was not asked yet is asked first', async () => {
  const kit = createKit({ heartbeatInterval: 1000 })
  const peer = await kit.join()
  // One long step: the timer that was due after a second runs after ten.
  const { now } = kit.time
  const clock = vi.spyOn(kit.time, 'now').mockImplementation(() => now() + 9000)
  await kit.time.advance(1000)
  expect(peer.of('ping')).toHaveLength(1)
  expect(peer.closed).toBeNull()
  clock.mockRestore()
})

test('[IN4] inputs and interests are refused by name, not more often than anybody reads, and the connection goes on', async () => {
  const kit = createKit()
  const peer = await kit.join()
  peer.say({ kind: 'interest', room: 'r', sendHz: 20 })
  for (let i = 0; i < 30; i++) peer.say({ kind: 'input', channel: 1, tick: 40 + i, inputs: [i] })
  await kit.settle()
  const refusals = peer.of('error')
  expect(refusals).toHaveLength(10)
  expect(refusals[0]).toEqual({
    kind: 'error',
    code: 'NOT_SUPPORTED',
    message: 'This server does not take "interest" messages.',
  })
  expect(refusals[1]?.message).toContain('"input"')
  // The interest counts; the inputs do not.
  peer.say({ kind: 'ping', at: 1, received: peer.received })
  await kit.settle()
  expect(peer.of('pong')).toMatchObject([{ received: 1 }])
  expect(peer.closed).toBeNull()
})

/** A host whose clocks a test may move: `steady` by work that takes its time, `wall` by an operator. */
function createMovableTime() {
  const base = createFakeTime()
  const moved = { steady: 0, wall: 0 }
  const time: Time = {
    ...base,
    now: () => base.now() + moved.steady,
    wallNow: () => base.wallNow() + moved.steady + moved.wall,
  }
  return { time, moved, advance: base.advance }
}

test('[CK1] a pong says the server’s clock, and how long the ping waited for it', async () => {
  const { time, moved } = createMovableTime()
  const kit = createKit({ time })
  const peer = await kit.join()
  peer.say({ kind: 'ping', at: 7, received: 0 })
  await kit.settle()
  expect(peer.of('pong')).toEqual([{ kind: 'pong', at: 7, received: 0, serverNow: time.wallNow() }])
  // Between the arrival of a frame and the reading of what is in it something takes its time.
  kit.server.inspector.listen(({ kind }) => void (moved.steady += kind === 'frame' ? 2.5 : 0))
  peer.say({ kind: 'ping', at: 9, received: 0 })
  await kit.settle()
  expect(peer.of('pong')[1]).toMatchObject({ at: 9, heldMs: 2.5 })
})

test('[CK2] who sets the host’s clock steps nobody’s game', async () => {
  const { time, moved, advance } = createMovableTime()
  const kit = createKit({ time })
  const peer = await kit.join()
  const { serverNow } = peer.welcome
  moved.wall = -3_600_000
  await advance(1_000)
  peer.say({ kind: 'ping', at: 1, received: 0 })
  const later = await kit.join()
  expect(peer.of('pong')[0]?.serverNow).toBe(serverNow + 1_000)
  expect(later.welcome.serverNow).toBe(serverNow + 1_000)
})
