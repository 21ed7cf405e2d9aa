// A small game with everything that a replay must bring back: random numbers, timers, ticks, answers, refusals and late players.
import {
  createJournalKeeper,
  defineContract,
  defineRoom,
  readRecording,
  readSessionFile,
  request,
  type,
} from '@painda/protocol'
import type { JournalKeeper, Recording } from '@painda/protocol'
import { createHarness, type Harness } from '@painda/testing'
import { refuse, type PPServer, type PPServerClient, type Room } from '@painda/server'

interface Miner {
  x: number
  gold: number
  speed: number
  isThere: boolean
}

export const Mine = defineRoom({
  name: 'mine',
  state: () => ({ miners: {} as Record<string, Miner>, gold: [] as number[], night: false, log: '' }),
  sync: { 'miners.*.gold': { to: 'owner' } },
  messages: { walk: type<{ by: number }>(), shout: type<string>() },
  requests: {
    buy: request(type<{ what: string }>(), type<{ gold: number }>()),
    appraise: request(type<{ what: string }>(), type<unknown>()),
  },
  presence: type<{ mood: string }>(),
  events: {
    came: type<unknown>(),
    gone: type<unknown>(),
    found: type<unknown>(),
    dark: type<unknown>(),
    shouted: type<unknown>(),
    heard: type<unknown>(),
  },
})

export const contract = defineContract({ rooms: { Mine } })

export interface Saying {
  readonly type: 'came' | 'gone' | 'found' | 'dark' | 'shouted' | 'heard'
  readonly payload: unknown
  readonly to: 'all' | 'others' | 'one'
}

/** `wait` takes that long on the room's clock. */
export type Appraise = (what: string, gold: number, wait: (ms: number) => Promise<void>) => unknown

export interface Rules {
  stride: number
  price: number
  tickHz: number
  /** Work at the beginning of a room. */
  onBegin: () => void
  /** What is said of what is to be said at once. */
  tell: (sayings: readonly Saying[]) => readonly Saying[]
  appraise: Appraise
}

export const RULES: Rules = {
  stride: 1,
  price: 2,
  tickHz: 20,
  onBegin: () => {},
  tell: (sayings) => sayings,
  async appraise(what, gold, wait) {
    if (what === 'nothing') throw refuse('Nothing is worth nothing.')
    if (what === 'map') return { gold, map: '.'.repeat(2_000) }
    if (what === 'later') await wait(120)
    return { gold }
  },
}

export function defineMine(server: PPServer<typeof contract>, rules: Partial<Rules> = {}): void {
  const { stride, price, tickHz, onBegin, tell, appraise } = { ...RULES, ...rules }
  // Beside the state, as games have it: nobody could restore it from a state.
  const directions = new Map<string, number>()
  function say(
    room: Room<typeof Mine, PPServerClient>,
    client: PPServerClient | null,
    ...sayings: Saying[]
  ): void {
    for (const { type, payload, to } of tell(sayings)) {
      if (client === null || to === 'all') room.broadcast(type, payload)
      else if (to === 'one') room.emit(client, type, payload)
      else room.broadcast(type, payload, { except: client })
    }
  }

  server.define(Mine, {
    tickHz,
    autoDisposeMs: 60_000,
    onCreate({ room, random, state }) {
      onBegin()
      room.every(330, () => state.gold.push(random.int(0, 9)))
      room.setTimeout(() => {
        state.night = true
        say(room, null, { type: 'dark', payload: { map: '.'.repeat(2_000), since: 1 }, to: 'all' })
      }, 1_010)
    },
    onJoin({ room, client, state, random }, options) {
      const { speed = 1 } = Object(options) as { speed?: number }
      state.miners[client.id] = { x: random.int(0, 9), gold: 0, speed, isThere: true }
      say(room, client, { type: 'came', payload: client.id, to: 'others' })
    },
    onDrop: ({ client, state }) => void (minerOf(state, client.id).isThere = false),
    onResume: ({ client, state }) => void (minerOf(state, client.id).isThere = true),
    onLeave({ room, client, state }, reason) {
      say(room, client, { type: 'gone', payload: { id: client.id, reason }, to: 'all' })
      delete state.miners[client.id]
      directions.delete(client.id)
      state.log = reason
    },
    tick({ room, state }) {
      for (const [id, miner] of Object.entries(state.miners)) {
        const by = directions.get(id) ?? 0
        if (by !== 0) miner.x += by * miner.speed * stride
        const found = state.gold.indexOf(miner.x)
        if (found === -1) continue
        state.gold.splice(found, 1)
        miner.gold++
        say(room, null, { type: 'found', payload: { id, gold: miner.gold }, to: 'all' })
      }
    },
    messages: {
      walk: ({ client }, { by }) => void directions.set(client.id, by),
      shout({ state, now, room, client }, text) {
        state.log = `${text} ${now()} ${room.presence.list().length}`
        say(
          room,
          client,
          { type: 'shouted', payload: { text, volume: 3 }, to: 'others' },
          { type: 'heard', payload: { text }, to: 'one' },
        )
      },
    },
    requests: {
      buy({ client, state }, { what }) {
        const miner = minerOf(state, client.id)
        if (miner.gold < price) throw refuse(`A ${what} costs ${price}.`)
        miner.gold -= price
        return { gold: miner.gold }
      },
      appraise: ({ client, state, room }, { what }) =>
        appraise(
          what,
          minerOf(state, client.id).gold,
          (ms) => new Promise((resolve) => void room.setTimeout(resolve, ms)),
        ),
    },
  })
}

function minerOf({ miners }: { miners: Record<string, Miner> }, id: string): Miner {
  const miner = miners[id]
  if (miner === undefined) throw new Error(`Nobody is called ${id}.`)
  return miner
}

export interface Recorded {
  readonly harness: Harness<typeof contract>
  readonly keeper: JournalKeeper
  /** The session file of the only room of a definition. */
  text(): string
  recording(): Recording
}

/** A harness whose server keeps journals. */
export function createRecorded(rules: Partial<Rules> = {}): Recorded {
  let keeper: JournalKeeper | null = null
  const harness = createHarness({
    contract,
    seed: 7,
    setup(server) {
      keeper = createJournalKeeper({ time: server.time, fingerprint: server.fingerprint })
      server.inspector.journal = keeper.journal
      defineMine(server, rules)
    },
  })
  if (keeper === null) throw new Error('The harness starts its server at once.')
  const kept: JournalKeeper = keeper
  const text = (): string => kept.read(kept.rooms().find(({ name }) => name === 'mine')?.room ?? '') ?? ''
  return { harness, keeper: kept, text, recording: () => readRecording(readSessionFile(text())) }
}

/** Two players for some seconds: they walk, buy, are refused, shout, are cut off and come back, and one leaves. */
export async function playRound({ harness }: Recorded): Promise<void> {
  const { time } = harness
  await time.advance(37)
  const ada = harness.client({ name: 'ada' })
  const ben = harness.client({ name: 'ben' })
  const mine = ada.join(Mine)
  await time.advance(111)
  const bens = ben.join(Mine, { options: { speed: 2 } })
  await time.advance(300)
  mine.send('walk', { by: 1 })
  await time.advance(73)
  bens.send('walk', { by: -1 })
  bens.presence.update({ mood: 'wild' })
  await time.advance(500)
  bens.send('walk', { by: 1 })
  mine.send('walk', { by: -1 })
  await time.advance(700)
  mine.request('buy', { what: 'lamp' }).catch(() => {})
  bens.request('buy', { what: 'rope' }).catch(() => {})
  for (const what of ['gold', 'nothing', 'map']) bens.request('appraise', { what }).catch(() => {})
  mine.request('appraise', { what: 'later' }).catch(() => {})
  await time.advance(210)
  ada.net.cut()
  await time.advance(13)
  bens.send('shout', 'hello')
  await time.advance(2_400)
  mine.send('walk', { by: 1 })
  await time.advance(333)
  const room = harness.server.getRoom(mine.id ?? '')
  room?.update((state) => {
    Reflect.set(state, 'log', 'from elsewhere')
    room.broadcast('found', 'in a write from elsewhere')
  })
  room?.broadcast('found', 'from elsewhere')
  await time.advance(100)
  mine.leave()
  await time.advance(200)
  ben.close()
  await time.advance(100)
}
