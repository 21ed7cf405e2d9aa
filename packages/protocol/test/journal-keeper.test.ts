// What is kept of rooms that are played: which journals, how much of them, and what is told of those that cannot be kept.
import { createFakeTime } from '@painda/testing/fake-time'
import { expect, test } from 'vitest'
import { createJournalKeeper, PPError, readSessionFile, writeSessionFile } from '../src/index.js'
import type {
  InspectEvent,
  JournalKeeper,
  JournalKeeperOptions,
  RoomInput,
  SaidEvent,
  SessionFileLine,
} from '../src/index.js'

const CREATE = { what: 'create', name: 'arena', seed: 1, stepMs: 50, isRestored: false } as const

interface Played {
  readonly keeper: JournalKeeper
  begin(room: string, input?: Partial<typeof CREATE> | { seed: null } | { name: null }): void
  input(room: string, input: RoomInput, peer?: string): void
  step(room: string, tick: number, state: object, dropped?: number): void
  said(room: string, type: string, more?: Omit<SaidEvent, 'type'>): void
}

function play(options: Partial<JournalKeeperOptions> = {}): Played {
  const keeper = createJournalKeeper({ time: createFakeTime(), ...options })
  const moment = (room: string, tick = 0, state: object = {}) => ({ room, tick, now: 0, state })
  return {
    keeper,
    begin: (room, input = {}) => void keeper.journal.input(moment(room), '', { ...CREATE, ...input }),
    input: (room, input, peer = 'ada') => void keeper.journal.input(moment(room), peer, input),
    step: (room, tick, state, dropped = 0) => keeper.journal.step(moment(room, tick, state), dropped),
    said: (room, type, more = {}) => keeper.journal.said(room, { type, ...more }),
  }
}

const say = (payload: string): RoomInput => ({ what: 'message', type: 'say', isRequest: false, payload })

/** What is kept of a room, without what every line has. */
function linesOf(keeper: JournalKeeper, room: string): object[] {
  const text = keeper.read(room)
  if (text === null) throw new Error(`Nothing is kept of ${room}.`)
  return readSessionFile(text).lines.map(({ event }) => shortened(event))
}

function shortened(event: InspectEvent): object {
  if (event.kind === 'input') return { [event.input.what]: event.n, frame: event.frame, said: event.said }
  if (event.kind !== 'step') return { kind: event.kind }
  const { from, tick, n, dropped, said, state, delta } = event
  return { step: n, from, tick, dropped, said, state, delta }
}

const problemIn = (keeper: JournalKeeper, room: string): string | null | undefined =>
  keeper.rooms().find((kept) => kept.room === room)?.problem

test('ticks in which nothing happened are one line, up to the next input, change or gap', () => {
  const { keeper, begin, input, step } = play()
  begin('a')
  for (let tick = 1; tick <= 4; tick++) step('a', tick, { x: 0 })
  input('a', say('hello'))
  step('a', 5, { x: 0 })
  step('a', 6, { x: 1 })
  step('a', 7, { x: 1 })
  step('a', 10, { x: 1 }, 2)
  expect(linesOf(keeper, 'a')).toEqual([
    { create: 0 },
    { step: 1, from: 1, tick: 1, state: { x: 0 } },
    { step: 2, from: 2, tick: 4 },
    { message: 3 },
    { step: 4, from: 5, tick: 6, delta: { x: 1 } },
    { step: 5, from: 7, tick: 7 },
    { step: 6, from: 10, tick: 10, dropped: 2 },
  ])
})

test('what a room says is in the line that comes next, and ends the ticks in which nothing happened', () => {
  const { keeper, begin, input, step, said } = play()
  begin('a')
  step('a', 1, {})
  step('a', 2, {})
  said('a', 'boom', { payload: { at: 3 } })
  step('a', 3, {})
  step('a', 4, {})
  input('a', say('hello'))
  said('a', 'said', { to: ['ben'] })
  said('a', 'said', { except: ['ben'] })
  input('a', say('bye'))
  step('a', 5, {})
  step('a', 6, { x: 1 })
  expect(linesOf(keeper, 'a')).toEqual([
    { create: 0 },
    { step: 1, from: 1, tick: 1, state: {} },
    { step: 2, from: 2, tick: 3, said: [{ type: 'boom', payload: { at: 3 } }] },
    { step: 3, from: 4, tick: 4 },
    { message: 4 },
    {
      message: 5,
      said: [
        { type: 'said', to: ['ben'] },
        { type: 'said', except: ['ben'] },
      ],
    },
    { step: 6, from: 5, tick: 6, delta: { x: 1 } },
  ])
  // Nothing comes any more: whoever reads it sees it all the same, once.
  said('a', 'last')
  const all = linesOf(keeper, 'a')
  expect(all.at(-1)).toEqual({ mark: 7, said: [{ type: 'last' }] })
  expect(linesOf(keeper, 'a')).toEqual(all)
  step('a', 7, { x: 1 })
  expect(linesOf(keeper, 'a').at(-1)).toEqual({ step: 8, from: 7, tick: 7 })
})

test('an answer is in the line that comes next, with the place of its request among the inputs, and ends a quiet time', () => {
  const { keeper, begin, input, step } = play()
  const { journal } = keeper
  const payload = { coins: 3 }
  begin('a')
  step('a', 1, {})
  keeper.mark('a', 'Record')
  input('a', say('buy'))
  journal.answered('a', { payload })
  payload.coins = 2
  input('a', say('buy'))
  journal.answered('a', { error: 'REFUSED' })
  step('a', 2, {})
  step('a', 3, {})
  input('a', say('look'))
  journal.answered('a', { payload: 'x'.repeat(2_000) })
  journal.answered('nobody', { payload: 1 })
  const answers = () =>
    readSessionFile(keeper.read('a') ?? '').lines.flatMap(({ event }) =>
      event.kind === 'input' || event.kind === 'step' ? [[event.n, event.answers]] : [],
    )
  expect(answers()).toEqual([
    [0, undefined],
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [4, [{ to: 1, payload: { coins: 3 } }]],
    [5, [{ to: 2, error: 'REFUSED' }]],
    [6, undefined],
    [7, undefined],
    // Nothing came after it: whoever reads it sees it all the same.
    [8, [{ to: 3, hash: expect.any(Number) as number }]],
  ])
  for (let i = 0; i <= 10_000; i++) journal.answered('a', { payload: i })
  expect(problemIn(keeper, 'a')).toMatch(/more between two ticks/)
})

test('a file that says of answers what cannot be is refused with the line', () => {
  const file = (answers: unknown): string => {
    const event = { kind: 'step', at: 1, room: 'a', n: 0, from: 1, tick: 1, answers }
    const line = { source: 0, event } as unknown as SessionFileLine
    return writeSessionFile({ about: { startedAt: 0, sources: ['server'] }, lines: [line] })
  }
  const good = [{ to: 0, payload: { constructor: 1 }, hash: 4, error: 'REFUSED' }]
  expect(readSessionFile(file(good)).lines[0]?.event).toMatchObject({ answers: good })
  const many = Array.from({ length: 10_001 }, () => ({ to: 1 }))
  for (const bad of [{}, [7], [null], [{}], [{ to: -1 }], [{ to: '1' }], [{ to: 1, error: 7 }], many])
    expect(() => readSessionFile(file(bad)), JSON.stringify(bad).slice(0, 60)).toThrow(PPError)
})

test('an event is kept as it was when it was sent, bytes included; of a long one only a hash, and what cannot travel is left out', () => {
  const { keeper, begin, said } = play()
  begin('a')
  const payload = { hp: 3, bytes: new Uint8Array([0, 255]) }
  said('a', 'hit', { payload })
  payload.hp = 2
  payload.bytes[0] = 7
  said('a', 'map', { payload: { text: 'x'.repeat(1_000), tiles: [1, 2] } })
  said('a', 'map', { payload: { tiles: [1, 2], text: 'x'.repeat(1_000) } })
  said('a', 'map', { payload: { text: 'x'.repeat(1_000), tiles: [1, 3] } })
  const cycle: Record<string, unknown> = {}
  cycle['cycle'] = cycle
  for (const odd of [cycle, 1n, { big: 1n }]) said('a', 'odd', { payload: odd })
  said('a', 'none', { payload: undefined })
  said('a', 'null', { payload: null })
  // An escape of our own is data like any other.
  said('a', 'escape', { payload: { __pp_bytes: 'ff' } })
  const [, last] = linesOf(keeper, 'a') as [object, { said: SaidEvent[] }]
  const [hit, map, same, other, ...more] = last.said
  expect(hit).toEqual({ type: 'hit', payload: { hp: 3, bytes: new Uint8Array([0, 255]) } })
  expect(map).toEqual({ type: 'map', hash: expect.any(Number) as number })
  expect(same).toEqual(map)
  expect(other?.hash).not.toBe(map?.hash)
  expect(more).toEqual([
    { type: 'none' },
    { type: 'null', payload: null },
    { type: 'escape', payload: { __pp_bytes: 'ff' } },
  ])
})

test.each<[string, number, Omit<SaidEvent, 'type'>]>([
  ['more events', 10_001, {}],
  ['more text', 5_000, { payload: 'x'.repeat(1_000) }],
  ['more members', 200, { to: Array.from({ length: 3_000 }, (_, index) => `player ${index}`) }],
])('a room that says %s at once than a line can hold is not kept, and says why', (_, times, more) => {
  const { keeper, begin, step, said } = play()
  begin('a')
  begin('b')
  for (let i = 0; i < times; i++) said('a', 'boom', more)
  for (let i = 0; i < 100; i++) said('b', 'boom', more)
  step('a', 1, {})
  step('b', 1, {})
  expect(problemIn(keeper, 'a')).toMatch(/more between two ticks/)
  expect(linesOf(keeper, 'a')).toEqual([])
  expect(problemIn(keeper, 'b')).toBeNull()
  expect(linesOf(keeper, 'b')).toHaveLength(2)
})

test('a file that says of events what cannot be is refused with the line', () => {
  const file = (said: unknown, kind: 'step' | 'input' = 'step'): string => {
    const event =
      kind === 'step'
        ? { kind, at: 1, room: 'a', n: 0, from: 1, tick: 1, said }
        : { kind, at: 1, room: 'a', n: 0, tick: 1, now: 1, peer: '', said, input: { what: 'begun' } }
    const line = { source: 0, event } as unknown as SessionFileLine
    return writeSessionFile({ about: { startedAt: 0, sources: ['server'] }, lines: [line] })
  }
  const good = [{ type: 'boom', to: ['ada'], except: [], payload: { constructor: 1 }, hash: 4 }]
  for (const kind of ['step', 'input'] as const) {
    const [line] = readSessionFile(file(good, kind)).lines
    expect(line?.event).toMatchObject({ said: good })
    for (const bad of [
      {},
      'boom',
      [7],
      [null],
      [{}],
      [{ type: 7 }],
      [{ type: 'boom', to: 'ada' }],
      [{ type: 'boom', to: [7] }],
      [{ type: 'boom', except: { length: 1 } }],
      [{ type: 'boom', hash: -1 }],
      [{ type: 'boom', hash: 'x' }],
      [{ type: 'boom', to: Array.from({ length: 65_537 }, () => 'a') }],
      Array.from({ length: 10_001 }, () => ({ type: 'boom' })),
    ]) {
      let fault: unknown
      try {
        readSessionFile(file(bad, kind))
      } catch (thrown) {
        fault = thrown
      }
      expect(fault, JSON.stringify(bad).slice(0, 60)).toBeInstanceOf(PPError)
      expect(fault).toMatchObject({ code: 'UNREADABLE_FILE', details: { why: 'damaged', line: 2 } })
    }
  }
})

test('an input names the frame that brought it, and the frames of clients long gone are forgotten', () => {
  const { keeper, begin, input } = play()
  begin('a')
  keeper.journal.frame('ada', 7)
  keeper.journal.frame('ben', 8)
  input('a', say('hello'), 'ada')
  for (let peer = 0; peer < 4095; peer++) keeper.journal.frame(`peer ${peer}`, 1)
  input('a', say('hello'), 'ada')
  input('a', say('hello'), 'ben')
  expect(linesOf(keeper, 'a').slice(1)).toEqual([
    { message: 1, frame: 7 },
    { message: 2 },
    { message: 3, frame: 8 },
  ])
})

test('the eight rooms that ended last may still be asked for, however long ago they began', () => {
  const readable: boolean[] = []
  const { keeper, begin, step } = play({ onOver: (room) => void readable.push(keeper.read(room) !== null) })
  const names = Array.from({ length: 10 }, (_, index) => `room ${index}`)
  for (const room of names) begin(room)
  for (const room of [...names].reverse()) {
    step(room, 1, { room })
    keeper.journal.over(room)
    keeper.journal.over(room)
  }
  expect(readable, 'each when it ended, and once').toEqual(names.map(() => true))
  expect(
    keeper
      .rooms()
      .map(({ room }) => room)
      .sort(),
  ).toEqual(names.slice(0, 8))
  expect(keeper.read('room 9')).toBeNull()
})

test('too much of all together costs the longest journal, and it says so; the others stay whole', () => {
  const { keeper, begin, input } = play({ maxLength: 20_000 })
  for (const room of ['a', 'long', 'b']) begin(room)
  for (const room of ['a', 'b']) input(room, say('x'.repeat(1_000)))
  for (let i = 0; i < 30; i++) input('long', say('x'.repeat(1_000)))
  expect(problemIn(keeper, 'long')).toMatch(/too long/)
  expect(linesOf(keeper, 'long')).toEqual([])
  expect(keeper.mark('long', 'now')).toBe(false)
  for (const room of ['a', 'b']) {
    expect(problemIn(keeper, room)).toBeNull()
    expect(linesOf(keeper, room)).toEqual([{ create: 0 }, { message: 1 }])
  }
  // What it took is free again.
  for (let i = 0; i < 10; i++) input('a', say('x'.repeat(1_000)))
  expect(problemIn(keeper, 'a')).toBeNull()
})

/** A room whose quiet ticks are not written yet, with so little room left that writing them is one line too many. */
function almostFull(): Played {
  const played = play({ maxLength: 1_500 })
  played.begin('a')
  played.step('a', 1, { x: 0 })
  const used = played.keeper.read('a')?.split('\n').slice(1).join('').length ?? 0
  const line = { source: 0, event: { kind: 'input', at: 0, tick: 0, now: 0, peer: 'ada', room: 'a', n: 2 } }
  const bare = JSON.stringify({ ...line, event: { ...line.event, input: say('') } }).length
  played.input('a', say('x'.repeat(1_500 - used - bare - 20)))
  for (let tick = 2; tick <= 4; tick++) played.step('a', tick, { x: 0 })
  expect(problemIn(played.keeper, 'a')).toBeNull()
  return played
}

test.each<[string, (played: Played) => void]>([
  ['an input', ({ input }) => input('a', say(''))],
  ['a change', ({ step }) => step('a', 9, { x: 1 }, 1)],
  ['a watcher', ({ keeper }) => expect(keeper.mark('a', 'now')).toBe(false)],
])('a journal that ends with the quiet ticks before %s has no line after them', (_, act) => {
  const played = almostFull()
  act(played)
  expect(problemIn(played.keeper, 'a')).toMatch(/too long/)
  expect(linesOf(played.keeper, 'a')).toEqual([])
})

test('of a large state nothing is kept until somebody watches, and then all of it', () => {
  const { keeper, begin, step } = play()
  begin('a')
  const large = { text: 'x'.repeat(300_000), x: 0 }
  step('a', 1, large)
  step('a', 2, { ...large, x: 1 })
  expect(linesOf(keeper, 'a')).toEqual([{ create: 0 }, { step: 1, from: 1, tick: 2 }])
  expect(keeper.mark('a', 'now')).toBe(true)
  step('a', 3, { ...large, x: 2 })
  step('a', 4, { ...large, x: 3 })
  expect(linesOf(keeper, 'a').slice(2)).toEqual([
    { mark: 2 },
    { step: 3, from: 3, tick: 3, state: { ...large, x: 2 } },
    { step: 4, from: 4, tick: 4, delta: { x: 3 } },
  ])
})

test.each<[string, RegExp, (played: Played) => void]>([
  ['without a definition', /server\.define/, ({ begin }) => begin('a', { name: null })],
  ['whose random numbers tell no seed', /seed/, ({ begin }) => begin('a', { seed: null })],
  [
    'whose code was saved anew',
    /saved anew/,
    ({ begin, keeper }) => {
      begin('a')
      keeper.journal.changed('a')
    },
  ],
])('a room %s cannot be played again, and is told why', (_, problem, act) => {
  const played = play()
  act(played)
  played.input('a', say('hello'))
  played.step('a', 1, { x: 1 })
  expect(problemIn(played.keeper, 'a')).toMatch(problem)
  expect(linesOf(played.keeper, 'a')).toEqual([])
  expect(played.keeper.mark('a', 'now')).toBe(false)
})

test('a room that is over, unknown, or of a keeper that was closed takes nothing more', () => {
  const { keeper, begin, input, step } = play()
  begin('a')
  keeper.journal.over('a')
  input('a', say('late'))
  step('a', 1, { x: 1 })
  expect(linesOf(keeper, 'a')).toEqual([{ create: 0 }])
  expect(keeper.mark('a', 'now')).toBe(false)
  expect(keeper.mark('b', 'now')).toBe(false)
  input('b', say('hello'))
  expect(keeper.read('b')).toBeNull()
  keeper.close()
  begin('c')
  expect(keeper.rooms()).toEqual([])
})
