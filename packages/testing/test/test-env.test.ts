// The documented helpers, on real sockets.
import { expect, test } from 'vitest'
import {
  collectMessages,
  createFakeTime,
  createTestClients,
  createTestEnv,
  waitFor,
  waitForMessage,
} from '../src/index.js'

test('the documented example works: a late connection listener is called for the client that is open', async () => {
  const { server, client, cleanup } = await createTestEnv()
  server.on('connection', (socket) => {
    socket.join('lobby')
    server.to('lobby').emit('system', 'welcome!')
  })
  const message = await waitForMessage(client, 'system')
  expect(message.payload).toEqual('welcome!')
  await cleanup()
})

test('a connection listener is called once per client, early or late', async () => {
  const { server, port, cleanup } = await createTestEnv()
  const seen: string[] = []
  server.on('connection', ({ id }) => void seen.push(id))
  const clients = createTestClients(port, 3)
  expect(clients.map((client) => client.status().status)).toEqual(['idle', 'idle', 'idle'])
  for (const client of clients) client.connect()
  await Promise.all(clients.map((client) => client.ready))
  await waitFor(() => seen.length === 4)
  expect(new Set(seen).size).toBe(4)
  for (const client of clients) client.close()
  await cleanup()
  await cleanup()
})

test('the port is free after cleanup, and who cannot connect is told', async () => {
  const { port, cleanup } = await createTestEnv()
  await cleanup()
  const [late] = createTestClients(port, 1, { reconnect: false })
  late!.connect()
  await expect(late!.ready).rejects.toMatchObject({ code: 'TRANSPORT_ERROR' })
})

test('a client that is refused makes createTestEnv fail, and nothing is left open', async () => {
  const refused = createTestEnv({
    clientOptions: { getToken: () => Promise.reject(new Error('no token')), reconnect: false },
  })
  await expect(refused).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
})

test('createTestEnv meets a server on its path, and says why there is no connection', async () => {
  const { client, cleanup } = await createTestEnv({ serverOptions: { path: '/game' } })
  expect(client.status().status).toBe('open')
  await cleanup()
  // It tries again for ever, and the test does not.
  const refused = createTestEnv({ clientOptions: { getToken: () => Promise.reject(new Error('no token')) } })
  await expect(refused).rejects.toThrow('The client is not connected after 4000 ms: getToken failed.')
})

test('collectMessages gives the next messages of any type in order', async () => {
  const { server, client, cleanup } = await createTestEnv()
  const three = collectMessages(client, 3)
  for (const type of ['a', 'b', 'a', 'c']) server.emit(type, 1)
  expect((await three).map(({ type }) => type)).toEqual(['a', 'b', 'a'])
  await cleanup()
})

test('what does not come in time is an error that names what came instead', async () => {
  const { server, client, cleanup } = await createTestEnv()
  const missing = waitForMessage(client, 'never', { timeoutMs: 60 })
  server.emit('other', 1)
  await expect(missing).rejects.toThrow('No message "never" came. What came: "other". Waited 60 ms.')
  await expect(collectMessages(client, 2, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ACK_TIMEOUT' })
  await cleanup()
})

test('types that came often are named once, and a client without a connection is called that', async () => {
  const { server, client, port, cleanup } = await createTestEnv()
  const missing = waitForMessage(client, 'never', { timeoutMs: 60 })
  for (const type of ['tick', 'said', 'tick', 'tick']) server.emit(type, 1)
  await expect(missing).rejects.toThrow('What came: "tick" (3 times), "said". Waited')
  const [late] = createTestClients(port, 1)
  await expect(waitForMessage(late!, 'x', { timeoutMs: 5 })).rejects.toThrow('not connected: call connect()')
  await cleanup()
  await expect(waitForMessage(client, 'x', { timeoutMs: 5 })).rejects.toThrow('not connected: it is closed')
})

test('a wait gives up before Vitest and Jest end the test, whose limit is 5 s', async () => {
  const time = createFakeTime()
  await expect(waitFor(() => false, { time })).rejects.toThrow('Waited 4000 ms.')
  expect(time.now()).toBe(4_000)
})

test('waitFor gives up on a promise that never settles, and says so', async () => {
  const stuck = waitFor(() => new Promise(() => {}), { timeoutMs: 20 })
  await expect(stuck).rejects.toThrow(
    'The condition did not come true: the promise that was looked at is still pending. Waited 20 ms.',
  )
})

test('waitFor asks until it is true, keeps what was thrown, and moves a fake time by itself', async () => {
  const time = createFakeTime()
  let isDone = false
  time.after(3_000, () => void (isDone = true))
  expect(await waitFor(() => isDone && 'yes', { time, timeoutMs: 4_000 })).toBe('yes')
  expect(time.now()).toBe(3_000)
  const failing = waitFor(
    () => {
      throw new Error('seats: 3')
    },
    { time, timeoutMs: 50 },
  )
  await expect(failing).rejects.toThrow('The condition did not come true (seats: 3). Waited 50 ms.')
  expect(time.now()).toBe(3_050)
})
