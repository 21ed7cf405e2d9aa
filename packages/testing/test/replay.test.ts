// What the journal of a room holds is enough to play the room again, and a rule that has changed is found at its tick.
import {
  createJournalKeeper,
  defineRoom,
  PPError,
  readRecording,
  readSessionFile,
  type,
  writeSessionFile,
  type InputEvent,
  type JournalKeeper,
  type SessionFile,
} from '@painda/protocol'
import { PPServer, PPVirtualClient, silentLogger } from '@painda/server'
import { createHarness, replay, type TestClient } from '@painda/testing'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { flushMicrotasks } from '../src/microtasks.js'
import { createReplayTime } from '../src/replay/replay-time.js'
import {
  contract,
  createRecorded,
  defineMine,
  Mine,
  playRound,
  RULES,
  type Appraise,
  type Rules,
  type Saying,
} from './replay-game.js'

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

/** What the room says in it, with the line and the tick of each. */
function saidIn(file: string) {
  return eventsOf(file).flatMap(({ said = [], n, tick }) => said.map((event) => ({ ...event, n, tick })))
}

/** What the room answers in it, with the request. */
function answersIn(file: string) {
  const events = eventsOf(file)
  const inputs = events.flatMap((event) =>
    event.kind === 'input' && event.input.what !== 'mark' ? [event] : [],
  )
  return events.flatMap(({ answers = [] }) =>
    answers.map((answer) => ({ ...answer, request: inputs[answer.to] })),
  )
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

describe('what a room says', () => {
  /** How the round plays where each saying is another one, or none, or several. */
  async function faultOf(change: (saying: Saying) => readonly Saying[] | Saying): Promise<unknown> {
    const tell: Rules['tell'] = (sayings) => sayings.flatMap(change)
    return play({ tell }).then(
      () => 'plays',
      (thrown: unknown) => thrown,
    )
  }

  function shout() {
    const input = eventsOf(text).find((event) => event.kind === 'input' && wordsOf(event) === 'shout')
    if (input?.kind !== 'input') throw new Error('Somebody shouts in the round.')
    return { tick: input.tick + 1, frame: input.frame, after: input.tick }
  }

  const wordsOf = ({ input }: InputEvent): string => (input.what === 'message' ? input.type : input.what)

  const only =
    (type: Saying['type'], change: (saying: Saying) => readonly Saying[] | Saying) =>
    (saying: Saying): readonly Saying[] | Saying =>
      saying.type === type ? change(saying) : saying

  test('is in the recording: of which type, to whom, and with what', () => {
    const said = saidIn(text)
    expect(new Set(said.map(({ type }) => type))).toEqual(
      new Set(['came', 'gone', 'found', 'dark', 'shouted', 'heard']),
    )
    expect(said.filter(({ type }) => type === 'shouted' || type === 'heard')).toMatchObject([
      { type: 'shouted', to: ['ada'], payload: { text: 'hello', volume: 3 } },
      { type: 'heard', to: ['ben'], payload: { text: 'hello' } },
    ])
    const [dark] = said.filter(({ type }) => type === 'dark')
    expect(Object.keys(dark ?? {})).toEqual(expect.arrayContaining(['hash']))
    expect(Object.keys(dark ?? {})).not.toEqual(expect.arrayContaining(['payload']))
    // What other code sends, nobody sends when the round is played again.
    expect(JSON.stringify(said)).not.toContain('elsewhere')
  })

  test('is compared when it is played again, all of it', async () => {
    const said = saidIn(text)
    expect(said.length).toBeGreaterThan(5)
    expect(await play()).toMatchObject({ events: said.length })
  })

  test('an event that is no longer sent is missing at its tick, and the message names it and the frame before it', async () => {
    const { tick, frame, after } = shout()
    const error = await faultOf(only('shouted', () => []))
    expect(error).toMatchObject({
      code: 'DESYNC',
      path: ['events', 0],
      details: {
        tick,
        event: 'shouted',
        recorded: { type: 'shouted', to: ['ada'] },
        now: undefined,
        input: { peer: 'ben', input: { type: 'shout' } },
      },
    })
    expect(String(error)).toContain(
      `at tick ${tick}, ${(tick / RULES.tickHz).toFixed(2)} s after it began, the event shouted {"text":"hello","volume":3} to ada is no longer sent.`,
    )
    expect(String(error)).toContain(`frame ${frame} of ben: shout "hello", after tick ${after}`)
    expect(String(error)).toMatch(new RegExp(`The ${tick} states until then were the same\\.`))
  })

  test('one that a timer sends is missed too, though nothing came before it', async () => {
    const [dark] = saidIn(text).filter(({ type }) => type === 'dark')
    const error = await faultOf(only('dark', () => []))
    expect(error).toMatchObject({ details: { tick: dark?.tick, event: 'dark' } })
  })

  test('another order is a difference', async () => {
    const error = await play({ tell: (sayings) => [...sayings].reverse() }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DESYNC', path: ['events', 0], details: { tick: shout().tick } })
    expect(String(error)).toContain(
      'the event shouted {"text":"hello","volume":3} to ada was sent, and now it is heard {"text":"hello"} to ben.',
    )
  })

  test('so is a member more or less that hears of it', async () => {
    const more = await faultOf(only('heard', (saying) => ({ ...saying, to: 'all' })))
    expect(more).toMatchObject({ code: 'DESYNC', path: ['events', 1, 'to'] })
    expect(String(more)).toContain('the event heard was sent to ben and is now sent to all.')
    const other = await faultOf(only('shouted', (saying) => ({ ...saying, to: 'one' })))
    expect(other).toMatchObject({ code: 'DESYNC', path: ['events', 0, 'to', 0] })
    expect(String(other)).toContain('the event shouted was sent to ada and is now sent to ben.')
  })

  test('so is what it carries, named to the field, or as a whole where it is long', async () => {
    const louder = { text: 'hello', volume: 4 }
    const error = await faultOf(only('shouted', (saying) => ({ ...saying, payload: louder })))
    expect(error).toMatchObject({
      path: ['events', 0, 'payload', 'volume'],
      details: { recorded: 3, now: 4, event: 'shouted' },
    })
    expect(String(error)).toContain('of the event shouted to ada, payload.volume was 3 and is now 4.')
    const long = { map: '.'.repeat(2_000), since: 2 }
    const other = await faultOf(only('dark', (saying) => ({ ...saying, payload: long })))
    expect(other).toMatchObject({ code: 'DESYNC', path: ['events', 0, 'hash'] })
    expect(String(other)).toContain('the event dark to all carries something else')
    // The same fields in another order are the same.
    const turned = { since: 1, map: '.'.repeat(2_000) }
    expect(await faultOf(only('dark', (saying) => ({ ...saying, payload: turned })))).toBe('plays')
  })

  test('so is one that is sent twice, and one that nobody has sent', async () => {
    const error = await faultOf(only('shouted', (saying) => [saying, saying]))
    expect(error).toMatchObject({ path: ['events', 1], details: { recorded: undefined, tick: shout().tick } })
    expect(String(error)).toContain(
      'the event shouted {"text":"hello","volume":3} to ada is sent, which was not.',
    )
  })

  test('a recording of an older release tells of none, and plays', async () => {
    const older = edited((lines) =>
      lines.map((line) => {
        const { event } = line
        if (event.kind !== 'input' && event.kind !== 'step') return line
        const { said: _said, ...rest } = event
        if (rest.kind === 'step' || rest.input.what !== 'create') return { ...line, event: rest }
        const { tellsEvents: _tells, ...input } = rest.input
        return { ...line, event: { ...rest, input } }
      }),
    )
    expect(await play({ tell: () => [] }, older)).toMatchObject({ events: 0 })
  })
})

describe('what a room answers', () => {
  const faultOf = (appraise: Appraise): Promise<unknown> =>
    play({ appraise }).then(
      () => 'plays',
      (thrown: unknown) => thrown,
    )

  /** The request for it, in the words of a message. */
  function asked(what: string) {
    const request = eventsOf(text).find(
      (event) => event.kind === 'input' && JSON.stringify(event.input).includes(`{"what":"${what}"}`),
    )
    if (request?.kind !== 'input') throw new Error(`Ben asks for ${what} in the round.`)
    const { tick, frame } = request
    return { tick: tick + 1, words: `frame ${frame} of ben: appraise {"what":"${what}"}, after tick ${tick}` }
  }

  test('is in the recording: which request, and which value or code of a refusal, where it came at once', () => {
    const answers = answersIn(text).map(({ request, to: _to, ...answer }) => [
      request?.peer,
      request?.input.what === 'message' && Reflect.get(Object(request.input.payload), 'what'),
      answer,
    ])
    expect(answers).toEqual([
      ['ada', 'lamp', expect.anything()],
      ['ben', 'rope', expect.anything()],
      ['ben', 'gold', { payload: { gold: expect.any(Number) } }],
      ['ben', 'nothing', { error: 'REFUSED' }],
      ['ben', 'map', { hash: expect.any(Number) }],
    ])
  })

  test('is compared when it is played again, all of it', async () => {
    expect(await play()).toMatchObject({ answers: 5 })
  })

  test('another value is found at its tick, and the message names the frame and the path with both values', async () => {
    const { tick, words } = asked('gold')
    const error = await faultOf((what, gold, wait) =>
      what === 'gold' ? { gold: gold + 7 } : RULES.appraise(what, gold, wait),
    )
    const found = answersIn(text).find(({ request }) => JSON.stringify(request?.input).includes('"gold"'))
    const { gold } = Object(found?.payload) as { gold: number }
    expect(error).toMatchObject({
      code: 'DESYNC',
      path: ['answers', expect.any(Number), 'payload', 'gold'],
      details: { tick, recorded: gold, now: gold + 7, request: { peer: 'ben', input: { type: 'appraise' } } },
    })
    expect(String(error)).toContain(
      `at tick ${tick}, ${(tick / RULES.tickHz).toFixed(2)} s after it began, the answer to ${words}: payload.gold was ${gold} and is now ${gold + 7}.`,
    )
    expect(String(error)).toMatch(new RegExp(`The ${tick} states until then were the same\\.`))
  })

  test('a refusal is another one by its code, not by its words', async () => {
    const refuseWith = (refusal: Error) =>
      faultOf((what, gold, wait) => {
        if (what === 'nothing') throw refusal
        return RULES.appraise(what, gold, wait)
      })
    expect(await refuseWith(new PPError('REFUSED', 'Other words.'))).toBe('plays')
    const error = await refuseWith(new PPError('FORBIDDEN', 'No.'))
    expect(error).toMatchObject({
      path: ['answers', expect.any(Number), 'error'],
      details: { tick: asked('nothing').tick, recorded: 'REFUSED', now: 'FORBIDDEN' },
    })
    expect(String(error)).toContain(
      `the answer to ${asked('nothing').words}: it was a refusal (REFUSED) and is now a refusal (FORBIDDEN).`,
    )
  })

  test('so is a refusal that was a value, a value that was a refusal, and a long one', async () => {
    const answering = (changed: string, answer: () => unknown) =>
      faultOf((what, gold, wait) => (what === changed ? answer() : RULES.appraise(what, gold, wait)))
    const refused = await answering('gold', () => {
      throw new PPError('REFUSED', 'No.')
    })
    expect(String(refused)).toMatch(/it was \{"gold":\d\} and is now a refusal \(REFUSED\)/)
    expect(String(await answering('nothing', () => undefined))).toMatch(
      /it was a refusal \(REFUSED\) and is now /,
    )
    const long = await answering('map', () => ({ gold: 0, map: ','.repeat(2_000) }))
    expect(long).toMatchObject({ code: 'DESYNC', path: ['answers', expect.any(Number), 'hash'] })
    expect(String(long)).toContain('it is another one')
  })

  test('one that does not come at once any more is missing, and one for which something was waited is not compared', async () => {
    const error = await faultOf(async (what, gold, wait) => {
      if (what === 'map') await wait(200)
      return RULES.appraise(what, gold, wait)
    })
    expect(error).toMatchObject({ code: 'DESYNC' })
    expect(String(error)).toContain(
      `the answer to ${asked('map').words}: it was a long one and is now not given at once.`,
    )
    const later = await faultOf((what, gold, wait) =>
      what === 'later' ? { gold: gold + 7 } : RULES.appraise(what, gold, wait),
    )
    expect(later).toBe('plays')
  })

  test('a recording of an older release tells of none, and plays', async () => {
    const older = edited((lines) =>
      lines.map((line) => {
        const { event } = line
        if (event.kind !== 'input' && event.kind !== 'step') return line
        const { answers: _answers, ...rest } = event
        return { ...line, event: rest }
      }),
    )
    expect(await play({ appraise: () => 'something else' }, older)).toMatchObject({ answers: 0 })
  })
})

/** A room that sleeps unless its state changes, and says what changes nothing. */
const Tower = defineRoom({
  name: 'tower',
  state: () => ({ ringers: 0 }),
  messages: { ring: type<number>() },
  events: { rang: type<number>() },
})

async function recordTower(): Promise<string> {
  const keepers: JournalKeeper[] = []
  const harness = createHarness({
    clients: 1,
    setup(server) {
      const keeper = createJournalKeeper({ time: server.time })
      keepers.push(keeper)
      server.inspector.journal = keeper.journal
      defineTower(server, 1)
    },
  })
  const tower = harness.clients[0]?.join(Tower)
  await harness.time.advance(500)
  for (const n of [1, 2, 3]) {
    tower?.send('ring', n)
    await harness.time.advance(500)
  }
  const [keeper] = keepers
  const file = keeper?.read(tower?.id ?? '') ?? ''
  expect(keeper?.read(tower?.id ?? ''), 'reading it adds nothing').toBe(file)
  await harness.close()
  return file
}

function defineTower(server: PPServer, factor: number): void {
  server.define(Tower, {
    onJoin: ({ state }) => void state.ringers++,
    messages: { ring: ({ room }, n) => room.broadcast('rang', n * factor) },
  })
}

test('what a sleeping room has said after its last tick is compared too', async () => {
  const file = await recordTower()
  const playTower = (factor: number, from = file): Promise<unknown> =>
    replay(readRecording(readSessionFile(from)), { setup: (server) => defineTower(server, factor) })
  expect(await playTower(1)).toMatchObject({ events: 3 })
  const error = await playTower(2).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'DESYNC', path: ['events', 0, 'payload'] })
  expect(String(error)).toMatch(/after tick \d+, .*of the event rang to all, payload was 1 and is now 2\./)
  // Where the file ends, it does not know what came then.
  const { about, lines } = readSessionFile(file)
  const cut = writeSessionFile({ about, lines: lines.slice(0, -1) })
  expect(await playTower(1, cut)).toMatchObject({ events: 2 })
})

/** What players do, as numbers: who, and what. */
const doings = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom(
      'join',
      'leave',
      'walk',
      'buy',
      'ask',
      'shout',
      'cut',
      'close',
      'presence',
      'write',
    ),
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
        else if (what === 'ask') {
          const of = ['gold', 'nothing', 'map', 'later', 'gold'][by + 2] ?? 'gold'
          handle?.request('appraise', { what: of })?.catch(() => {})
        } else if (what === 'buy') handle?.request('buy', { what: 'x' })?.catch(() => {})
        else
          for (const room of harness.server.rooms())
            room.update((state) => {
              Reflect.set(state, 'log', `w${by}`)
              room.broadcast('found', by)
            })
        await harness.time.advance(ms)
      }
      await harness.time.advance(2_000)
      const file = recorded.text()
      await harness.close()
      // Nobody came in: there was no room.
      if (file === '') return
      const played = await play({ tickHz }, file)
      expect(played.checks).toBeGreaterThan(0)
      expect(played.events).toBe(saidIn(file).length)
      expect(played.answers).toBe(answersIn(file).length)
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
