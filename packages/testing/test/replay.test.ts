// What the journal of a room holds is enough to play the room again, and a rule that has changed is found at its tick.
import {
  createJournalKeeper,
  readRecording,
  readSessionFile,
  writeSessionFile,
  type SessionFile,
} from '@painda/protocol'
import { PPServer, PPVirtualClient, silentLogger } from '@painda/server'
import { replay, type TestClient } from '@painda/testing'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { flushMicrotasks } from '../src/microtasks.js'
import { createReplayTime } from '../src/replay/replay-time.js'
import { contract, createRecorded, defineMine, Mine, playRound, RULES, type Rules } from './replay-game.js'

const undos: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo()
})

/** The session file of a whole round. */
let text = ''
beforeAll(async () => {
  const recorded = createRecorded()
  await playRound(recorded)
  text = recorded.text()
  await recorded.harness.close()
})

async function play(rules: Partial<Rules> = {}, from = text) {
  return replay(readRecording(readSessionFile(from)), {
    contract,
    setup: (server) => defineMine(server, rules),
  })
}

function eventsOf(file: string) {
  return readRecording(readSessionFile(file)).events
}

/** The same file with other lines. */
function edited(edit: (lines: SessionFile['lines']) => SessionFile['lines']): string {
  const { about, lines } = readSessionFile(text)
  return writeSessionFile({ about, lines: edit(lines) })
}

describe('replay', () => {
  test('a recorded round is played again with the same state after every tick', async () => {
    const inputs = eventsOf(text).flatMap((event) => (event.kind === 'input' ? [event.input.what] : []))
    expect(new Set(inputs)).toEqual(
      new Set(['create', 'begun', 'join', 'message', 'presence', 'drop', 'resume', 'write', 'leave']),
    )
    const played = await play()
    expect(played).toMatchObject({ name: 'mine', inputs: inputs.length })
    expect(played.checks).toBeGreaterThan(95)
    expect(played.ticks).toBe(played.checks)
  })

  test('a changed rule is found at the first tick that it changes, with both values and the input before it', async () => {
    const walked = eventsOf(text).find((event) => event.kind === 'input' && event.input.what === 'message')
    if (walked?.kind !== 'input') throw new Error('Somebody walks in the round.')
    const error = await play({ stride: 3 }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'DESYNC',
      path: ['miners', 'ada', 'x'],
      details: { tick: walked.tick + 1, input: { peer: 'ada', input: { type: 'walk', payload: { by: 1 } } } },
    })
    expect(String(error)).toContain(
      `at tick ${walked.tick + 1}, ${((walked.tick + 1) / RULES.tickHz).toFixed(2)} s after it began, miners.ada.x was `,
    )
    expect(String(error)).toContain(`frame ${walked.frame} of ada: walk {"by":1}, after tick ${walked.tick}`)
  })

  test('a changed price is found at the purchase', async () => {
    const bought = eventsOf(text).find(
      (event) => event.kind === 'input' && event.input.what === 'message' && event.input.isRequest,
    )
    if (bought?.kind !== 'input') throw new Error('Somebody buys in the round.')
    const error = await play({ price: 1 }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DESYNC', details: { tick: bought.tick + 1 } })
    expect(String(error)).toMatch(/miners\.\w+\.gold was \d and is now \d/)
    expect(String(error)).toMatch(/buy \{"what":"\w+"\}/)
  })

  test('ticks that a late host gave up are given up again', async () => {
    const time = createReplayTime()
    const server = new PPServer({ time, contract, logger: silentLogger })
    undos.push(() => server.close())
    const keeper = createJournalKeeper({ time })
    server.inspector.journal = keeper.journal
    defineMine(server)
    time.moveTo(70)
    const mine = server.createRoom(Mine)
    const bot = new PPVirtualClient('bot', { time })
    bot.connect(server)
    await flushMicrotasks()
    const handle = bot.join(Mine, { id: mine.id })
    for (const at of [100, 150, 420, 423, 777, 2_510, 2_520, 2_600, 2_900]) {
      time.moveTo(at)
      if (at === 423) handle.send('walk', { by: 1 })
      await flushMicrotasks()
      await time.runDue()
    }
    const file = keeper.read(mine.id) ?? ''
    bot.close()
    const steps = eventsOf(file).filter((event) => event.kind === 'step')
    expect(steps.map(({ dropped = 0 }) => dropped)).toContain(29)
    expect(await play({}, file)).toMatchObject({ ticks: steps.at(-1)?.tick })
  })

  test('a host that was busy while the room began ticks from the same moment', async () => {
    const time = createReplayTime()
    const server = new PPServer({ time, contract, logger: silentLogger })
    undos.push(() => server.close())
    const keeper = createJournalKeeper({ time })
    server.inspector.journal = keeper.journal
    defineMine(server, { onBegin: () => time.moveTo(time.now() + 333) })
    time.moveTo(70)
    const mine = server.createRoom(Mine)
    for (let at = 400; at < 3_000; at += 30) {
      time.moveTo(at)
      await time.runDue()
    }
    const file = keeper.read(mine.id) ?? ''
    const [first] = eventsOf(file).filter((event) => event.kind === 'step')
    expect(first).toMatchObject({ from: 7 })
    expect(await play({}, file)).toMatchObject({ checks: 52 })
  })

  test('the rate of the ticks is one of the rules', async () => {
    const recorded = createRecorded({ tickHz: 7 })
    undos.push(() => recorded.harness.close())
    await playRound(recorded)
    expect((await play({ tickHz: 7 }, recorded.text())).checks).toBeGreaterThan(30)
    await expect(play({ tickHz: 8 }, recorded.text())).rejects.toMatchObject({ code: 'DESYNC' })
  })

  test('bots that the game connects by itself stay outside: what they did is in the recording', async () => {
    const met: string[] = []
    const bots: PPVirtualClient[] = []
    const played = await replay(readRecording(readSessionFile(text)), {
      contract,
      setup(server) {
        defineMine(server)
        server.on('connection', (client) => {
          met.push(client.id)
          const bot = new PPVirtualClient('bot', { time: server.time })
          bots.push(bot)
          bot.connect(server)
        })
      },
    })
    for (const bot of bots) bot.close()
    expect(met).toEqual(['ada', 'ben'])
    expect(played.checks).toBeGreaterThan(90)
  })

  test('code that writes into the room from elsewhere is found out', async () => {
    const error = await replay(readRecording(readSessionFile(text)), {
      contract,
      setup(server) {
        defineMine(server)
        server.on('connection', () =>
          server
            .rooms()
            .find(({ name }) => name === 'mine')
            ?.update((state) => void Reflect.set(state, 'log', 'me')),
        )
      },
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DESYNC' })
    expect(String(error)).toContain(
      'now the server’s own code does something else first: write of the server',
    )
  })
})

/** What players do, as numbers: who, and what. */
const doings = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom('join', 'leave', 'walk', 'buy', 'shout', 'cut', 'close', 'presence', 'write'),
    by: fc.integer({ min: -2, max: 2 }),
    ms: fc.integer({ min: 0, max: 700 }),
  }),
  { minLength: 5, maxLength: 40 },
)

test('whatever players do, and whenever, plays again as it was', async () => {
  await fc.assert(
    fc.asyncProperty(doings, fc.constantFrom(1, 7, 20, 60), async (steps, tickHz) => {
      const recorded = createRecorded({ tickHz })
      const { harness } = recorded
      const handles = new Map<number, ReturnType<TestClient<typeof contract>['join']>>()
      for (const { who, what, by, ms } of steps) {
        const name = `p${who}`
        const client = harness.clients.find((one) => one.name === name) ?? harness.client({ name })
        const handle = handles.get(who)
        if (what === 'join') handles.set(who, client.join(Mine, { options: { speed: by } }) as never)
        else if (what === 'cut') client.net.cut()
        else if (what === 'close') client.close()
        else if (what === 'leave') handle?.leave()
        else if (what === 'walk') handle?.send('walk', { by })
        else if (what === 'shout') handle?.send('shout', String(by))
        else if (what === 'presence') handle?.presence.update({ mood: String(by) })
        else if (what === 'buy') handle?.request('buy', { what: 'x' })?.catch(() => {})
        else
          for (const room of harness.server.rooms())
            room.update((state) => void Reflect.set(state, 'log', `w${by}`))
        await harness.time.advance(ms)
      }
      await harness.time.advance(2_000)
      const file = recorded.text()
      await harness.close()
      // Nobody came in: there was no room.
      if (file === '') return
      expect((await play({ tickHz }, file)).checks).toBeGreaterThan(0)
    }),
    { numRuns: 12 },
  )
})

describe('a recording that cannot be played', () => {
  test('a session without the server’s journal says what is missing', () => {
    const file = writeSessionFile({ about: { startedAt: 0, sources: ['ada'] }, lines: [] })
    expect(() => readRecording(readSessionFile(file))).toThrow(/no recording of a room.*Press Record/)
  })

  test('a line that is missing is named, wherever it was', async () => {
    await expect(
      play(
        {},
        edited((lines) => lines.slice(1)),
      ),
    ).rejects.toThrow(/its beginning is missing/)
    const without = edited((lines) => [...lines.slice(0, 20), ...lines.slice(25)])
    await expect(play({}, without)).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      details: { why: 'cut' },
    })
  })

  test('one that ends early is played to its end', async () => {
    const played = await play(
      {},
      edited((lines) => lines.slice(0, 60)),
    )
    expect(played.checks).toBeGreaterThan(5)
    await expect(
      play(
        {},
        edited((lines) => lines.slice(0, 2)),
      ),
    ).rejects.toThrow(/no state of the room/)
  })

  test('another game’s says which room is not there', async () => {
    await expect(replay(readRecording(readSessionFile(text)), { setup: () => {} })).rejects.toThrow(
      'setup() defines no room "mine". It defines none at all.',
    )
  })
})
