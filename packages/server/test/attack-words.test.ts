// Peers that say to a server what only servers say.
import {
  contractNames,
  contractRows,
  createViewEncoder,
  createWireCodec,
  defineContract,
  type,
} from '@painda/protocol'
import { expect, test } from 'vitest'
import { heapMiB } from './heap.js'
import { createKit, type Peer } from './peer-kit.js'

const contract = defineContract({ messages: { move: type<number>() } })
const names = contractNames(contract)

test('[FB13] state that strangers send is refused, and nothing of it is kept', async () => {
  const { dial, settle } = createKit()
  const base = heapMiB()
  for (let n = 0; n < 40; n++) {
    const view = createViewEncoder(1000 + n)
    const text = String(n).repeat(450_000)
    const peer = dial()
    peer.transport.send(
      view.snapshot({ kind: 'snapshot', room: `r${n}`, version: 1, tick: 1, state: { text } }),
    )
    await settle()
    expect(peer.closed?.code).toBe(4002)
  }
  // Forty times what one of them sent is 30 MiB.
  await expect.poll(() => heapMiB() - base, { timeout: 20_000 }).toBeLessThan(10)
})

test('[FB13][CT3] a welcome from one client changes nothing for the others of its contract', async () => {
  const { server, dial, settle } = createKit({ contract })
  const moves: unknown[] = []
  server.on('move', (_client, payload) => void moves.push(payload))
  const greet = async (): Promise<Peer> => {
    const peer = dial(undefined, names)
    peer.hello({ contract: contractRows(contract) })
    await settle()
    expect(peer.welcome.compact).toBe(true)
    return peer
  }
  const honest = await greet()
  const hostile = await greet()
  hostile.transport.send(createWireCodec().encode({ ...hostile.welcome, compact: false }))
  await settle()
  expect(hostile.closed?.code).toBe(4002)
  const later = await greet()
  honest.emit('move', 1)
  later.emit('move', 2)
  await settle()
  expect(moves).toEqual([1, 2])
  expect([honest.closed, later.closed]).toEqual([null, null])
})
