import { expect, test } from 'vitest'
import type { PPServer, PPServerClient, ServerOptions } from '../src/index.js'
import { listen, RawPeer } from './hostile-kit.js'
import { V2Client, type V2Options } from './v2-client-kit.js'

async function setup(
  serverOptions: ServerOptions = {},
  options?: V2Options,
): Promise<{ server: PPServer; url: string; peer: V2Client }> {
  const { server, url } = await listen({ recovery: true, ...serverOptions })
  const peer = await V2Client.connect(url, options)
  if ((serverOptions.recovery ?? true) !== false) await peer.got('__pp_session')
  return { server, url, peer }
}

/** Everything that was on its way to it has come. */
async function settled(server: PPServer, peer: V2Client): Promise<void> {
  const mark = `mark ${++marks}`
  server.getClient(peer.sid ?? '')?.emit('mark', mark)
  await peer.until(({ payload }) => payload === mark)
}
let marks = 0

const typesFrom = (peer: V2Client, start: number): string[] => peer.log.slice(start).map(({ type }) => type)

test('[VR1] without the option a v2 client is told of no session, and its wish to continue one is not heard', async () => {
  const { server, url } = await listen()
  server.on('hi', (_client, _payload, ack) => ack(null))
  const peer = await V2Client.connect(url)
  peer.sid = 'somebody'
  peer.rtoken = 'something'
  const again = await V2Client.connect(peer.nextUrl)
  await peer.ask('hi')
  await again.ask('hi')
  for (const one of [peer, again]) expect(one.payloads('__pp_session')).toEqual([])
  expect(again.payloads('__pp_recovery')).toEqual([])
  expect(server.getClients()).toHaveLength(2)
})

test('[VR1] nor with `recovery: false`; a v3 client has a session unless it is false', async () => {
  const { server, url } = await listen({ recovery: false })
  const peer = await V2Client.connect(url)
  server.on('connection', (client) => client.emit('hi'))
  await peer.got('hi')
  expect(peer.payloads('__pp_session')).toEqual([])
})

test('[VR2] once the middleware let it in, a client is told sid, offset 0 and a secret', async () => {
  const { server, url } = await listen({ recovery: true })
  server.use(async (client, next) => {
    await Promise.resolve()
    next(client.handshake.token === 'tok' ? undefined : new Error('No token'))
  })
  server.on('connection', (client) => client.emit('hi'))
  const peer = await V2Client.connect(url)
  await peer.got('hi')
  expect(typesFrom(peer, 0)).toEqual(['__pp_session', 'hi'])
  const [client] = server.getClients()
  expect(peer.log[0]?.payload).toEqual({
    sid: client?.id,
    offset: 0,
    rtoken: expect.stringMatching(/^[\w-]{32}$/),
  })

  const stranger = await V2Client.connect(url, { token: 'wrong' })
  await stranger.ended()
  expect(typesFrom(stranger, 0)).toEqual(['__pp_error'])
})

test('[VR3] the absolute number of application messages comes after each run of other frames', async () => {
  const { server, peer } = await setup()
  const client = server.getClients()[0] as PPServerClient
  server.on('save', (_client, _payload, ack) => {
    client.emit('n', 1)
    client.send({ type: 'n', payload: 2 }, { volatile: true })
    ack(null, 'saved')
    client.emit('n', 3)
  })
  await peer.ask('save')
  await settled(server, peer)
  expect(
    peer.log.slice(1).map(({ type, payload }) => [type, (payload as { offset?: number })?.offset]),
  ).toEqual([
    ['n', undefined],
    ['n', undefined],
    ['__pp_ack', undefined],
    ['__pp_session', 2],
    ['n', undefined],
    ['mark', undefined],
  ])
  expect(peer.offset).toBe(4)
})

test('[VR3] an error that ends the connection is no exception: the client comes back with the right number', async () => {
  const { server, peer } = await setup()
  server.emit('n', 1)
  await settled(server, peer)
  const start = peer.log.length
  const lost = new Promise<unknown>((resolve) => server.getClients()[0]?.on('drop', resolve))
  peer.sendBytes(Buffer.from('GARBAGE GARBAGE GARBAGE'))
  expect(await lost).toBe('malformed frame')
  expect(await peer.ended()).toMatchObject({ code: 4002 })
  expect(typesFrom(peer, start)).toEqual(['__pp_error', '__pp_session'])
  server.emit('n', 2)
  await peer.reopen()
  await settled(server, peer)
  expect(peer.payloads('n')).toEqual([1, 2])
  expect(peer.log.slice(start).find(({ type }) => type === '__pp_recovery')?.payload).toMatchObject({
    recovered: true,
    missedCount: 1,
  })
})

test.each(['frames', 'messages'] as const)(
  '[VR4] a client that counts %s gets what it missed exactly once, in order, across two reconnects',
  async (counts) => {
    const { server, peer } = await setup({}, { counts })
    const room = server.room('arena', { n: 0 })
    const client = server.getClients()[0] as PPServerClient
    room.join(client)
    server.presence.track(client, { name: 'Ada' })
    server.on('echo', (_client, payload, ack) => ack(null, payload))
    const sid = peer.sid
    const said: unknown[] = []
    const say = (n: number): void => {
      said.push(n)
      server.emit('n', n)
      room.update((draft) => void (draft.n = n))
    }

    for (const round of [0, 10, 20]) {
      say(round + 1)
      say(round + 2)
      await peer.ask('echo', round)
      say(round + 3)
      await settled(server, peer)
      await peer.cut(server)
      say(round + 4)
      say(round + 5)
      const start = peer.log.length
      await peer.reopen()
      await settled(server, peer)
      expect(typesFrom(peer, start).slice(0, 4)).toEqual(['__pp_recovery', '__pp_session', 'n', 'n'])
      const total = peer.log.slice(0, start + 4).filter(({ type }) => !type.startsWith('__pp_')).length
      expect(peer.log[start]?.payload).toEqual({ sid, offset: total, recovered: true, missedCount: 2 })
      expect(peer.log[start + 1]?.payload).toMatchObject({ sid, offset: total - 2 })
      expect(peer.rooms.get('arena')).toEqual({ n: round + 5 })
    }
    expect(peer.payloads('n')).toEqual(said)
    expect(server.getClients().map(({ id }) => id)).toEqual([sid])
  },
)

test('[VR4] what was on its way when the cable was cut comes again, and only that', async () => {
  const { server, peer } = await setup()
  server.emit('n', 1)
  await settled(server, peer)
  const client = server.getClients()[0] as PPServerClient
  // Said and never read: the cut comes first.
  for (const n of [2, 3, 4]) client.emit('n', n)
  await peer.cut(server)
  const read = peer.payloads('n').length
  await peer.reopen()
  await settled(server, peer)
  expect(peer.payloads('n')).toEqual([1, 2, 3, 4])
  expect(peer.payloads('__pp_recovery')).toMatchObject([{ recovered: true, missedCount: 4 - read }])
})

test('[VR4] a new connection takes over from one that the server still holds to be alive', async () => {
  const { server, peer, url } = await setup()
  const second = new V2Client(url)
  Object.assign(second, { sid: peer.sid, rtoken: peer.rtoken, offset: peer.offset })
  await second.open()
  await second.got('__pp_recovery')
  expect(await peer.ended()).toMatchObject({ code: 4017 })
  server.emit('n', 1)
  await second.got('n')
  expect(peer.payloads('n')).toEqual([])
  expect(server.getClients()).toHaveLength(1)
})

test.each([
  ['without a token', (peer: V2Client) => (peer.rtoken = null)],
  ['with a wrong token', (peer: V2Client) => (peer.rtoken = 'A'.repeat(32))],
  ['with an empty token', (peer: V2Client) => (peer.rtoken = '')],
  ['of nobody', (peer: V2Client) => (peer.sid = '11111111-2222-4333-8444-555555555555')],
])('[VR5] a stolen sid %s opens a fresh session and leaves the other as it was', async (_how, forge) => {
  const { server, peer, url } = await setup()
  server.on('connection', (client) => client.emit('welcome'))
  const thief = new V2Client(url)
  Object.assign(thief, { sid: peer.sid, rtoken: peer.rtoken, offset: 0 })
  forge(thief)
  server.getClients()[0]?.emit('secret', 1)
  await peer.got('secret')
  await thief.open()
  await thief.got('welcome')
  expect(typesFrom(thief, 0)).toEqual(['__pp_error', '__pp_recovery', '__pp_session', 'welcome'])
  expect(thief.log[0]?.payload).toEqual({ code: 'RECOVERY_AUTH_ERROR', message: 'Invalid recovery token' })
  expect(thief.log[1]?.payload).toEqual({ sid: thief.sid, offset: 0, recovered: false, missedCount: 0 })
  expect(thief.sid).not.toBe(peer.sid)
  expect(thief.rtoken).not.toBe(peer.rtoken)

  await settled(server, peer)
  expect(peer.closed).toBeNull()
  await peer.cut(server)
  await peer.reopen()
  expect(await peer.got('__pp_recovery')).toMatchObject({ sid: peer.sid, recovered: true })
})

test.each([
  ['from the future', '7'],
  ['that is no number', 'NaN'],
  ['below zero', '-1'],
  ['with a fraction', '0.5'],
  ['that is huge', '1'.repeat(400)],
  ['that is missing', null],
])('[VR6] an offset %s ends that session and begins a fresh one', async (_what, offset) => {
  const { server, peer, url } = await setup()
  const reasons: string[] = []
  server.on('disconnection', (client, reason) => reasons.push(`${client.id} ${reason}`))
  server.emit('n', 1)
  await settled(server, peer)
  const before = peer.sid ?? ''
  await peer.cut(server)
  const wish = offset === null ? '' : `&pp_offset=${offset}`
  await peer.reopen(`${url}/?pp_sid=${before}${wish}&pp_rtoken=${peer.rtoken}`)
  expect(await peer.got('__pp_recovery')).toMatchObject({ recovered: false, missedCount: 0, offset: 0 })
  await settled(server, peer)
  expect(peer.sid).not.toBe(before)
  expect(peer.payloads('n')).toEqual([1])
  expect(reasons).toEqual([`${before} session expired`])
})

test('[VR6] whoever missed more than is kept, or comes too late, is told so and how much', async () => {
  const { server, peer } = await setup({ recovery: { maxBufferSize: 2 } })
  await peer.cut(server)
  for (const n of [1, 2, 3]) server.emit('n', n)
  await peer.reopen()
  expect(await peer.got('__pp_recovery')).toMatchObject({ recovered: false, missedCount: 0, lost: 3 })
  await settled(server, peer)
  expect(peer.payloads('n')).toEqual([])
})

test('[VR6] a session whose window has passed is over', async () => {
  const { server, peer } = await setup({ recovery: { retentionMs: 1 } })
  const over = new Promise((resolve) => server.on('disconnection', resolve))
  await peer.cut(server)
  await over
  await peer.reopen()
  expect(await peer.got('__pp_recovery')).toMatchObject({ recovered: false })
  expect(peer.payloads('__pp_error')).toEqual([])
})

test('[VR7] each connection brings a new secret, and the one before is void once the new one has arrived', async () => {
  const { server, peer, url } = await setup()
  server.on('hi', (_client, _payload, ack) => ack(null))
  const [first, sid] = [peer.rtoken, peer.sid]
  await peer.cut(server)
  await peer.reopen()
  await peer.got('__pp_recovery')
  await settled(server, peer)
  expect(peer.rtoken).not.toBe(first)
  // Its pong was sent before this question.
  await peer.ask('hi')
  const thief = new V2Client(url)
  Object.assign(thief, { sid, rtoken: first, offset: peer.offset })
  await thief.open()
  expect(await thief.got('__pp_recovery')).toMatchObject({ recovered: false })
  expect(peer.closed).toBeNull()
})

test('[VR8] an answer made while its client was away follows what it missed, once', async () => {
  const { server, peer } = await setup()
  let answer = (_data: unknown): void => {}
  const asked = new Promise<void>((resolve) => {
    server.on('slow', (_client, _payload, ack) => {
      answer = (data) => ack(null, data)
      resolve()
    })
  })
  const answered = peer.ask('slow').catch(() => 'closed')
  await asked
  await peer.cut(server)
  expect(await answered).toBe('closed')
  server.emit('n', 1)
  answer('done')
  await peer.reopen()
  expect(await peer.got('__pp_ack')).toEqual({ ackId: 1, args: ['done'] })
  expect(peer.payloads('n')).toEqual([1])
  await settled(server, peer)
  await peer.cut(server)
  await peer.reopen()
  await settled(server, peer)
  expect(peer.payloads('__pp_ack')).toHaveLength(1)
  expect(peer.payloads('n')).toEqual([1])
})

test('[VR8] what may be lost is not kept for who is away', async () => {
  const { server, peer } = await setup()
  await peer.cut(server)
  server.broadcastVolatile({ type: 'v', payload: 1 })
  server.emit('n', 1)
  await peer.reopen()
  await settled(server, peer)
  expect(peer.payloads('v')).toEqual([])
  expect(peer.payloads('n')).toEqual([1])
})

test('[VR9] the secret in the URL is shown to nobody: not by the handshake, not by the inspect stream', async () => {
  const { server, peer } = await setup()
  const shown: string[] = []
  server.inspector.listen((event) => {
    shown.push(JSON.stringify(event))
    if (event.kind === 'frame') shown.push(Buffer.from(event.bytes).toString('latin1'))
  })
  server.on('connection', ({ handshake }) => void shown.push(JSON.stringify(handshake)))
  const secrets = [peer.rtoken ?? '']
  await peer.cut(server)
  await peer.reopen()
  await settled(server, peer)
  secrets.push(peer.rtoken ?? '')
  await peer.cut(server)
  await peer.reopen(`${peer.url}/?x=1&pp_sid=nobody&pp_rtoken=sesame&token=open`)
  await settled(server, peer)
  expect(server.getClients()[1]?.handshake).toMatchObject({
    token: 'tok',
    query: { x: '1', pp_sid: 'nobody' },
  })
  expect(server.getClients()[1]?.handshake.url).toBe('/?x=1&pp_sid=nobody')
  expect(shown.length).toBeGreaterThan(5)
  for (const secret of [...secrets, 'sesame']) {
    expect(shown.filter((text) => text.includes(secret))).toEqual([])
  }
})

test('[VR10] a session of one format is not continued in the other', async () => {
  const { server, peer, url } = await setup()
  const other = await RawPeer.join(url, 'painda.v3')
  const { id, token } = (await other.got('welcome')) as { id: string; token: string }
  const thief = new V2Client(url)
  Object.assign(thief, { sid: id, rtoken: token, offset: 0 })
  await thief.open()
  expect(await thief.got('__pp_recovery')).toMatchObject({ recovered: false })
  expect(other.closed).toBeNull()
  expect(peer.closed).toBeNull()
  expect(server.getClients()).toHaveLength(3)
})

test('[VR4] whoever closes on purpose has left', async () => {
  const { server, peer } = await setup()
  const over = new Promise((resolve) => server.on('disconnection', (_client, reason) => resolve(reason)))
  peer.close()
  expect(await over).toBe('client disconnect')
  expect(server.getClients()).toEqual([])
})
