// Below the messages: sockets that go on after they were refused, answer no ping, or come from everywhere in one network.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Transport } from '@painda/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { PPServer, silentLogger } from '../src/index.js'
import { failOnUncaught, listen, RawPeer, spell, upgradeRequest } from './hostile-kit.js'

failOnUncaught()

test('[BI4] the IPv6 addresses of one home are one address', async () => {
  const { url } = await listen({ maxConnectionsPerIp: 2, trustProxy: true })
  const from = (ip: string) => new RawPeer(url, 'v2', { headers: { 'x-forwarded-for': ip } })
  for (const ip of ['2001:db8:0:7::1', '2001:0db8:0:7:ffff::2', '2001:db8:0:8::1']) await from(ip).opened()
  expect((await from('2001:db8:0:7:1:2:3:4').ended()).code).toBe(4013)
})

test('[BI4] a peer that is refused and goes on sending is dropped', async () => {
  const { port, url } = await listen({ maxConnectionsPerIp: 1 })
  await RawPeer.join(url, 'v2')
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(upgradeRequest('/', `127.0.0.1:${port}`))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toContain('101 Switching Protocols')
  // One huge message that never ends: nobody may wait for the rest of it.
  socket.write(Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 0x0f, 0, 0, 1, 2, 3, 4))
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const block = Buffer.alloc(64 * 1024)
  const pour = (): void => void (socket.writable && socket.write(block))
  socket.on('drain', pour)
  pour()
  await over
  // What the operating system took before it noticed. Until the close is given up for lost a peer could send gigabytes.
  expect(socket.bytesWritten).toBeLessThan(64 * 1024 * 1024)
})

/** A socket to that port, after its first words. */
function dialRaw(port: number, words: string): Socket {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  if (words !== '') socket.write(words)
  return socket
}

test('[HS7] a socket that does not end its request is dropped, as one that says nothing', async () => {
  const { port } = await listen({ handshakeTimeoutMs: 50 })
  const words = ['', 'GET / HTTP/1.1\r\nHost: a\r\n']
  await Promise.all(words.map((said) => once(dialRaw(port, said).resume(), 'close')))
})

test('[BI4] an address has only so many sockets that have not asked for anything', async () => {
  const { port, url } = await listen({ maxConnectionsPerIp: 2 })
  const silent = Array.from({ length: 8 }, () => dialRaw(port, ''))
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  await once(dialRaw(port, '').resume(), 'close')
  // Who asks gives the place of one that did not ask back.
  const first = silent[0] ?? dialRaw(port, '')
  first.write(upgradeRequest('/', `127.0.0.1:${port}`))
  await once(first, 'data')
  await RawPeer.join(url, 'v2')
})

test('[FB1] nothing that comes behind a text frame reaches a handler', async () => {
  const { server, url } = await listen()
  const heard: unknown[] = []
  server.on('say', (_client, payload) => void heard.push(payload))
  const peer = await RawPeer.join(url, 'painda.v3')
  const say = (payload: number): void => peer.socket.send(spell('painda.v3', { type: 'say', payload }))
  say(1)
  peer.socket.send('text')
  for (let i = 2; i < 20; i++) say(i)
  expect((await peer.ended()).code).toBe(4002)
  expect(heard).toEqual([1])
})

/** The server's end of a socket, and the pings that reached the other one, which answers none by itself. */
async function openPinged(): Promise<{ transport: Transport; peer: WebSocket; pings: Buffer[] }> {
  let accept: (transport: Transport) => void = () => {}
  const accepted = new Promise<Transport>((resolve) => (accept = resolve))
  class Tap extends PPServer {
    override acceptTransport(transport: Transport): void {
      accept(transport)
    }
  }
  const server = new Tap({ port: 0, host: '127.0.0.1', logger: silentLogger })
  onTestFinished(() => server.close())
  const { url } = await server.listening()
  const peer = new WebSocket(url, { autoPong: false })
  const pings: Buffer[] = []
  peer.on('ping', (data) => pings.push(data))
  return { transport: await accepted, peer, pings }
}

test('a pong answers its ping and those before it, once; what nobody asked answers nothing', async () => {
  const { transport, peer, pings } = await openPinged()
  const answered: number[] = []
  for (let i = 1; i <= 5; i++) transport.ping?.(() => answered.push(i))
  while (pings.length < 5) await once(peer, 'ping')
  for (const forged of ['', 'abcd', 'more than a number']) peer.pong(forged)
  peer.pong(pings[2])
  peer.pong(pings[2])
  peer.pong(pings[0])
  peer.pong(pings[4])
  // Behind all of them.
  const over = new Promise((resolve) => transport.onClose(resolve))
  peer.close()
  await over
  expect(answered).toEqual([1, 2, 3, 4, 5])
})

test('a peer that answers no ping is asked sixteen times', async () => {
  const { transport, peer, pings } = await openPinged()
  let answered = 0
  for (let i = 0; i < 1_000; i++) transport.ping?.(() => answered++)
  transport.send(Uint8Array.of(1))
  await once(peer, 'message')
  expect(pings).toHaveLength(16)
  peer.pong(pings[15])
  const over = new Promise((resolve) => transport.onClose(resolve))
  peer.close()
  await over
  expect(answered).toBe(16)
})
