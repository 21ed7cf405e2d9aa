// A client that plays a little game with itself: real messages, real codec, real deltas, and no network. Seeded, so
// that two runs make the same stream.
import {
  createInspector,
  createWireCodec,
  defineContract,
  defineRoom,
  createRandom,
  diff,
  patchImmutable,
  request,
  type,
  type InspectEvent,
  type Inspector,
  type Message,
  type StandardSchema,
} from '@painda/protocol'
import type { InspectableClient, InspectableRoom, InspectableStatus } from '../src/inspectable.js'

interface Player {
  name: string
  x: number
  y: number
  score: number
}

interface Game {
  phase: string
  secondsLeft: number
  players: Record<string, Player>
  floor: number[][]
  podium: { id: string; score: number }[]
}

export interface FakeClient extends InspectableClient {
  readonly inspector: Inspector
  setStatus(status: Partial<InspectableStatus>): void
  setRtt(rtt: number): void
  tell(event: InspectEvent): void
  /** One frame with these messages, encoded as it would travel. */
  frame(direction: 'in' | 'out', ...messages: Message[]): void
  /** Connects and joins the room. */
  start(): void
  /** One tick: mostly a delta, sometimes a message, an answer, a ping, an error. */
  step(): void
  now: number
}

const ROOM = 'arena-1'

/** Validators that say their shape as JSON Schema, as zod 4.2 and arktype do. */
function shaped(properties: object, check: (value: object) => string | null): StandardSchema {
  const required = Object.keys(properties).filter((name) => name !== 'note')
  const input = () => ({ type: 'object', properties, required })
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        const message = check(Object(value))
        return message === null ? { value } : { issues: [{ message }] }
      },
      jsonSchema: { input, output: input },
    },
  }
}

const isStep = (value: unknown): boolean => value === -1 || value === 0 || value === 1

export const CONTRACT = defineContract({
  rooms: {
    Arena: defineRoom({
      name: 'arena',
      state: () => ({}),
      messages: {
        move: shaped(
          {
            dx: { type: 'integer', minimum: -1, maximum: 1 },
            dy: { type: 'integer', minimum: -1, maximum: 1 },
          },
          (value) =>
            isStep(Reflect.get(value, 'dx')) && isStep(Reflect.get(value, 'dy'))
              ? null
              : 'dx and dy are −1, 0 or 1',
        ),
      },
      requests: {
        buy: request(
          shaped(
            {
              item: { enum: ['bomb', 'brush', 'boots'] },
              isGift: { type: 'boolean' },
              note: { type: 'string' },
            },
            (value) => (typeof Reflect.get(value, 'item') === 'string' ? null : 'item: expected string'),
          ),
          type<unknown>(),
        ),
      },
    }),
  },
})
const NAMES = ['Ada', 'Linus', 'Grace', 'Edsger', 'Barbara', 'Ken']

export function createFakeClient({
  seed = 1,
  id = 'c_7f3a91',
  startAt = 1_000,
  wallOffset = 1_760_000_000_000,
} = {}): FakeClient {
  const inspector = createInspector()
  const codec = createWireCodec()
  const random = createRandom(seed)
  const listeners = new Set<() => void>()
  const below = (limit: number): number => Math.floor(random.next() * limit)
  let status: InspectableStatus = { status: 'connecting', attempt: 0, nextRetryAt: null, error: null }
  let rtt: number | null = null
  let game: Game = firstState()
  let isJoined = false
  let version = 0
  let tick = 0
  let ackId = 0
  const seq = { in: 0, out: 0 }

  const client: FakeClient = {
    now: startAt,
    inspector,
    url: 'ws://localhost:5173/pp',
    contract: CONTRACT,
    get id() {
      return status.status === 'connecting' && seq.in === 0 ? null : id
    },
    userId: 'c_0',
    get rtt() {
      return rtt
    },
    status: () => status,
    subscribeStatus(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    rooms: (): InspectableRoom[] =>
      isJoined
        ? [
            {
              key: 'arena',
              id: ROOM,
              version,
              status: 'joined',
              stale: status.status !== 'open',
              state: game,
              presence: { list: () => presences(startAt + wallOffset) },
              send: (type, payload) => client.frame('out', { kind: 'event', type, payload, room: ROOM }),
            },
          ]
        : [],
    setStatus(change) {
      status = { ...status, ...change }
      client.tell({ kind: 'connection', at: client.now, peer: 'server', state: status.status })
      for (const listener of listeners) listener()
    },
    setRtt(value) {
      rtt = value
    },
    tell: (event) => inspector.emit(event),
    frame(direction, ...messages) {
      const [bytes = new Uint8Array()] = codec.pack(messages.map((message) => codec.encode(message)))
      const wallAt = client.now + wallOffset
      seq[direction]++
      inspector.emit({
        kind: 'frame',
        at: client.now,
        wallAt,
        direction,
        seq: seq[direction],
        peer: 'server',
        bytes,
        messages,
      })
    },
    start() {
      client.setStatus({ status: 'connecting' })
      client.frame('out', { kind: 'hello', version: 3, contract: ['room:arena=8f3a'] })
      client.now += 18
      client.frame('in', welcome(id, client.now + wallOffset))
      client.setStatus({ status: 'open' })
      client.frame('out', {
        kind: 'join',
        ackId: ++ackId,
        how: 'joinOrCreate',
        name: 'arena',
        options: { name: 'Ada' },
      })
      client.now += 24
      version = 1
      client.frame(
        'in',
        { kind: 'joined', room: ROOM, ackId, name: 'arena', type: 'state' },
        { kind: 'snapshot', room: ROOM, version, tick, state: game },
        { kind: 'presences', room: ROOM, full: true, set: presences(client.now + wallOffset), gone: [] },
      )
      isJoined = true
      rtt = 24
    },
    step() {
      client.now += 33
      tick++
      const next = advance(game, tick, below)
      const delta = diff(game, next)
      if (delta !== undefined) {
        client.frame('in', { kind: 'delta', room: ROOM, from: version, to: version + 1, tick, delta })
        game = patchImmutable(game, delta)
        version++
      }
      if (tick % 7 === 0) {
        const [dx, dy] = [below(3) - 1, below(3) - 1]
        client.frame('out', { kind: 'event', type: 'move', payload: { dx, dy }, room: ROOM })
      }
      if (tick % 90 === 0) buy(tick % 180 === 0)
      if (tick % 150 === 0)
        client.frame('in', {
          kind: 'event',
          type: 'boom',
          payload: { x: below(28), y: below(18), tiles: 9 },
          room: ROOM,
        })
      if (tick % 300 === 0) {
        client.frame('out', { kind: 'ping', at: client.now, received: seq.in })
        client.now += 21
        client.frame('in', {
          kind: 'pong',
          at: client.now - 21,
          received: seq.out,
          serverNow: client.now + wallOffset,
        })
        rtt = 18 + below(14)
      }
    },
  }

  function buy(isRefused: boolean): void {
    client.frame('out', { kind: 'event', type: 'buy', payload: { item: 'bomb' }, room: ROOM, ackId: ++ackId })
    client.now += 26
    client.frame(
      'in',
      isRefused
        ? { kind: 'ack', ackId, error: { code: 'REFUSED', message: 'A bomb costs 3 coins; you have 1.' } }
        : { kind: 'ack', ackId, data: { coins: 4, cooldownMs: 5000 }, version },
    )
  }

  return client
}

function firstState(): Game {
  return {
    phase: 'play',
    secondsLeft: 90,
    players: Object.fromEntries(
      NAMES.map((name, index) => [`p${index + 1}`, { name, x: 3 + index * 4, y: 4 + index, score: 0 }]),
    ),
    floor: Array.from({ length: 18 }, () => Array.from({ length: 28 }, () => 0)),
    podium: [],
  }
}

function advance(game: Game, tick: number, below: (limit: number) => number): Game {
  const next = structuredClone(game)
  for (const [index, player] of Object.values(next.players).entries()) {
    if (below(3) === 0) continue
    player.x = Math.round(((player.x + (below(5) - 2) * 0.13 + 28) % 28) * 100) / 100
    player.y = Math.round(((player.y + (below(5) - 2) * 0.13 + 18) % 18) * 100) / 100
    if (below(12) !== 0) continue
    const row = next.floor[Math.floor(player.y)]
    if (row !== undefined) row[Math.floor(player.x)] = index + 1
    player.score++
  }
  if (tick % 30 === 0) next.secondsLeft--
  if (tick % 120 === 0) next.podium.push({ id: `p${1 + below(6)}`, score: below(90) })
  if (tick % 240 === 0) next.podium = next.podium.slice(1).reverse()
  if (tick % 200 === 0) next.players[`g${tick}`] = { name: `Guest ${tick}`, x: 1, y: 1, score: 0 }
  if (tick % 200 === 150) delete next.players[`g${tick - 150}`]
  return next
}

function welcome(id: string, serverNow: number): Message {
  return {
    kind: 'welcome',
    id,
    token: 'not-a-real-token',
    outcome: 'new',
    received: 0,
    missed: 0,
    heartbeatMs: 25_000,
    windowMs: 120_000,
    maxPayloadBytes: 1_048_576,
    serverNow,
  }
}

function presences(at: number) {
  return NAMES.map((name, index) => ({
    clientId: `c_${index}`,
    data: { name, color: index },
    joinedAt: at - 1000 * index,
    updatedAt: at,
    connected: true,
    connections: 1,
  }))
}
