import { defineContract, PPError, request, type, type StandardSchema } from '@painda/protocol'
import { expect, test } from 'vitest'
import { refuse, type PPServerClient } from '../src/index.js'
import { createKit } from './peer-kit.js'

const positive: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'number' && value > 0 ? { value } : { issues: [{ message: 'must be positive' }] },
  },
}

test('[EV1] a question is answered once, whatever else the handlers do', async () => {
  const { server, join, settle } = createKit()
  server.on('save', (_client, _payload, ack) => {
    ack(null, { id: 123 })
    ack(new Error('too late'))
  })
  server.on('save', () => {
    throw new Error('too late as well')
  })
  const peer = await join()
  peer.emit('save', { name: 'x' }, 5)
  await settle()
  expect(peer.of('ack')).toEqual([{ kind: 'ack', ackId: 5, data: { id: 123 } }])
})

test('[EV1] an answer that cannot travel is an INTERNAL answer', async () => {
  const { server, join, settle } = createKit()
  server.on('save', (_client, _payload, ack) => ack(null, 1n))
  const peer = await join()
  peer.emit('save', null, 5)
  await settle()
  expect(peer.of('ack')).toMatchObject([{ ackId: 5, error: { code: 'INTERNAL' } }])
})

test('[EV1] callback and promise forms ask the client; an answer after the timeout changes nothing', async () => {
  const { server, join, time } = createKit({ ackTimeout: 1000 })
  const peer = await join()
  const client = server.getClients()[0] as PPServerClient
  const answers: unknown[] = []
  client.send({ type: 'q' }, (error, data) => answers.push(error?.code ?? data))
  client.timeout(500).emit('q', null, (error, data) => answers.push(error?.code ?? data))
  const refused = expect(client.emitWithAck('q')).rejects.toMatchObject({ code: 'REFUSED', message: 'no' })
  await time.advance(0)
  const [one, two, three] = peer.of('event').map((event) => event.ackId ?? -1)
  peer.say({ kind: 'ack', ackId: three ?? -1, error: { code: 'REFUSED', message: 'no' } })
  await refused
  await time.advance(500)
  peer.say(
    { kind: 'ack', ackId: two ?? -1, data: 'late' },
    { kind: 'ack', ackId: one ?? -1, data: 'in time' },
  )
  await time.advance(1000)
  expect(answers).toEqual(['ACK_TIMEOUT', 'in time'])
})

test('[EV2] a reserved name throws at the call', async () => {
  const { server, join } = createKit()
  await join()
  const client = server.getClients()[0] as PPServerClient
  for (const name of ['__pp_session', 'error', 'close', 'connection']) {
    const refused = expect.objectContaining({ code: 'RESERVED_TYPE' })
    expect(() => server.emit(name)).toThrow(refused)
    expect(() => client.emit(name)).toThrow(refused)
    expect(() => server.to('lobby').emit(name)).toThrow(refused)
  }
  expect(() => server.on('open', () => {})).toThrow(expect.objectContaining({ code: 'RESERVED_TYPE' }))
})

test.each(['__pp_session', '__pp_error', 'error', 'close', 'connection', 'disconnect', 'message', 'drop'])(
  '[EV2] a peer that sends "%s" is refused and raises nothing',
  async (name) => {
    const { server, join, settle } = createKit()
    const seen: string[] = []
    const peer = await join()
    const client = server.getClients()[0] as PPServerClient
    server.on('connection', () => seen.push('connection'))
    server.on('error', () => void seen.push('error'))
    server.onAny((_client, any) => seen.push(any))
    for (const event of ['disconnect', 'drop', 'message'] as const)
      client.on(event, () => void seen.push(event))
    peer.emit(name, { code: 'X', message: 'forged' })
    await settle()
    expect(peer.of('error')).toMatchObject([{ code: 'RESERVED_TYPE', type: name }])
    expect(seen).toEqual([])
    expect(peer.closed).toBeNull()
  },
)

test('[EV3] what a handler throws or rejects with stays here: the asker gets INTERNAL and the id in the log', async () => {
  const logged: string[] = []
  const quiet = (): void => {}
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (text: string) => void logged.push(text) }
  const { server, join, settle } = createKit({ logger })
  const reported: PPError[] = []
  const hooked: PPError[] = []
  server.on('error', (error) => void reported.push(error))
  server.register({ name: 'watch', install: () => ({ onError: (error) => void hooked.push(error) }) })
  server.on('throws', () => {
    throw new Error('SELECT * FROM secrets')
  })
  server.on('rejects', async () => {
    throw new PPError('FORBIDDEN', 'SELECT * FROM secrets')
  })
  const peer = await join()
  peer.emit('throws', null, 1)
  peer.emit('rejects', null, 2)
  peer.emit('throws')
  await settle()

  const acks = peer.of('ack')
  expect(acks.map((ack) => ack.error?.code)).toEqual(['INTERNAL', 'INTERNAL'])
  expect(peer.of('error')).toMatchObject([{ code: 'INTERNAL', type: 'throws' }])
  expect(JSON.stringify(peer.log)).not.toContain('SELECT')
  const id = /error (\w+)/.exec(acks[0]?.error?.message ?? '')?.[1]
  expect(logged.filter((line) => line.includes(id ?? '?'))).toHaveLength(1)
  expect(logged).toHaveLength(3)
  expect(reported).toHaveLength(3)
  expect(hooked).toHaveLength(3)
})

test('[EV3] only ack(new Error(text)) is told, as REFUSED', async () => {
  const { server, join, settle } = createKit()
  server.on('buy', (_client, _payload, ack) => ack(new Error('Too poor.')))
  const peer = await join()
  peer.emit('buy', null, 1)
  await settle()
  expect(peer.of('ack')).toEqual([
    { kind: 'ack', ackId: 1, error: { code: 'REFUSED', message: 'Too poor.' } },
  ])
})

test('[EV4] messages of one client are handled in order behind slow middleware; another client does not wait', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  const gates: (() => void)[] = []
  const [slow, quick] = [await join(), await join()]
  server.useMessage((client, message, next) => {
    if (client.id === slow.welcome.id && message.payload === 1) gates.push(next)
    else next()
  })
  server.on('n', (_client, n) => void seen.push(n))
  for (const n of [1, 2, 3]) slow.emit('n', n)
  quick.emit('n', 'quick')
  await settle()
  expect(seen).toEqual(['quick'])
  for (const go of gates) go()
  await settle()
  expect(seen).toEqual(['quick', 1, 2, 3])
})

test('[EV4] a handler that returns a promise holds up its own client only', async () => {
  const { server, join, time } = createKit()
  const seen: unknown[] = []
  server.on('work', async (_client, ms) => {
    await new Promise<void>((resolve) => time.after(ms as number, resolve))
    seen.push(ms)
  })
  const [one, two] = [await join(), await join()]
  one.emit('work', 30)
  one.emit('work', 1)
  two.emit('work', 10)
  await time.advance(100)
  expect(seen).toEqual([10, 30, 1])
})

test("[EV5] what the contract's validator refuses reaches no handler", async () => {
  const contract = defineContract({
    messages: { move: positive },
    requests: { buy: request(positive, type<number>()) },
  })
  const { server, join, settle } = createKit({ contract })
  const seen: unknown[] = []
  for (const name of ['move', 'buy']) server.on(name, (_client, payload) => void seen.push(payload))
  server.onAny((_client, _type, payload) => seen.push(payload))
  const peer = await join()
  peer.emit('move', -1)
  peer.emit('buy', 'x', 1)
  await settle()
  expect(peer.of('error')).toMatchObject([{ code: 'INVALID_PAYLOAD', type: 'move' }])
  expect(peer.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'INVALID_PAYLOAD' } }])
  expect(seen).toEqual([])
  peer.emit('move', 2)
  await settle()
  expect(seen).toEqual([2, 2])
})

test('[EV6] a type nobody handles is answered UNKNOWN_TYPE when it asked, and ignored otherwise', async () => {
  const { join, settle } = createKit()
  const peer = await join()
  peer.emit('what', null, 1)
  peer.emit('what')
  peer.emit('toString', null, 2)
  await settle()
  expect(peer.of('ack').map((ack) => ack.error?.code)).toEqual(['UNKNOWN_TYPE', 'UNKNOWN_TYPE'])
  expect(peer.of('error')).toEqual([])
})

test('[EV1] a message that middleware refuses reaches no handler: the asker is answered, others get an error', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  server.useMessage((_client, message, next) =>
    next(message.type === 'bad' ? new Error('Not that.') : undefined),
  )
  server.useMessage((_client, message, next) => {
    message.payload = `${String(message.payload)}!`
    next()
  })
  server.on('bad', () => seen.push('handler'))
  server.on('good', (_client, payload) => void seen.push(payload))
  server.onAny((_client, name) => seen.push(name))
  const peer = await join()
  peer.emit('bad', 1, 7)
  peer.emit('bad', 2)
  peer.emit('good', 'payload')
  await settle()
  expect(peer.of('ack')).toMatchObject([
    { ackId: 7, error: { code: 'MIDDLEWARE_REJECTED', message: 'Not that.' } },
  ])
  expect(peer.of('error')).toMatchObject([{ code: 'MIDDLEWARE_REJECTED', type: 'bad' }])
  expect(seen).toEqual(['good', 'payload!'])
  expect(peer.closed).toBeNull()
})

test('[RM7] a message to a room of which the client is no member is refused with NOT_IN_ROOM', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  server.on('hi', () => seen.push('hi'))
  server.room('arena', { n: 0 })
  const peer = await join()
  for (const room of ['lobby', 'arena']) {
    peer.say({ kind: 'event', type: 'hi', room, ackId: 1 }, { kind: 'event', type: 'hi', room })
    peer.say({ kind: 'resync', room, version: 0, why: 'gap' }, { kind: 'presence', room, data: {} })
  }
  await settle()
  expect(peer.of('ack').map((ack) => ack.error?.code)).toEqual(['NOT_IN_ROOM', 'NOT_IN_ROOM'])
  expect(peer.of('error').map((error) => error.code)).toEqual(Array.from({ length: 6 }, () => 'NOT_IN_ROOM'))
  expect(seen).toEqual([])
})

test("[RM1] an event room is not entered by a client's own wish, unless the application lets it", async () => {
  const kit = createKit({ joinEventRoom: (_client, room) => room === 'public' })
  kit.server.on('connection', (client) => {
    if (kit.server.getClients().length === 1) for (const room of ['admins', 'public']) client.join(room)
  })
  await kit.join()
  const peer = await kit.join()
  const rooms = ['admins', 'public', 'nowhere']
  rooms.forEach((room, ackId) => peer.say({ kind: 'join', how: 'join', room, ackId }))
  await kit.settle()
  expect(peer.of('ack').map((ack) => [ack.ackId, ack.error?.code])).toEqual([
    [0, 'ROOM_NOT_FOUND'],
    [2, 'ROOM_NOT_FOUND'],
  ])
  expect(peer.of('joined')).toMatchObject([{ room: 'public', ackId: 1, type: 'event' }])
})

test('[RM1] who asks for a room by an id that none can have is told that there is none, and stays', async () => {
  const { server, join, settle } = createKit()
  server.room('arena', { n: 0 })
  const peer = await join()
  const pasted = 'https://game.example/?room='.padEnd(300, 'x')
  peer.say({ kind: 'join', how: 'join', room: pasted, ackId: 1 })
  peer.say({ kind: 'leave', room: pasted })
  peer.say({ kind: 'join', how: 'join', room: 'arena', ackId: 2 })
  await settle()
  expect(peer.of('ack').map((ack) => [ack.ackId, ack.error?.code])).toEqual([[1, 'ROOM_NOT_FOUND']])
  expect(peer.of('joined')).toMatchObject([{ room: 'arena', ackId: 2 }])
  expect(peer.closed).toBeNull()
})

test('[RM1] the first in an event room may be a client that the application lets in, but not under the id of another', async () => {
  const { server, join, settle } = createKit({ joinEventRoom: (_client, room) => room !== 'admins' })
  const ann = await join()
  const [own] = server.getClients()
  const peer = await join()
  const rooms = ['team-red', own?.id ?? '', 'admins', '']
  rooms.forEach((room, ackId) => peer.say({ kind: 'join', how: 'join', room, ackId }))
  await settle()
  expect(peer.of('joined')).toMatchObject([{ room: 'team-red', ackId: 0, type: 'event' }])
  expect(peer.of('ack').map((ack) => [ack.ackId, ack.error?.code])).toEqual([
    [1, 'ROOM_NOT_FOUND'],
    [2, 'ROOM_NOT_FOUND'],
    [3, 'ROOM_NOT_FOUND'],
  ])
  server.to('team-red').emit('go')
  ann.say({ kind: 'join', how: 'join', room: 'team-red', ackId: 1 })
  peer.say({ kind: 'leave', room: 'team-red' })
  await settle()
  expect(peer.payloads('go')).toHaveLength(1)
  expect(server.getClients().map((client) => [...client.rooms])).toEqual([['team-red'], []])
})

test('[RM6] an event room that the server put the client in says joined, and left is its last word', async () => {
  const { server, join, settle } = createKit()
  const peer = await join()
  const client = server.getClients()[0] as PPServerClient
  client.join('lobby')
  client.join('lobby')
  server.to('lobby').emit('n', 1)
  client.leave('lobby')
  server.to('lobby').emit('n', 2)
  await settle()
  expect(peer.log.slice(1).map((message) => message.kind)).toEqual(['joined', 'event', 'left'])
  expect(server.getStats().rooms).toBe(0)
})

test('[EV3] a refusal said on purpose is told, from whichever handler; other codes of a PPError are not', async () => {
  const { server, join, settle } = createKit()
  server.on('by refuse', () => refuse('Too poor.'))
  server.on('by code', () => refuse('Not you.', 'FORBIDDEN'))
  server.on('by error', async () => {
    throw new PPError('REFUSED', 'Not now.')
  })
  server.of('/shop').on('connection', (client) => {
    client.on('by refuse', () => refuse('Closed today.'))
  })
  const peer = await join()
  for (const [index, type] of ['by refuse', 'by code', 'by error'].entries()) peer.emit(type, null, index)
  peer.say({ kind: 'event', type: 'by refuse', ns: '/shop', ackId: 3 })
  peer.emit('by refuse')
  await settle()
  expect(peer.of('ack').map(({ error }) => [error?.code, error?.message])).toEqual([
    ['REFUSED', 'Too poor.'],
    ['FORBIDDEN', 'Not you.'],
    ['REFUSED', 'Not now.'],
    ['REFUSED', 'Closed today.'],
  ])
  expect(peer.of('error')).toMatchObject([{ code: 'REFUSED', message: 'Too poor.', type: 'by refuse' }])
})

test('[EV3][EV4] a `message` listener is a handler: the next message waits for it, and its fault is answered', async () => {
  const { server, join, settle } = createKit()
  const seen: unknown[] = []
  let finish: () => void = () => {}
  server.on('connection', (client) => {
    client.on('message', async ({ type }) => {
      seen.push(type)
      if (type === 'slow') await new Promise<void>((resolve) => (finish = resolve))
      if (type === 'broken') throw new Error('SELECT * FROM secrets')
    })
    client.once('message', () => void seen.push('once'))
  })
  const peer = await join()
  peer.emit('slow')
  peer.emit('broken', null, 1)
  await settle()
  expect(seen).toEqual(['slow', 'once'])
  finish()
  await settle()
  expect(seen).toEqual(['slow', 'once', 'broken'])
  expect(peer.of('ack')).toMatchObject([{ ackId: 1, error: { code: 'INTERNAL' } }])
  expect(JSON.stringify(peer.log)).not.toContain('SELECT')
})

test('what an asynchronous listener or timer rejects with is a fault like any other, and ends nothing', async () => {
  const { server, join, settle, time } = createKit()
  const faults: string[] = []
  const fail = (text: string) => async (): Promise<void> => {
    throw new Error(text)
  }
  server.on('error', async ({ message }) => {
    faults.push(message.split(': ').at(-1) ?? '')
    throw new Error('nobody is left to be told')
  })
  const room = server.room('arena', { n: 0 })
  room.on('join', fail('join'))
  room.setTimeout(fail('timer'), 100)
  server.presence.onChange(fail('presence'))
  server.on('connection', (client) => {
    client.on('drop', fail('drop'))
    client.on('disconnect', fail('disconnect'))
    room.join(client)
    server.presence.track(client, {})
  })
  const stop = server.inspector.listen(fail('inspector'))
  const peer = await join()
  stop()
  await time.advance(1000)
  peer.cut()
  await settle()
  await server.close()
  await settle()
  expect(new Set(faults)).toEqual(new Set(['join', 'timer', 'presence', 'drop', 'disconnect', 'inspector']))
})

test('[EV6] a message whose type is empty is nobody’s: no listener could pass it on', async () => {
  const { server, join, settle } = createKit()
  const errors: string[] = []
  server.on('error', ({ message }) => void errors.push(message))
  server.on('connection', (client) => client.on('message', (message) => server.broadcast(message)))
  const peer = await join()
  peer.emit('', 1, 1)
  peer.emit('', 2)
  await settle()
  expect(peer.of('ack')).toMatchObject([{ error: { code: 'UNKNOWN_TYPE' } }])
  expect([peer.of('event'), errors]).toEqual([[], []])
})

test('once, on, onAny and message are called in their order, and off takes back one of them or all of a name', async () => {
  const { server, join, settle } = createKit()
  const seen: string[] = []
  const note = (text: string) => (): void => void seen.push(text)
  const [own, any] = [note('own'), note('any')]
  const peer = await join()
  const [client] = server.getClients() as [PPServerClient]
  server.onAny(note('server any'))
  server.on('n', note('server'))
  client.onAny(any)
  client.once('n', note('once'))
  client.on('n', own)
  client.on('message', note('message'))
  const said = async (): Promise<string[]> => {
    peer.emit('n')
    await settle()
    return seen.splice(0)
  }
  expect(await said()).toEqual(['server any', 'any', 'message', 'once', 'own', 'server'])
  client.off('n', own)
  client.offAny(any)
  expect(await said()).toEqual(['server any', 'message', 'server'])
  client.on('n', own)
  for (const name of ['n', 'message']) client.off(name)
  server.offAny()
  server.off('n')
  expect(await said()).toEqual([])
})
