// When a server under test counts as up. Real sockets.
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import process from 'node:process'
import { createServer as createTlsServer } from 'node:tls'
import { hostTime } from '@painda/protocol'
import { afterEach, expect, test } from 'vitest'
import { answers } from '../src/playwright/answers.js'

const time = hostTime(globalThis)
const opened: Server[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => new Promise((done) => void server.close(done))))
})

async function listen(server: Server, port = 0): Promise<number> {
  opened.push(server.listen(port, '127.0.0.1'))
  await once(server, 'listening')
  // A TCP server that listens has an address with a port.
  return (server.address() as AddressInfo).port
}

test('a server that nobody gave a page to is up, and none of its code hears that somebody asked', async () => {
  let requests = 0
  const server = createHttpServer(() => requests++)
  expect(await answers(await listen(server), time, 60_000)).toBe(true)
  expect(requests).toBe(0)
})

test('a server that speaks only TLS is up', async () => {
  expect(await answers(await listen(createTlsServer()), time, 60_000)).toBe(true)
})

test('a port that is only tried is no server, and the trial hears nothing of it', async () => {
  const trial = createServer()
  const port = await listen(trial)
  const asked = answers(port, time, 60_000)
  // Before anything was read: the system has taken the connection, and the trial ends without.
  const closed = once(trial, 'close')
  process.nextTick(() => void trial.close())
  expect(await asked).toBe(false)
  await closed
  expect(await answers(port, time, 60_000)).toBe(false)
  await listen(createHttpServer(), port)
  expect(await answers(port, time, 60_000)).toBe(true)
})

test('who says nothing is given up on', async () => {
  const port = await listen(createServer((socket) => void socket.resume()))
  expect(await answers(port, time, 20)).toBe(false)
})
