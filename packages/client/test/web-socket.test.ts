import { createWireCodec } from '@painda/protocol'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { CloseInfo } from '@painda/protocol'
import { connectWebSocket } from '../src/web-socket.js'

const servers: WebSocketServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
})

async function listen(): Promise<{ url: string; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  servers.push(server)
  await once(server, 'listening')
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a WebSocket as a Transport', () => {
  test('[HS1] it asks for painda.v3; what was sent while it connects arrives in order', async () => {
    const { server, url } = await listen()
    const transport = connectWebSocket(url, WebSocket)
    transport.send(Uint8Array.of(1))
    transport.send(Uint8Array.of(2, 3))
    expect(transport.bufferedAmount).toBe(3)
    const [socket, request] = (await once(server, 'connection')) as [
      WebSocket,
      { headers: Record<string, string> },
    ]
    expect(request.headers['sec-websocket-protocol']).toBe('painda.v3')
    const got: number[][] = []
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        got.push([...data])
        if (got.length === 2) resolve()
      })
    })
    expect(got).toEqual([[1], [2, 3]])
    transport.terminate()
  })

  test('messages come as bytes; a text message comes as bytes that no codec accepts', async () => {
    const { server, url } = await listen()
    const transport = connectWebSocket(url, WebSocket)
    const got: number[][] = []
    const both = new Promise<void>((resolve) => {
      transport.onMessage((data) => {
        got.push([...data])
        if (got.length === 2) resolve()
      })
    })
    const [socket] = (await once(server, 'connection')) as [WebSocket]
    socket.send(Uint8Array.of(7, 8))
    socket.send('{"kind":"welcome"}\n')
    await both
    expect(got).toEqual([[7, 8], []])
    expect(() => createWireCodec().decode(new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_FRAME' }),
    )
    transport.terminate()
  })

  test('the close of the other end is told once, with code and reason, also to who asks later', async () => {
    const { server, url } = await listen()
    const transport = connectWebSocket(url, WebSocket)
    const told: CloseInfo[] = []
    const closed = new Promise<void>((resolve) => {
      transport.onClose((info) => {
        told.push(info)
        resolve()
      })
    })
    const [socket] = (await once(server, 'connection')) as [WebSocket]
    socket.close(4003, 'no')
    await closed
    await new Promise<void>((resolve) => transport.onClose((info) => resolve(void told.push(info))))
    expect(told).toEqual([
      { code: 4003, reason: 'no' },
      { code: 4003, reason: 'no' },
    ])
    transport.send(Uint8Array.of(1))
    transport.close()
    transport.terminate()
  })

  test('a code that a browser may not send becomes 4000, a long reason is cut', async () => {
    const { server, url } = await listen()
    const transport = connectWebSocket(url, WebSocket)
    const [socket] = (await once(server, 'connection')) as [WebSocket]
    // Once something has come, this end is open too.
    const opened = new Promise<void>((resolve) => transport.onMessage(() => resolve()))
    socket.send(Uint8Array.of(1))
    await opened
    transport.close(1009, 'ü'.repeat(200))
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
    expect([code, reason.byteLength]).toEqual([4000, 122])
  })

  test('terminate is over at once, also on a socket that never answers', async () => {
    const { url } = await listen()
    const transport = connectWebSocket(url, WebSocket)
    const told: CloseInfo[] = []
    transport.onClose((info) => told.push(info))
    transport.terminate()
    expect(told).toEqual([{ code: 1006, reason: '' }])
  })

  test('a port where nobody listens is told as a lost connection', async () => {
    const { server, url } = await listen()
    server.close()
    await once(server, 'close')
    const transport = connectWebSocket(url, WebSocket)
    const info = await new Promise<CloseInfo>((resolve) => transport.onClose(resolve))
    expect(info.code).toBe(1006)
  })
})
