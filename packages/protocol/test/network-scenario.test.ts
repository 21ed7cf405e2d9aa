import { createFakeTime } from '@painda/testing/fake-time'
import { expect, test } from 'vitest'
import {
  createDeliveryLog,
  createNetwork,
  NETWORK_PROFILES,
  parseScenario,
  playScenario,
  PPError,
  type Scenario,
  type Transport,
} from '../src/index.js'

/** Two clients talk for ten seconds through `spec`; the log of it. */
async function session(seed: number, options: { chatty?: boolean } = {}): Promise<string> {
  const time = createFakeTime({ start: seed * 1_000 })
  const log = createDeliveryLog()
  const network = createNetwork({
    time,
    seed,
    log,
    scenario: { version: 1, profile: 'spec', events: [{ at: 5_000, do: 'corruptNext', direction: 'down' }] },
  })
  for (const name of ['ann', 'bob']) {
    let server: Transport | null = null
    const client = network.link(name).connect((end) => (server = end))
    time.every(100, () => client.send(new Uint8Array(20)))
    time.every(50, () => server?.send(new Uint8Array(60)))
    if (options.chatty === true && name === 'bob') time.every(7, () => client.send(new Uint8Array(5)))
  }
  await time.advance(10_000)
  network.close()
  return log.serialize()
}

test('[NW7] the same seed and the same sends write the same log, byte for byte', async () => {
  const first = await session(42)
  expect(first.length).toBeGreaterThan(10_000)
  expect(first.split('\n')[1]).toMatch(
    /^\{"t":[\d.]+,"link":"ann","dir":"both","seq":0,"bytes":0,"event":"set"\}$/,
  )
  expect(await session(42)).toBe(first)
  expect(await session(43)).not.toBe(first)
})

test('[NW6] more messages up on one link change nothing down, and nothing on another link', async () => {
  const others = (log: string): string[] =>
    log.split('\n').filter((line) => !line.includes('"link":"bob","dir":"up"'))
  const quiet = await session(42)
  const chatty = await session(42, { chatty: true })
  expect(chatty).not.toBe(quiet)
  expect(others(chatty)).toEqual(others(quiet))
})

test('[NW21] a scenario sets the weather at once and plays its events in time, through JSON and back', async () => {
  const time = createFakeTime()
  const scenario = parseScenario(
    JSON.stringify({
      version: 1,
      seed: 9,
      profile: 'step',
      settings: { down: { bytesPerSecond: 1_000 } },
      events: [
        { at: 1_000, do: 'offline' },
        { at: 2_000, do: 'online' },
      ],
    }),
  )
  const network = createNetwork({ time, scenario })
  const link = network.link()
  expect(network.seed).toBe(9)
  expect(link.settings.up.delayMs).toBe(40)
  expect(link.settings.down).toMatchObject({ delayMs: 40, bytesPerSecond: 1_000 })
  await time.advance(1_000)
  expect(link.isOnline).toBe(false)
  await time.advance(1_000)
  expect(link.isOnline).toBe(true)
  await time.advance(28_000)
  expect(link.settings.up.delayMs).toBe(120)
  expect(time.pending).toBe(0)
})

test('[NW21] flap cuts the connection and gives none for three seconds', async () => {
  const time = createFakeTime()
  const link = createNetwork({ time, scenario: { version: 1, profile: 'flap' } }).link()
  let closes = 0
  link.connect(() => {}).onClose(() => closes++)
  await time.advance(19_999)
  expect(closes).toBe(0)
  await time.advance(1)
  expect([closes, link.isOnline]).toEqual([1, false])
  await time.advance(2_999)
  expect(link.isOnline).toBe(false)
  await time.advance(1)
  expect(link.isOnline).toBe(true)
})

test('[NW21] every action of a scenario reaches the link, and hide and show the player', async () => {
  const time = createFakeTime()
  const log = createDeliveryLog()
  const link = createNetwork({ time, seed: 1, log }).link('ann')
  const seen: boolean[] = []
  const scenario: Scenario = {
    version: 1,
    settings: { delayMs: 5 },
    events: [
      { at: 10, do: 'corruptNext', direction: 'up', nth: 1 },
      { at: 10, do: 'hide' },
      { at: 30, do: 'dropNext', count: 1, direction: 'up' },
      { at: 50, do: 'stall', ms: 10, direction: 'up' },
      { at: 70, do: 'cutAtByte', bytes: 2, direction: 'up' },
      { at: 90, do: 'zombie' },
      { at: 95, do: 'show' },
      { at: 100, do: 'cut' },
    ],
  }
  playScenario(link, scenario, time, { onVisibility: (isHidden) => seen.push(isHidden) })
  for (const at of [10, 30, 50, 70]) {
    await time.advance(at - time.now())
    const end = link.connect(() => {})
    end.send(new Uint8Array(2))
    await time.advance(15)
  }
  await time.advance(100)
  const events = log.entries.map((entry) => entry.event)
  expect(events).toEqual([
    ...['set', 'set', 'sent', 'corrupted', 'arrived', 'sent', 'dropped', 'stall', 'sent', 'arrived'],
    ...['sent', 'arrived', 'cut', 'zombie', 'cut'],
  ])
  expect(seen).toEqual([true, false])
})

test('[NW22] a scenario with a round begins anew until it is undone or its link closes', async () => {
  const time = createFakeTime()
  const network = createNetwork({ time, seed: 1 })
  let cuts = 0
  const log = { record: ({ event }: { event: string }) => void (cuts += event === 'cut' ? 1 : 0) }
  const counted = createNetwork({ time, seed: 1, log }).link()
  const scenario: Scenario = { version: 1, repeatMs: 1_000, events: [{ at: 400, do: 'cut' }] }
  const undo = playScenario(counted, scenario, time)
  playScenario(network.link(), scenario, time)
  await time.advance(3_500)
  expect(cuts).toBe(4)
  undo()
  undo()
  network.close()
  expect(time.pending).toBe(0)
})

test.for(Object.entries(NETWORK_PROFILES))(
  '[NW21] the preset %s plays to its end',
  async ([name, profile]) => {
    expect(parseScenario({ version: 1, profile: name })).toEqual({ version: 1, profile: name })
    // A preset is a valid scenario in its own right: what it holds passes the checks for files.
    expect(parseScenario({ version: 1, ...JSON.parse(JSON.stringify(profile)) })).toMatchObject({
      version: 1,
    })
    const time = createFakeTime()
    const network = createNetwork({ time, scenario: parseScenario({ version: 1, profile: name }) })
    const link = network.link()
    await time.advance(120_000)
    expect(link.isOnline || profile.repeatMs > 0).toBe(true)
    network.close()
    expect(time.pending).toBe(0)
  },
)

test.for([
  ['scenario', 7],
  ['scenario', '{'],
  ['scenario', null],
  ['scenario.version', { version: 2 }],
  ['scenario.seed', { version: 1, seed: 1.5 }],
  ['scenario.speed', { version: 1, speed: 1 }],
  ['scenario.__proto__', '{"version":1,"__proto__":{}}'],
  ['scenario.profile', { version: 1, profile: 'constructor' }],
  ['scenario.settings.delayMs', { version: 1, settings: { delayMs: '5' } }],
  ['scenario.settings.up', { version: 1, settings: { up: [] } }],
  ['scenario.settings.jitter.form', { version: 1, settings: { jitter: { form: 'pareto', ms: 1 } } }],
  [
    'scenario.settings.stalls.maxMs',
    { version: 1, settings: { stalls: { chance: 0, slotMs: 50, minMs: 9, maxMs: 8 } } },
  ],
  ['scenario.repeatMs', { version: 1, repeatMs: 1 }],
  ['scenario.events', { version: 1, events: {} }],
  ['scenario.events[0]', { version: 1, events: [null] }],
  ['scenario.events[0].at', { version: 1, events: [{ do: 'cut' }] }],
  [
    'scenario.events[1].do',
    {
      version: 1,
      events: [
        { at: 0, do: 'cut' },
        { at: 1, do: 'close' },
      ],
    },
  ],
  ['scenario.events[0].ms', { version: 1, events: [{ at: 0, do: 'cut', ms: 1 }] }],
  ['scenario.events[0].direction', { version: 1, events: [{ at: 0, do: 'dropNext', count: 1 }] }],
  ['scenario.events[0].settings', { version: 1, events: [{ at: 0, do: 'set' }] }],
] as const)('[NW20] a scenario that is wrong at %s is refused with that name', ([field, source]) => {
  let thrown: unknown = null
  try {
    parseScenario(source)
  } catch (caught) {
    thrown = caught
  }
  expect(thrown).toBeInstanceOf(PPError)
  expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } })
})

test('[NW23] the log keeps the newest entries and counts what it let go', () => {
  const log = createDeliveryLog({ maxEntries: 10 })
  for (let seq = 1; seq <= 35; seq++)
    log.record({ t: seq, link: 'a', dir: 'up', seq, bytes: 1, event: 'sent' })
  expect(log.entries.map((entry) => entry.seq)).toEqual([26, 27, 28, 29, 30, 31, 32, 33, 34, 35])
  expect(log.droppedCount).toBe(25)
  expect(log.serialize().split('\n')).toHaveLength(11)
  log.clear()
  expect([log.entries.length, log.droppedCount]).toEqual([0, 0])
})
