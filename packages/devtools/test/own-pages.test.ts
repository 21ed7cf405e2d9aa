// @vitest-environment node
// Who may have files written: asked of the plugin as Vite asks it, and once through a real dev server.
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { createServer, type Plugin } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { paindaDevtools } from '../src/vite.js'

type Listener = (...told: unknown[]) => void

/** The plugin on a dev server of which only its line to the pages is real enough. */
function plug() {
  const listeners = new Map<string, Listener>()
  const ws = { on: (event: string, listener: Listener) => void listeners.set(event, listener), send() {} }
  const [plugin] = paindaDevtools() as Plugin[]
  const configure = plugin?.configureServer
  if (typeof configure !== 'object') throw new Error('It has an order.')
  // What is used of a dev server stands here.
  const devServer = {
    ws,
    middlewares: { use() {} },
    httpServer: null,
    config: { root: tmpdir() },
    environments: { client: {} },
  }
  void configure.handler.call({} as never, devServer as never)
  return (event: string, ...told: unknown[]) => listeners.get(event)?.(...told)
}

/** Connects from there, asks for a test without a recording, and resolves to what is answered. */
function ask(tell: ReturnType<typeof plug>, remoteAddress: string | undefined): Promise<unknown> {
  const socket = {}
  tell('connection', socket, { socket: { remoteAddress } })
  return new Promise((resolve) => {
    tell('painda:write-test', {}, { socket, send: (_event: string, data: unknown) => resolve(data) })
  })
}

const ALLOWED = { problem: 'There is no recording to write.' }

test('a page on the dev server’s own machine may have tests written, a phone in the same network may not', async () => {
  const tell = plug()
  for (const own of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(await ask(tell, own)).toEqual(ALLOWED)
  for (const other of ['192.168.1.20', '::ffff:192.168.1.20', 'fe80::1', '', undefined])
    expect(await ask(tell, other), other).toEqual({ problem: expect.stringContaining('own machine') })
})

test('Vite says where a page connects from: one at localhost may', async () => {
  const vite = await createServer({
    root: tmpdir(),
    configFile: false,
    logLevel: 'silent',
    plugins: [paindaDevtools()],
    optimizeDeps: { noDiscovery: true },
    server: { host: '127.0.0.1', port: 0, watch: null },
  })
  onTestFinished(() => vite.close())
  await vite.listen()
  // It listens on a port, or `listen` had thrown.
  const { port } = (vite.httpServer as Server).address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'vite-hmr')
  onTestFinished(() => socket.close())
  const answer = await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'custom', event: 'painda:write-test', data: {} })),
    )
    socket.on('message', (raw: Buffer) => {
      const { event, data } = JSON.parse(raw.toString()) as { event?: string; data?: unknown }
      if (event === 'painda:test-written') resolve(data)
    })
  })
  expect(answer).toEqual(ALLOWED)
})
