// Transports of an application's own that throw, which none should: each costs its connection and nothing else.
import { createTransportPair, defineRoom, type Transport } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit, Peer, type Kit } from './peer-kit.js'

/** A connection whose server's end throws at every send from `break` on. */
function dialBreakable({ server }: Kit): { peer: Peer; break(): void } {
  const [mine, theirs] = createTransportPair()
  let isBroken = false
  const transport: Transport = {
    send(bytes) {
      if (isBroken) throw new Error('This wire is cut.')
      theirs.send(bytes)
    },
    // The network takes everything at once: so a room's state goes the short way.
    bufferedAmount: 0,
    onMessage: (listener) => theirs.onMessage(listener),
    onClose: (listener) => theirs.onClose(listener),
    close: (code, reason) => theirs.close(code, reason),
    terminate: () => theirs.terminate(),
  }
  server.acceptTransport(transport)
  return { peer: new Peer(mine), break: () => (isBroken = true) }
}

/** What the application is told of. */
function faultsOf({ server }: Kit): string[] {
  const faults: string[] = []
  server.on('error', ({ message }) => faults.push(message.replace(/error [0-9a-f]+/, 'error')))
  return faults
}

const SENDING = 'Sending failed (error): This wire is cut.'

test('[BI1] a transport that throws when it is asked for a sign of life costs its own connection', async () => {
  const kit = createKit({ heartbeatInterval: 1000 })
  const { server, time, settle } = kit
  const faults = faultsOf(kit)
  const other = await kit.join()
  const { peer, break: cut } = dialBreakable(kit)
  peer.hello()
  await settle()
  cut()
  await time.advance(1000)
  expect(peer.closed?.code).toBe(4000)
  expect(server.getClient(peer.welcome.id)?.connected).toBe(false)
  expect(other.closed).toBeNull()
  expect(faults).toEqual([SENDING])
  await server.close()
  expect(time.pending).toBe(0)
})

test('[BI1] one that throws whatever is sent is closed all the same', async () => {
  const kit = createKit()
  const { server, time, settle } = kit
  const faults = faultsOf(kit)
  const { peer, break: cut } = dialBreakable(kit)
  peer.hello()
  await settle()
  cut()
  server.emit('n', 1)
  await settle()
  expect(peer.closed?.code).toBe(4000)
  expect(server.getStats()).toMatchObject({ clients: 1, connected: 0 })
  // What was to be sent, and the word that it could not be.
  expect(faults).toEqual([SENDING, SENDING])
  await server.close()
  expect(time.pending).toBe(0)
})

test('[HS7] nor does the end of the handshake time end more than that connection', async () => {
  const kit = createKit({ handshakeTimeoutMs: 1000 })
  const faults = faultsOf(kit)
  const { peer, break: cut } = dialBreakable(kit)
  cut()
  await kit.time.advance(1000)
  expect(peer.closed?.code).toBe(4012)
  expect(faults).toEqual([SENDING])
})

test('[BI1] the other members of its room get the state of that tick', async () => {
  const kit = createKit()
  const { server, time, settle } = kit
  const Table = defineRoom({ name: 'table', state: () => ({ n: 0 }) })
  server.define(Table, { mayChooseId: () => true })
  const room = server.createRoom(Table, { id: 't' })
  const broken = dialBreakable(kit)
  broken.peer.hello()
  const peers = [broken.peer, await kit.join(), await kit.join()]
  for (const peer of peers) {
    peer.say({ kind: 'join', ackId: 1, how: 'joinById', name: 'table', room: 't' })
    await time.advance(200)
  }
  broken.break()
  room.update((draft) => void (draft.n = 1))
  await settle()
  await time.advance(200)
  expect(peers.map((peer) => peer.of('delta').length)).toEqual([0, 1, 1])
  expect(broken.peer.closed?.code).toBe(4000)
})
