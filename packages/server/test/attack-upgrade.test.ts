// Upgrades that nobody wants, on a server that shares its port.
import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { PPServer, silentLogger } from '../src/index.js'
import { listenHttp, raw, upgradeRequest } from './hostile-kit.js'

test('[BI2] attached, an upgrade of a path that nobody owns is refused and its socket closed', async () => {
  const { http, port } = await listenHttp()
  const server = PPServer.attachTo(http, { logger: silentLogger })
  expect(await raw(port, upgradeRequest('/elsewhere', 'localhost'))).toContain('404')
  await server.close()
})

test('[BI1] attached, a peer that resets an upgrade which nobody answers does not end the process', async () => {
  const { http, port } = await listenHttp()
  const server = PPServer.attachTo(http, { logger: silentLogger })
  // Another owner of upgrades, that knows no such path either.
  http.on('upgrade', () => {})
  const uncaught: unknown[] = []
  const note = (thrown: unknown): void => void uncaught.push(thrown)
  process.on('uncaughtException', note)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(upgradeRequest('/elsewhere', 'localhost'))
  const [, theirs] = (await once(http, 'upgrade')) as [unknown, import('node:net').Socket]
  const isGone = new Promise((resolve) => theirs.once('close', resolve))
  theirs.resume()
  socket.resetAndDestroy()
  await isGone
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
  await server.close()
})
