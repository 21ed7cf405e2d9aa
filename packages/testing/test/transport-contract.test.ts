// The Transport contract, against what is in reach without a network: the in-memory pair, links of the network engine in
// good and bad weather, and the harness's own wrappers.
import { createNetwork, createTransportPair, type LinkPatch, type Transport } from '@painda/protocol'
import { describe, test } from 'vitest'
import { createCrank } from '../src/crank.js'
import { createFakeTime, describeTransport, type TransportPair } from '../src/index.js'
import { createMortalTransport } from '../src/mortal.js'

const runner = { describe, test }

async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

function pairInMemory(wrap: (end: Transport) => Transport = (end) => end): TransportPair {
  const [a, b] = createTransportPair()
  return { a: wrap(a), b: wrap(b), settle: settleMicrotasks }
}

function pairOverLink(weather: LinkPatch): TransportPair {
  const time = createFakeTime()
  const network = createNetwork({ time, seed: 5 })
  const link = network.link('p1')
  link.set(weather)
  let far: Transport | null = null
  const near = link.connect((end) => (far = end))
  if (far === null) throw new Error('An open link connects at once.')
  return { a: near, b: far, settle: () => time.advance(5_000), close: () => network.close() }
}

function reversed({ a, b, ...rest }: TransportPair): TransportPair {
  return { ...rest, a: b, b: a }
}

const storm: LinkPatch = {
  delayMs: 80,
  jitter: { form: 'exponential', ms: 40 },
  bytesPerSecond: 50_000,
  stalls: { chance: 0.1, slotMs: 50, minMs: 50, maxMs: 400 },
}

describeTransport('in memory', () => pairInMemory(), runner)
describeTransport('a perfect link, the client first', () => pairOverLink({}), runner)
describeTransport('a perfect link, the server first', () => reversed(pairOverLink({})), runner)
describeTransport('a storm, the client first', () => pairOverLink(storm), runner)
describeTransport('a storm, the server first', () => reversed(pairOverLink(storm)), runner)
describeTransport(
  'in memory, mortal',
  () => pairInMemory((end) => createMortalTransport(end).transport),
  runner,
)
describeTransport(
  'in memory, by hand',
  () => {
    const crank = createCrank()
    const pair = pairInMemory((end) => crank.hold(end, 'p1', 'up'))
    async function settle(): Promise<void> {
      do await settleMicrotasks()
      while (crank.next())
    }
    return { ...pair, settle }
  },
  runner,
)
