// Which kinds of rooms there are, which rooms exist, and which of them may take one more. Nothing here awaits: whoever
// asks gets a room and its seat in one go, so a thousand simultaneous callers never overfill one or make one too many.
import { randomBytes } from 'node:crypto'
import { assertJson, createRandom, keyFault, PPError, request, type } from '@painda/protocol'
import type { Random, RoomShape, Undo } from '@painda/protocol'
import type { Advise } from './advice.js'
import type { RoomBehaviour, RoomMetadata, RoomOptions, UntypedShape } from './definition.js'
import { assertShape, checkBehaviour, checkRoomOptions } from './definition-advice.js'
import { createInvites } from './invite.js'
import { isPromise } from './faults.js'
import type { SavedRoom } from './keeper.js'
import type { Member } from './member.js'
import { DEFAULT_TICK_HZ, ratesOf, type RoomKind } from './room-kind.js'
import type { RoomSettings, RoomWorld } from './room-parts.js'
import { StateRoom } from './room.js'
import { assertName } from './sendable.js'
import type { Seat } from './seat.js'
import { readSync } from './sync-rules.js'

/** Host timers count whole milliseconds: a faster rate would be a slower one that costs more. */
const MAX_TICK_HZ = 1000

export interface Definition<C extends Member> extends RoomKind<C> {
  /** Its rooms with a free seat: only these are searched for a client that asks for any room. */
  readonly open: Set<StateRoom<C>>
}

export interface MakeOptions {
  /** Default: a new one. */
  readonly id?: string | undefined
  /** Continues a saved room. */
  readonly saved?: SavedRoom
  /** The seed of its random numbers. Default: drawn from the server's. */
  readonly seed?: number | undefined
  /** Called when it takes no more clients. */
  readonly onEnd?: () => void
}

export interface Matchmaking<C extends Member> {
  define(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): void
  definition(name: string): Definition<C> | undefined
  /** Of all definitions. */
  names(): string[]
  /** The definition of that name, also a retired one. */
  known(name: string): Definition<C> | undefined
  /** Replaces shape and behaviour of a definition, for its rooms, too. The undo restores them. */
  redefine(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): Undo
  /** A new definition under a known name; existing rooms stay with the old one. The undo restores the old one. */
  renew(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): Undo
  /** From now on no new room of it is made; its rooms go on, and `redefine` revives it. */
  retire(name: string): void
  /** A room of a definition, not begun yet. `begin` it in the same turn. @throws PPError `INVALID_ARGUMENT` for an id that is taken */
  make(definition: Definition<C>, how?: MakeOptions): StateRoom<C>
  /** @throws what a synchronous `onCreate` throws */
  begin(room: StateRoom<C>, options: unknown): void
  /** The documented form: finds or makes. */
  room(id: string, initialState: object, options: RoomOptions<C>): StateRoom<C>
  /** Any room of the definition that may take this player: one that keeps a seat for its user before any other. */
  findOpen(definition: Definition<C>, client: C): StateRoom<C> | undefined
  /** A room of the definition for a spectator: one with a free place if there is one, else any. */
  findAny(definition: Definition<C>, client: C): StateRoom<C> | undefined
  get(id: string): StateRoom<C> | undefined
  /** By its id, or by its invite code. */
  find(id: string): StateRoom<C> | undefined
  list(): StateRoom<C>[]
  /** Rooms that take nobody any more and whose last hooks are at work. */
  leaving(): StateRoom<C>[]
  /** From now on no room may begin: nobody would end it. */
  close(): void
}

export function createMatchmaking<C extends Member>({
  world,
  random,
  warn,
  onSeat,
  onListed,
  onAgain,
}: {
  world: RoomWorld
  random: Random
  warn: (message: string) => void
  /** A seat was promised or given up. */
  onSeat: (room: StateRoom<C>, seat: Seat<C>) => void
  /** What a listing says of the room has changed; it may have begun or ended. */
  onListed: (room: StateRoom<C>) => void
  /** A room without a definition is asked for again, with this. */
  onAgain: (room: StateRoom<C>, initialState: object, options: RoomOptions<C>) => void
}): Matchmaking<C> {
  const definitions = new Map<string, Definition<C>>()
  const retired = new Map<string, Definition<C>>()
  const rooms = new Map<string, StateRoom<C>>()
  /** Rooms whose `onDispose` is at work: another one of that id begins after it. */
  const ending = new Map<string, Promise<void>>()
  const leaving = new Set<StateRoom<C>>()
  /** By user: rooms that keep a seat for it. */
  const keeping = new Map<string, Set<StateRoom<C>>>()
  const invites = createInvites<StateRoom<C>>()
  let made = 0
  let isClosed = false

  function add(
    id: string,
    settings: Omit<RoomSettings<C>, 'id' | 'random' | 'inviteCode' | 'onSeats' | 'onKept' | 'onEnd'>,
    open?: Set<StateRoom<C>>,
    { seed, onEnd }: Pick<MakeOptions, 'seed' | 'onEnd'> = {},
  ): StateRoom<C> {
    if (isClosed) throw new PPError('CLOSED', 'The server is closed: no room begins any more.')
    assertName('The id of a room', id)
    // Listings have it as a key.
    if (keyFault(id) !== null) throw new PPError('INVALID_ARGUMENT', `"${id}" cannot be the id of a room.`)
    if (rooms.has(id)) throw new PPError('INVALID_ARGUMENT', `A room with the id "${id}" exists already.`)
    const room: StateRoom<C> = new StateRoom(world, {
      ...settings,
      id,
      // By number, not by id: ids are random, and the same seed must give the same games.
      random: seed === undefined ? random.fork(`room ${++made}`) : createRandom(seed),
      inviteCode: () => invites.codeOf(room),
      onSeats(seat) {
        if (room.hasRoom && !room.isPrivate) open?.add(room)
        else open?.delete(room)
        if (seat !== null) onSeat(room, seat)
        onListed(room)
      },
      onKept(userId, isKept) {
        const mine = keeping.get(userId) ?? new Set()
        if (isKept) keeping.set(userId, mine.add(room))
        else if (mine.delete(room) && mine.size === 0) keeping.delete(userId)
      },
      onEnd(ended) {
        open?.delete(room)
        if (rooms.get(id) === room) rooms.delete(id)
        invites.remove(room)
        onListed(room)
        onEnd?.()
        leaving.add(room)
        const all = Promise.all([ending.get(id), ended]).then(() => {
          leaving.delete(room)
          if (ending.get(id) === all) ending.delete(id)
        })
        ending.set(id, all)
      },
    })
    rooms.set(id, room)
    if (!room.isPrivate) open?.add(room)
    onListed(room)
    return room
  }

  const known = (name: string): Definition<C> | undefined => definitions.get(name) ?? retired.get(name)

  return {
    define(shape, behaviour) {
      assertShape(shape)
      if (definitions.has(shape.name)) {
        throw new PPError('INVALID_ARGUMENT', `The room "${shape.name}" is defined already.`)
      }
      checkDefinition(shape, behaviour, world.advise)
      definitions.set(shape.name, { shape, behaviour, open: new Set() })
    },
    definition: (name) => definitions.get(name),
    names: () => [...definitions.keys()],
    known,
    redefine(shape, behaviour) {
      const { name } = shape
      const definition = known(name)
      if (definition === undefined) {
        throw new PPError('INVALID_ARGUMENT', `The room "${name}" was never defined.`)
      }
      checkDefinition(shape, behaviour, world.advise)
      const before = { shape: definition.shape, behaviour: definition.behaviour }
      const wasRetired = retired.delete(name)
      definitions.set(name, Object.assign(definition, { shape, behaviour }))
      return () => {
        Object.assign(definition, before)
        if (!wasRetired) return
        definitions.delete(name)
        retired.set(name, definition)
      }
    },
    renew(shape, behaviour) {
      const { name } = shape
      checkDefinition(shape, behaviour, world.advise)
      const [before, retiredBefore] = [definitions.get(name), retired.get(name)]
      retired.delete(name)
      definitions.set(name, { shape, behaviour, open: new Set() })
      return () => {
        definitions.delete(name)
        if (before !== undefined) definitions.set(name, before)
        if (retiredBefore !== undefined) retired.set(name, retiredBefore)
      }
    },
    retire(name) {
      const definition = definitions.get(name)
      if (definition === undefined) return
      definitions.delete(name)
      retired.set(name, definition)
    },
    make(definition, { id = randomBytes(9).toString('base64url'), saved, ...more } = {}) {
      const { shape, behaviour, open } = definition
      const room = add(
        id,
        {
          name: shape.name,
          kind: definition,
          // A saved state is an object: `checkSaved` has looked.
          state: saved === undefined ? shape.state() : (saved.state as object),
          metadata: saved?.metadata,
          isPrivate: saved?.isPrivate,
          isRestored: saved !== undefined,
          ...ratesOf(behaviour),
          autoDisposeMs: 0,
          syncOnJoin: true,
          isServerOnly: false,
        },
        open,
        more,
      )
      const inviteCode = saved?.inviteCode
      if (inviteCode !== undefined && invites.keep(room, inviteCode)) room.knownInviteCode = inviteCode
      return room
    },
    begin: (room, options) => room.intake.start(options, ending.get(room.id)),
    room(id, initialState, options) {
      const running = rooms.get(id)
      if (running !== undefined) {
        if (running.name !== undefined) {
          throw new PPError(
            'INVALID_ARGUMENT',
            `The room "${id}" is one of the definition "${running.name}".`,
          )
        }
        onAgain(running, initialState, options)
        return running
      }
      const { tickRate = 1000 / DEFAULT_TICK_HZ, syncOnJoin = true } = options
      checkTickRate(id, tickRate, warn)
      checkLimits(id, options)
      checkRoomOptions(id, options, world.advise)
      const room = add(id, {
        name: undefined,
        kind: kindFrom(id, initialState, options),
        state: initialState,
        metadata: undefined,
        isPrivate: undefined,
        stepMs: tickRate,
        sendEvery: 1,
        autoDisposeMs: Infinity,
        syncOnJoin,
        isRestored: false,
        isServerOnly: options.join === 'server',
      })
      room.intake.start(undefined, ending.get(id))
      return room
    },
    findOpen({ shape, open }, client) {
      const isGuest = client.userId === client.id
      for (const room of isGuest ? [] : (keeping.get(client.userId) ?? []))
        if (room.name === shape.name && !room.isPrivate && room.keepsFor(client)) return room
      for (const room of open) if (room.hasRoomFor(client, 'player')) return room
      return undefined
    },
    findAny({ shape }, client) {
      const any = [...rooms.values()].filter((room) => room.name === shape.name && !room.isPrivate)
      return any.find((room) => room.hasRoomFor(client, 'spectator')) ?? any[0]
    },
    get: (id) => rooms.get(id),
    find: (id) => rooms.get(id) ?? invites.find(id),
    list: () => [...rooms.values()],
    leaving: () => [...leaving],
    close: () => void (isClosed = true),
  }
}

/** The documented form, as a definition of this one room. */
export function kindFrom<C extends Member>(
  id: string,
  initialState: object,
  options: RoomOptions<C>,
): RoomKind<C> {
  const { auth, sync, messages = {}, requests = {} } = options
  return {
    shape: {
      name: id,
      state: () => initialState,
      messages: named(messages, type()),
      requests: named(requests, request(type())),
      ...(sync === undefined ? {} : { sync }),
    },
    behaviour: {
      messages,
      // An answer is whatever the handler returns.
      requests: requests as RoomBehaviour<UntypedShape, C>['requests'] & {},
      ...(auth === undefined ? {} : { onAuth: (ctx, wishes) => isYes(auth(ctx.client, wishes)) }),
      ...given(options, [
        'view',
        'viewKey',
        'maxClients',
        'maxSpectators',
        'onFull',
        'maxQueue',
        'isPrivate',
        'metadata',
      ]),
    },
  }
}

function named<T>(handlers: object, value: T): { [type: string]: T } {
  return Object.fromEntries(Object.keys(handlers).map((name) => [name, value]))
}

/** What would keep each of its rooms from beginning is told where it is written. */
function checkDefinition<C extends Member>(
  shape: RoomShape,
  behaviour: RoomBehaviour<UntypedShape, C>,
  advise: Advise,
): void {
  checkBehaviour(shape, behaviour, advise)
  checkRates(shape.name, behaviour)
  checkLimits(shape.name, behaviour)
  readSync(shape.sync)
}

/** Without types it may be anything, and nothing is no yes. */
function isYes(answer: unknown): boolean | Promise<boolean> {
  return isPromise(answer) ? Promise.resolve(answer).then(Boolean) : Boolean(answer)
}

const LIMITS = ['maxClients', 'maxSpectators', 'maxQueue', 'autoDisposeMs'] as const

/** What a room may be told that is no code of its own. */
function checkLimits(
  name: string,
  options: { readonly [Limit in (typeof LIMITS)[number]]?: number } & { readonly metadata?: RoomMetadata },
): void {
  for (const limit of LIMITS) {
    const value = options[limit] ?? 0
    if (typeof value === 'number' && value >= 0) continue
    throw new PPError('INVALID_ARGUMENT', `${limit} of the room "${name}" is ${String(value)}.`, {
      hint: 'It is a number from 0; Infinity is one.',
    })
  }
  assertJson(options.metadata ?? {}, ['metadata'])
}

function checkRates<C extends Member>(name: string, behaviour: RoomBehaviour<UntypedShape, C>): void {
  const { tickHz = DEFAULT_TICK_HZ, sendHz = tickHz } = behaviour
  for (const [option, hz] of [
    ['tickHz', tickHz],
    ['sendHz', sendHz],
  ] as const) {
    if (hz > 0 && hz <= MAX_TICK_HZ) continue
    throw new PPError('INVALID_ARGUMENT', `${option} of the room "${name}" is ${hz}.`, {
      hint: `It is a number of times per second, at most ${MAX_TICK_HZ}.`,
    })
  }
}

function checkTickRate(id: string, tickRate: number, warn: (message: string) => void): void {
  if (!(tickRate >= 1000 / MAX_TICK_HZ && tickRate < Infinity)) {
    throw new PPError('INVALID_ARGUMENT', `tickRate of the room "${id}" is ${tickRate}.`, {
      hint: 'It is the number of milliseconds per tick, at least 1.',
    })
  }
  // One of these three was probably meant in Hz.
  if (tickRate === 30 || tickRate === 60 || tickRate === 120) {
    warn(
      `tickRate of the room "${id}" is ${tickRate} milliseconds per tick, ` +
        `which is ${Math.round(1000 / tickRate)} ticks per second. For ${tickRate} per second write 1000 / ${tickRate}.`,
    )
  }
}

/** These properties, as far as there are any. */
function given<T extends object, const Key extends keyof T>(from: T, keys: readonly Key[]): Pick<T, Key> {
  const present = keys.filter((key) => from[key] !== undefined)
  // Every key is one of T's, and those that are left out are optional.
  return Object.fromEntries(present.map((key) => [key, from[key]])) as Pick<T, Key>
}
