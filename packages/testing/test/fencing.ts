// Two connections of one session: the old one is still there and still talks when the new one has taken over.
import { createTransportPair, createWireCodec, type Message, type Transport } from '@painda/protocol'
import { PPServer, silentLogger } from '@painda/server'
import { createFakeTime } from '../src/index.js'

const codec = createWireCodec()

function dial(server: PPServer): { near: Transport; log: Message[]; say: (message: Message) => void } {
  const [near, far] = createTransportPair()
  const decoder = createWireCodec()
  const log: Message[] = []
  near.onMessage((frame) => void log.push(...decoder.decode(frame)))
  server.acceptTransport(far)
  return {
    near,
    log,
    say(message) {
      for (const frame of codec.pack([codec.encode(message)])) near.send(frame)
    },
  }
}

/** @throws an Error that says what an old connection could still do */
export async function runFencing(): Promise<void> {
  const time = createFakeTime()
  const server = new PPServer({ time, logger: silentLogger })
  const handled: number[] = []
  const ends: string[] = []
  server.on('note', (_client, n) => void handled.push(n as number))
  server.on('connection', (client) => {
    client.on('drop', () => void ends.push('drop'))
  })
  const old = dial(server)
  old.say({ kind: 'hello', version: 3 })
  await time.flushMicrotasks()
  const welcome = old.log.find((message) => message.kind === 'welcome')
  if (welcome?.kind !== 'welcome') throw new Error('not welcomed')
  const { id, token } = welcome

  const next = dial(server)
  next.say({ kind: 'hello', version: 3, session: { id, token, received: 0 } })
  await time.flushMicrotasks()
  // Both say the same: the client has sent again what it had no answer to.
  next.say({ kind: 'event', type: 'note', payload: 1 })
  old.say({ kind: 'event', type: 'note', payload: 1 })
  await time.flushMicrotasks()
  old.near.terminate()
  await time.advance(10)
  const isConnected = server.getClient(id)?.connected === true
  await server.close()
  const problems = [
    ...(handled.length === 1 ? [] : [`a message was handled ${handled.length} times`]),
    ...(ends.length === 0 && isConnected ? [] : ['the end of the old connection ended the new one']),
  ]
  if (problems.length > 0) throw new Error(problems.join('; '))
}
