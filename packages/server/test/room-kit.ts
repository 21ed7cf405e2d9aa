// Rooms without a server: fake time, members that are two lambdas, and replicas that know only what came over the wire.
import {
  createInspector,
  createWireCodec,
  createRandom,
  mergeOwned,
  patchImmutable,
  type Event,
  type Join,
  type Message,
  type MessageKind,
  type MessageOf,
  type PresenceEntry,
  type RoomShape,
} from '@painda/protocol'
import { createFakeTime } from '@painda/testing/fake-time'
import type { AckBody, Member } from '../src/member.js'
import { createMembership } from '../src/membership.js'
import type { Outgoing } from '../src/outgoing.js'
import { createRooms, type Rooms } from '../src/rooms.js'
import type { RoomBehaviour, UntypedShape } from '../src/definition.js'

/** A millisecond count that holds exactly one tick of the default rate. */
export const TICK = 1000 / 60

const codec = createWireCodec()

export interface Replica {
  version: number
  tick: number
  state: unknown
}

export class TestMember implements Member {
  readonly id: string
  readonly userId: string
  connected = true
  bufferedBytes = 0
  unconfirmedBytes = 0
  isBehind = false
  getTag?: (tag: string) => unknown
  /** Everything that was read so far. */
  readonly log: Message[] = []
  /** Every body that was meant for it. */
  readonly bytes: Uint8Array[] = []
  readonly replicas = new Map<string, Replica>()
  readonly presence = new Map<string, Map<string, PresenceEntry>>()
  /** Rule breaks: a replica that could not follow. */
  readonly broken: string[] = []
  #queue: Outgoing[] = []
  readonly #codec = createWireCodec()

  constructor(id: string, userId = id) {
    this.id = id
    this.userId = userId
  }

  deliver(out: Outgoing): void {
    this.#queue.push(out)
  }

  /** What came since the last call: encoded only now, so that whatever is shared with the living state shows. */
  read(): Message[] {
    const bodies = this.#queue.map((out) => out.body(codec)).filter((body) => body !== null)
    this.#queue = []
    this.bytes.push(...bodies)
    const messages = codec.pack(bodies).flatMap((frame) => this.#codec.decode(frame))
    for (const message of messages) this.#apply(message)
    this.log.push(...messages)
    return messages
  }

  /** The kinds that came since the last call, with the type of events. */
  kinds(): string[] {
    return this.read().map((message) => (message.kind === 'event' ? message.type : message.kind))
  }

  of<Kind extends MessageKind>(kind: Kind): MessageOf<Kind>[] {
    this.read()
    return this.log.filter((message): message is MessageOf<Kind> => message.kind === kind)
  }

  /** What it sees: the room's state under its own part. */
  state(room: string): unknown {
    this.read()
    const own = this.replicas.get(ownPartOf(room))
    const shared = this.replicas.get(room)?.state
    return own === undefined ? shared : mergeOwned(shared, own.state)
  }

  #apply(message: Message): void {
    switch (message.kind) {
      case 'snapshot':
        if (message.scope === undefined) this.replicas.delete(ownPartOf(message.room))
        this.replicas.set(keyOf(message), {
          version: message.version,
          tick: message.tick,
          state: message.state,
        })
        break
      case 'delta': {
        const replica = this.replicas.get(keyOf(message))
        if (replica?.version !== message.from) {
          this.broken.push(`${message.room}: at ${replica?.version ?? 'nothing'}, delta from ${message.from}`)
          break
        }
        replica.version = message.to
        replica.tick = message.tick
        replica.state = patchImmutable(replica.state, message.delta)
        break
      }
      case 'presences': {
        const room = message.room ?? ''
        const list = (message.full ? undefined : this.presence.get(room)) ?? new Map<string, PresenceEntry>()
        for (const entry of message.set) list.set(entry.clientId, entry)
        for (const id of message.gone) list.delete(id)
        this.presence.set(room, list)
        break
      }
      case 'left':
        this.replicas.delete(message.room)
        this.replicas.delete(ownPartOf(message.room))
        this.presence.delete(message.room)
        break
      default:
    }
  }
}

const ownPartOf = (room: string): string => `${room} (own)`

function keyOf({ room, scope }: MessageOf<'snapshot' | 'delta'>): string {
  return scope === undefined ? room : ownPartOf(room)
}

/** With definitions, which the server's face makes by way of its reloads. */
export interface DefinableRooms<C extends Member> extends Rooms<C> {
  define<Shape extends RoomShape>(shape: Shape, behaviour: RoomBehaviour<Shape, C>): void
}

export interface TestRooms {
  time: ReturnType<typeof createFakeTime>
  rooms: DefinableRooms<TestMember>
  membership: ReturnType<typeof createMembership>
  inspector: ReturnType<typeof createInspector>
  /** What application code threw, and where. */
  errors: string[]
  warnings: string[]
  member(id: string, userId?: string): TestMember
  /** Lets `count` ticks of the default rate pass. */
  ticks(count?: number): Promise<void>
  join(member: TestMember, ask: Partial<Join>): Promise<void>
  send(member: TestMember, event: Omit<Event, 'kind'>): Promise<AckBody | undefined>
}

export function createTestRooms({ maxRoomsPerClient }: { maxRoomsPerClient?: number } = {}): TestRooms {
  const time = createFakeTime()
  const membership = createMembership()
  const inspector = createInspector()
  const errors: string[] = []
  const warnings: string[] = []
  const all = createRooms<TestMember>({
    time,
    random: createRandom(Number(process.env['PP_SEED'])),
    inspector,
    membership,
    onError(thrown, where) {
      errors.push(`${where}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      return `e${errors.length}`
    },
    warn: (message) => void warnings.push(message),
    ...(maxRoomsPerClient === undefined ? {} : { limits: { maxRoomsPerClient } }),
  })
  /** Tests name the rooms that their members make. */
  const rooms: DefinableRooms<TestMember> = {
    ...all,
    define(shape, behaviour) {
      const open = { mayChooseId: () => true, ...behaviour }
      // As in server.ts: hooks and handlers only meet rooms and messages of this very shape.
      all.reloading.define(shape, open as unknown as RoomBehaviour<UntypedShape, TestMember>)
    },
  }
  let members = 0
  let asked = 0
  return {
    time,
    rooms,
    membership,
    inspector,
    errors,
    warnings,
    member: (id, userId) => new TestMember(id === '' ? `m${++members}` : id, userId),
    ticks: (count = 1) => time.advance(count * TICK),
    join: (member, ask) => rooms.join(member, { kind: 'join', ackId: ++asked, how: 'joinOrCreate', ...ask }),
    async send(member, event) {
      let answer: AckBody | undefined
      await rooms.message(member, { kind: 'event', ...event }, (ack) => (answer = ack))
      return answer
    },
  }
}
