// @vitest-environment node
import { createInspector, type InspectEvent, type Message } from '@painda/protocol'
import { createFakeTime } from '@painda/testing'
import { expect, test } from 'vitest'
import { createToolsEndpoint, type ToolsRequest } from '../src/tools-endpoint.js'
import { deltaOf, frameOf } from './events.js'

function build() {
  const time = createFakeTime()
  const endpoint = createToolsEndpoint(time)
  const inspector = createInspector()
  const client = {
    id: 'c_1',
    userId: 'ada',
    protocol: 'painda.v3',
    connected: true,
    rtt: 12,
    bufferedBytes: 0,
    unconfirmedBytes: 90,
    isBehind: false,
    rooms: new Set(['arena']),
    token: 'a secret',
  }
  endpoint.attach({ inspector, getClients: () => [client] })
  const ask = (query = '', rest: Partial<ToolsRequest> = {}, what = 'frames') =>
    endpoint.answer({
      method: 'GET',
      url: `/__painda/${what}${query}`,
      headers: { host: 'localhost:5173' },
      socket: { remoteAddress: '127.0.0.1' },
      ...rest,
    })
  return { time, endpoint, inspector, ask }
}

const sent = (peer: string, n: number): InspectEvent => ({ ...frameOf('out', [deltaOf(n, { n })]), peer })

test('a tool gets the newest frames, decoded, from its first question on', () => {
  const { inspector, ask } = build()
  inspector.emit(sent('c_1', 0))
  expect(ask()).toEqual({
    status: 200,
    body: { note: 'Recording begins now; ask again.', servers: 1, events: [] },
  })
  for (let n = 1; n <= 5; n++) inspector.emit(sent(n % 2 === 0 ? 'c_2' : 'c_1', n))
  expect(ask('?last=2')?.body).toMatchObject({
    events: [
      { peer: 'c_2', messages: [{ delta: { n: 4 } }] },
      { peer: 'c_1', messages: [{ delta: { n: 5 } }] },
    ],
  })
  expect(ask('?client=c_2')?.body).toMatchObject({ events: [{ peer: 'c_2' }, { peer: 'c_2' }] })
  expect(ask('?room=lobby')?.body).toMatchObject({ events: [] })
})

test('nobody asks for a minute: nobody listens any more', async () => {
  const { time, inspector, ask } = build()
  ask()
  expect(inspector.active).toBe(true)
  await time.advance(60_000)
  expect([inspector.active, time.pending]).toEqual([false, 0])
})

test('other machines, other pages and names that only point here are refused', () => {
  const { ask, inspector } = build()
  expect(ask('', { socket: { remoteAddress: '192.168.0.7' } })?.status).toBe(403)
  expect(ask('', { headers: { host: 'evil.example:5173' } })?.status).toBe(403)
  expect(ask('', { headers: { host: 'localhost:5173', origin: 'https://evil.example' } })?.status).toBe(403)
  expect(ask('', { headers: { host: 'localhost:5173', origin: 'null' } })?.status).toBe(403)
  expect(ask('', { method: 'POST' })?.status).toBe(405)
  expect(inspector.active).toBe(false)
  expect(ask('', { headers: { host: 'localhost:5173', origin: 'http://localhost:5173' } })?.status).toBe(200)
  expect(ask('', { headers: { host: '[::1]:5173' }, socket: { remoteAddress: '::1' } })?.status).toBe(200)
})

test('a wish that makes no sense is told so, and other paths are not ours', () => {
  const { ask } = build()
  for (const last of ['0', '-1', '1001', 'all', '1.5']) expect(ask(`?last=${last}`)?.status, last).toBe(400)
  expect(ask('', { url: '/__painda/framesx' })).toBeNull()
  expect(ask('', { url: '/' })).toBeNull()
})

test('neither whole states nor bytes are in an answer, and later changes of what was sent do not show', () => {
  const { ask, inspector } = build()
  ask()
  const delta = { n: 1 }
  const message = { ...deltaOf(1, delta), state: { secret: 1 } }
  const event: Message = { kind: 'event', type: 'open', payload: { state: 'own word' } }
  inspector.emit({ ...frameOf('out', [deltaOf(1, delta)]), peer: 'c_1', messages: [message, event] })
  delta.n = 2
  const text = JSON.stringify(ask()?.body)
  expect(text).toContain('"delta":{"n":1}')
  expect(text).toContain('own word')
  expect(text).not.toContain('secret')
})

test('of a flood the newest are kept', () => {
  const { ask, inspector } = build()
  ask()
  for (let n = 0; n < 5_000; n++) inspector.emit(sent('c_1', n))
  const body = ask('?last=1000')?.body as { events: { messages: { from: number }[] }[] } | undefined
  const events = body?.events ?? []
  expect(events).toHaveLength(1_000)
  expect(events.at(-1)?.messages[0]?.from).toBe(4_999)
})

test('of versions a tool gets what changed, once for all who were told, and what one alone was told apart', () => {
  const { inspector, ask } = build()
  ask('', {}, 'diffs')
  for (const peer of ['c_1', 'c_2']) inspector.emit(sent(peer, 4))
  const own = { ...deltaOf(4, { hand: 1 }), scope: 'own' } as Message
  for (const peer of ['c_1', 'c_2']) inspector.emit({ ...frameOf('out', [own]), peer })
  expect(ask('', {}, 'diffs')?.body).toMatchObject({
    diffs: [
      { room: 'arena', from: 4, to: 5, delta: { n: 4 }, clients: ['c_1', 'c_2'] },
      { delta: { hand: 1 }, clients: ['c_1'] },
      { delta: { hand: 1 }, clients: ['c_2'] },
    ],
  })
  expect(ask('?last=1', {}, 'diffs')?.body).toMatchObject({ diffs: [{ clients: ['c_2'] }] })
})

test('a tool is told who is connected and how well, and no secret', () => {
  const { inspector, ask } = build()
  const answer = ask('', {}, 'sessions')
  expect(answer?.body).toMatchObject({ sessions: [{ id: 'c_1', userId: 'ada', rtt: 12, rooms: ['arena'] }] })
  expect(JSON.stringify(answer)).not.toContain('secret')
  expect(inspector.active).toBe(false)
  expect(ask('', { socket: { remoteAddress: '10.0.0.9' } }, 'sessions')?.status).toBe(403)
  expect(ask('', {}, 'elsewhere')).toBeNull()
})
