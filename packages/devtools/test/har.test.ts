import { expect, test } from 'vitest'
import { harOf } from '../src/har.js'
import { createHook } from '../src/hook.js'
import { SERVER_SOURCE } from '../src/server-lane.js'
import { deltaOf, frameOf } from './events.js'
import { createFakeClient } from './fake-client.js'

test('a HAR file has one entry per client with its frames as they travelled, as Chrome writes them', () => {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  hook.recorder.record(SERVER_SOURCE, frameOf('out', [deltaOf(1, { a: 1 })]))
  const { log } = JSON.parse(harOf(hook)) as {
    log: { version: string; entries: { [key: string]: unknown }[] }
  }
  expect(log.version).toBe('1.2')
  expect(log.entries).toHaveLength(1)
  expect(log.entries[0]).toMatchObject({
    request: { method: 'GET', url: 'ws://localhost:5173/pp' },
    response: { status: 101 },
    _resourceType: 'websocket',
  })
  const messages = log.entries[0]?.['_webSocketMessages'] as { type: string; data: string; time: number }[]
  const frames = Array.from({ length: hook.recorder.nextId }, (_, id) => hook.recorder.at(id))
    .filter((recorded) => recorded?.source === 0)
    .flatMap((recorded) => (recorded?.event.kind === 'frame' ? [recorded.event] : []))
  expect(messages.map(({ type }) => type)).toEqual(['send', 'receive', 'send', 'receive'])
  expect(messages.map(({ data }) => [...atob(data)].map((char) => char.charCodeAt(0)))).toEqual(
    frames.map(({ bytes }) => [...bytes]),
  )
  // Tokens were stars before they were recorded.
  expect(messages.map(({ data }) => atob(data)).join('')).not.toContain('not-a-real-token')
})

test('an empty recording is a HAR file without entries', () => {
  expect(JSON.parse(harOf(createHook()))).toMatchObject({ log: { entries: [] } })
})
