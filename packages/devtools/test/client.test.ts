import { defineContract, PPClient, request, type } from '@painda/client'
import { createTransportPair } from '@painda/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { HOOK_KEY, installHook } from '../src/hook.js'
import type { InspectableClient } from '../src/inspectable.js'

afterEach(() => {
  Reflect.deleteProperty(globalThis, HOOK_KEY)
})

test('a client finds the hook by itself, and its first word to the server is recorded', async () => {
  const hook = installHook(globalThis)
  const [transport] = createTransportPair()
  const client = new PPClient('ws://example.test', { connectTransport: () => transport })
  const attached: InspectableClient | undefined = hook.clients()[0]?.client
  expect(attached).toBe(client)
  const messages = () =>
    Array.from({ length: hook.recorder.nextId }, (_, id) => hook.recorder.at(id)?.event).flatMap((event) =>
      event?.kind === 'frame' ? event.messages : [],
    )
  await vi.waitFor(() => expect(messages()[0]).toMatchObject({ kind: 'hello', version: 3 }))
  client.close()
})

test('a client that StrictMode made and threw away is none of the page: nobody reads "idle" beside an open one', async () => {
  const hook = installHook(globalThis)
  const [transport] = createTransportPair()
  const connectTransport = () => transport
  const used = new PPClient('ws://example.test', { connectTransport, autoConnect: false })
  const thrownAway = new PPClient('ws://example.test', { connectTransport, autoConnect: false })
  expect(hook.clients().map(({ client }) => client)).toEqual([used, thrownAway])
  used.connect()
  expect(hook.clients().map(({ client }) => client)).toEqual([used])

  let tells = 0
  hook.subscribe(() => tells++)
  thrownAway.connect()
  expect(tells).toBe(1)
  expect(hook.clients()).toHaveLength(2)
  used.close()
  thrownAway.close()
})

test('of too many clients one that was never used is forgotten first', () => {
  const hook = installHook(globalThis)
  const [transport] = createTransportPair()
  const make = () =>
    new PPClient('ws://example.test', { connectTransport: () => transport, autoConnect: false })
  const used = make()
  used.connect()
  for (let i = 0; i < 20; i++) make()
  expect(hook.clients().map(({ client }) => client)).toEqual([used])
  used.close()
})

test('without a hook a client works and touches nothing', () => {
  const client: InspectableClient = new PPClient('ws://example.test', { autoConnect: false })
  expect(client.status().status).toBe('idle')
  expect(Object.getOwnPropertySymbols(globalThis)).not.toContain(HOOK_KEY)
})

test('a client with a contract is one that can be inspected', () => {
  const contract = defineContract({
    messages: { chat: type<{ text: string }>() },
    requests: { time: request(type<void>(), type<number>()) },
  })
  const client: InspectableClient = new PPClient({ url: 'ws://example.test', contract, autoConnect: false })
  expect(client.rooms()).toEqual([])
})
