// A room without a server, for stories and component tests: a real client and a real replica, and at the other end whoever
// writes the story. State, presence, events, answers and the connection change when a call says so and never by themselves:
// there are no sockets and no timers.
import { PPClient, type RoomHandle } from '@painda/client'
import {
  defineContract,
  assertJson,
  cloneJson,
  createViewEncoder,
  diff,
  PPError,
  unknownNames,
  warnOnce,
  type Activity,
  type ErrorCode,
  type EventInputs,
  type Join,
  type Json,
  type PresenceEntry,
  type PresenceOf,
  type RoomShape,
  type StateOf,
} from '@painda/protocol'
import { createFakePage } from '../fake-page.js'
import { createFakeTime, type FakeTime } from '../fake-time.js'
import { createAsked, type MockAnswers, type MockMessage, type MockRequest } from './asked.js'
import { createServerEnd } from './server-end.js'

export interface MockRoomOptions<Room extends RoomShape> {
  /** Default: the definition's first state. */
  state?: StateOf<Room>
  /** What the others show, by their ids. */
  others?: { readonly [clientId: string]: PresenceOf<Room> }
  /** What the own client shows from the start. */
  self?: PresenceOf<Room>
  /** Answers to requests, at once; a request without one waits in `requests`. */
  answers?: MockAnswers<Room>
  /** False: the page stays at `joining` until `admit()` or `refuse()`. Default true. */
  isOpen?: boolean
  /** The own client's. Default `me`. */
  clientId?: string
  /** The room's. Default `mock`. */
  roomId?: string
  /** Runs everything that changes what a page shows; Testing Library's `act`. Default: as it is. */
  inside?: Inside
}

const OPTIONS = {
  state: 0,
  others: 0,
  self: 0,
  answers: 0,
  isOpen: 0,
  clientId: 0,
  roomId: 0,
  inside: 0,
} satisfies Record<keyof MockRoomOptions<RoomShape>, 0>

/** Runs the work, and resolves when it is done where the work is a promise. */
export interface Inside {
  (work: () => Promise<void>): PromiseLike<void>
  (work: () => void): void
}

export interface MockRoom<Room extends RoomShape> {
  /** For a `PPProvider`. */
  readonly client: PPClient
  readonly room: RoomHandle<Room>
  /** Stands still; `await time.advance(50)` for what the client itself does later. */
  readonly time: FakeTime
  /** What the room's state is, whether or not the page has it. */
  readonly state: StateOf<Room>
  /** What the page sent and nobody has to answer, oldest first. */
  readonly sent: readonly MockMessage<Room>[]
  /** What the page asked and nobody has answered yet, oldest first. */
  readonly requests: readonly MockRequest<Room>[]
  /** What the page's own presence is. */
  readonly self: PresenceOf<Room> | undefined
  /** As a server's `room.update`. While the page is not in, it is told when it comes in. @throws PPError `STATE_NOT_JSON` */
  update(change: (draft: StateOf<Room>) => void): void
  /** Another state altogether. What is equal in both keeps its identity in the page. */
  setState(state: StateOf<Room>): void
  /** An event of the room. While the page is not in, nobody hears it. */
  emit<Type extends keyof EventInputs<Room> & string>(type: Type, payload: EventInputs<Room>[Type]): void
  /** Somebody comes, or shows something else. */
  show(clientId: string, data: PresenceOf<Room>, how?: ShowOptions): void
  /** Somebody goes. */
  hide(clientId: string): void
  /** Lets the page in, where `isOpen` is false. */
  admit(): void
  /** Refuses to let the page in, now and again. @example mock.refuse('All seats are taken.', 'ROOM_FULL') */
  refuse(message: string, code?: ErrorCode): void
  /** Throws the page out, if it is in. */
  kick(reason?: string): void
  /** The connection breaks; the page keeps its last state and shows it as stale. */
  drop(): void
  /** The connection is back. `isExpired`: as another session, whose rooms are joined anew. */
  reconnect(options?: { isExpired?: boolean }): Promise<void>
  /** The server ends the connection for good. Default `UNAUTHORIZED`. */
  end(message: string, code?: ErrorCode): void
  /** Resolves when what the page has sent is here and the answers are there. */
  settled(): Promise<void>
  close(): void
}

export interface ShowOptions {
  /** Default true. */
  connected?: boolean
  /** Default `active`. */
  activity?: Activity
}

/**
 * A room of this definition with whatever state a story needs.
 * @example
 * const mock = createMockRoom(Arena, { state: { phase: 'play', players: {} } })
 * export const Playing = () => <PPProvider client={mock.client}><Hud /></PPProvider>
 */
export function createMockRoom<const Room extends RoomShape>(
  definition: Room,
  options: MockRoomOptions<Room> = {},
): MockRoom<Room> {
  const unknown = unknownNames(options, OPTIONS)
  if (unknown !== null) warnOnce(`The options of createMockRoom have what no mocked room knows: ${unknown}.`)
  const { clientId = 'me', roomId = 'mock', answers = {}, others = {}, isOpen = true } = options
  const inside: Inside = options.inside ?? asItIs
  const time = createFakeTime()
  const view = createViewEncoder(1)
  const presence = new Map<string, PresenceEntry>()
  // The definition says what its state is.
  let state = copy((options.state ?? definition.state()) as StateOf<Room>)
  let version = 1
  /** The page is in, or was when its connection broke: what happens in the room is for it too. */
  let isMember = false
  let entrance: { name: 'open' } | { name: 'waits'; joins: Join[] } | { name: 'refuses'; error: PPError } =
    isOpen ? { name: 'open' } : { name: 'waits', joins: [] }

  const end = createServerEnd({
    clientId,
    onJoin: join,
    onLeave(room) {
      if (room === roomId) isMember = false
      end.say({ kind: 'left', room, reason: 'left' })
    },
    onEvent: (event) => asked.hear(event),
    onPresence({ room, data }) {
      if (room === roomId) presence.set(clientId, entryOf(clientId, data, {}))
    },
  })
  const asked = createAsked({ definition, answers, say: end.say, version: () => version })

  const client = new PPClient({
    url: 'memory://mock',
    contract: defineContract({ rooms: { [definition.name]: definition } }),
    connectTransport: end.connectTransport,
    time,
    page: createFakePage(),
    reload: false,
    idleAfterMs: 0,
    presenceThrottleMs: 0,
    autoConnect: false,
  })
  const room = client.room(definition)
  const release = room.retain()

  for (const [id, data] of Object.entries(others)) presence.set(id, entryOf(id, data, {}))
  if (options.self !== undefined) presence.set(clientId, entryOf(clientId, options.self, {}))
  client.connect()

  function join(asks: Join): void {
    if (asks.name !== definition.name && asks.room !== roomId) {
      const what = asks.name ?? asks.room
      answerJoin(
        asks,
        new PPError('ROOM_NOT_FOUND', `The only room here is "${definition.name}", not "${what}".`),
      )
    } else if (entrance.name === 'waits') entrance.joins.push(asks)
    else if (entrance.name === 'refuses') answerJoin(asks, entrance.error)
    else answerJoin(asks, null)
  }

  function answerJoin({ ackId }: Join, error: PPError | null): void {
    if (error !== null) {
      end.say({ kind: 'ack', ackId, error: { code: error.code, message: error.message } })
      return
    }
    if (!presence.has(clientId)) presence.set(clientId, entryOf(clientId, {}, {}))
    isMember = true
    end.say({ kind: 'joined', room: roomId, ackId, name: definition.name, type: 'state' })
    end.sayBytes(view.snapshot({ kind: 'snapshot', room: roomId, version, tick: version, state }))
    end.say({ kind: 'presences', room: roomId, full: true, set: [...presence.values()], gone: [] })
  }

  function entryOf(
    id: string,
    data: unknown,
    { connected = true, activity = 'active' }: ShowOptions,
  ): PresenceEntry {
    const joinedAt = presence.get(id)?.joinedAt ?? time.wallNow()
    const shown = activity === 'active' ? {} : { activity }
    return { clientId: id, data, joinedAt, updatedAt: time.wallNow(), connected, connections: 1, ...shown }
  }

  function setState(next: StateOf<Room>): void {
    // Both are JSON: `copy` lets nothing else through.
    const after = copy(next)
    const delta = diff(state as Json, after as Json)
    state = after
    if (delta === undefined) return
    const from = version++
    // Otherwise the snapshot has it when the page comes in.
    if (!isMember) return
    const message = { kind: 'delta' as const, room: roomId, from, to: version, tick: version, delta }
    inside(() => end.sayBytes(view.delta(message)))
  }

  function tellPresence(set: readonly PresenceEntry[], gone: readonly string[]): void {
    if (!isMember) return
    inside(() => end.say({ kind: 'presences', room: roomId, full: false, set, gone }))
  }

  function letIn(next: Exclude<typeof entrance, { name: 'waits' }>): void {
    const waiting = entrance.name === 'waits' ? entrance.joins : []
    entrance = next
    inside(() => {
      for (const asks of waiting) answerJoin(asks, next.name === 'refuses' ? next.error : null)
    })
  }

  const settled = (): Promise<void> => Promise.resolve(inside(() => time.flushMicrotasks()))

  return {
    client,
    room,
    time: {
      ...time,
      get pending() {
        return time.pending
      },
      advance: (ms) => Promise.resolve(inside(() => time.advance(ms))),
      advanceSync: (ms) => inside(() => time.advanceSync(ms)),
      runUntilIdle: (limitMs) => Promise.resolve(inside(() => time.runUntilIdle(limitMs))),
      flushMicrotasks: settled,
    },
    get state() {
      return state
    },
    sent: asked.sent,
    requests: asked.requests,
    get self() {
      // What the page sent is typed by the contract, as what a test gave.
      return presence.get(clientId)?.data as PresenceOf<Room> | undefined
    },
    update(change) {
      const draft = copy(state)
      change(draft)
      setState(draft)
    },
    setState,
    emit(type, payload) {
      if (isMember) inside(() => end.say({ kind: 'event', room: roomId, type, payload }))
    },
    show(id, data, how = {}) {
      const entry = entryOf(id, data, how)
      presence.set(id, entry)
      tellPresence([entry], [])
    },
    hide(id) {
      if (presence.delete(id)) tellPresence([], [id])
    },
    admit: () => letIn({ name: 'open' }),
    refuse: (message, code = 'REFUSED') => letIn({ name: 'refuses', error: new PPError(code, message) }),
    kick(reason) {
      if (!isMember) return
      isMember = false
      const text = reason === undefined ? {} : { text: reason }
      inside(() => end.say({ kind: 'left', room: roomId, reason: 'kicked', ...text }))
    },
    drop: () => inside(() => end.cut()),
    async reconnect({ isExpired = false } = {}) {
      if (isExpired) {
        isMember = false
        asked.forget()
      }
      end.restore(isExpired)
      await inside(async () => {
        client.retryNow()
        await time.flushMicrotasks()
      })
    },
    end: (message, code = 'UNAUTHORIZED') =>
      inside(() => end.say({ kind: 'error', code, message, fatal: true })),
    settled,
    close: () =>
      inside(() => {
        release()
        client.close()
        end.close()
      }),
  }
}

/** A copy that shares nothing. @throws PPError `STATE_NOT_JSON` */
function copy<T>(value: T): T {
  assertJson(value)
  // A copy is what it was made from.
  return cloneJson(value) as T
}

function asItIs(work: () => Promise<void>): PromiseLike<void>
function asItIs(work: () => void): void
function asItIs(work: () => unknown): unknown {
  return work()
}
