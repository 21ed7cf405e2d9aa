// The parts of one room, and how they hang together: the order of what leaves is in room-stage.ts, coming and going in
// room-door.ts, ticks in room-clock.ts, its end in room-life.ts, who sees what in room-views.ts. room.ts is their public face.
import { cloneJson, createEmitter, PPError, validate } from '@painda/protocol'
import type {
  Emitter,
  Inspector,
  Json,
  Random,
  RoomShape,
  StandardSchema,
  Time,
  Undo,
} from '@painda/protocol'
import type { Advise } from './advice.js'
import type { Room, RoomEvents, RoomMetadata, RoomScope, UntypedShape } from './definition.js'
import type { HandedRoom, Keeper, SavedRoom } from './keeper.js'
import type { LastWait } from './last-wait.js'
import type { Member } from './member.js'
import type { Membership } from './membership.js'
import { createRoomPresence, type RoomPresenceList } from './presence.js'
import { createQueue, type Queue } from './queue.js'
import { tellAll, type ReportError } from './refuse.js'
import { createRoomClock, type RoomClock } from './room-clock.js'
import { createRoomDoor, type RoomDoor } from './room-door.js'
import type { RoomKind } from './room-kind.js'
import { createRoomLife, type RoomLife } from './room-life.js'
import { createRoomJournaling, type RoomJournaling } from './room-journal.js'
import { createRoomStage, type RoomStage } from './room-stage.js'
import { createRoomViews, type RoomViews } from './room-views.js'
import type { Seat } from './seat.js'
import { createSeating, type Seating } from './seating.js'
import type { StateWatch } from './state-watch.js'
import { createStragglers } from './stragglers.js'
import { isPromise } from './faults.js'
import { readSync } from './sync-rules.js'
import type { Tickers } from './tick.js'
import type { Tally } from './stats.js'
import { createView, type View } from './view.js'

/** Default of `maxQueue`. */
const MAX_QUEUE = 100

/** What the rooms of one server share. */
export interface RoomWorld {
  readonly time: Time
  readonly tickers: Tickers
  /** Numbers of views on the wire. */
  readonly nextChannel: () => number
  readonly inspector: Inspector
  readonly tally: Tally
  /** False for a member whose session is over: nobody would take it out of a room again. */
  readonly isAlive: (member: Member) => boolean
  readonly membership: Pick<Membership, 'enter' | 'exit'>
  /** Keeps a room that is to survive a restart; null where nothing is kept. */
  readonly keeper: (id: string, read: () => SavedRoom) => Keeper | null
  /** True when rooms end because their server does. */
  readonly isClosing: () => boolean
  /** A room of a definition ends with its server; call `read` for what is left of it when `ended` has resolved. */
  readonly ended: (id: string, ended: Promise<void>, read: () => HandedRoom) => void
  /** True when `setup` is running and takes the undo, to call it at the next reload. */
  readonly adopt: (undo: Undo) => boolean
  readonly report: ReportError
  /** Tells whoever builds the game what is most likely a mistake. */
  readonly advise: Advise
  readonly watch: StateWatch
  readonly lastWait: LastWait
}

export interface RoomSettings<C extends Member> {
  readonly id: string
  readonly name: string | undefined
  readonly kind: RoomKind<C>
  /** The first state; copied. */
  readonly state: object
  readonly metadata: RoomMetadata | undefined
  readonly isPrivate: boolean | undefined
  readonly stepMs: number
  /** Every n-th tick sends. */
  readonly sendEvery: number
  /** How long an empty room is kept when its definition does not say. */
  readonly autoDisposeMs: number
  /** The state was saved before: `onRestore` runs instead of `onCreate`. */
  readonly isRestored: boolean
  readonly syncOnJoin: boolean
  /** Only the server puts clients in; their own joins are refused. */
  readonly isServerOnly: boolean
  readonly inviteCode: () => string
  readonly random: Random
  /** A seat was reserved, taken or given up, or what a listing shows has changed. */
  readonly onSeats: (seat: Seat<C> | null) => void
  /** A seat is kept for this user, or is not kept any more. */
  readonly onKept: (userId: string, isKept: boolean) => void
  /** The room takes nobody any more. `ended` resolves when nothing of it is left. */
  readonly onEnd: (ended: Promise<void>) => void
}

export interface RoomParts<C extends Member> {
  readonly clock: RoomClock
  readonly view: View<object>
  readonly views: RoomViews<C>
  readonly presence: RoomPresenceList
  readonly stage: RoomStage<C>
  readonly life: RoomLife
  readonly door: RoomDoor<C>
  readonly emitter: Emitter<RoomEvents<C>>
  readonly seating: Seating<C>
  readonly queue: Queue<C>
  readonly keeper: Keeper | null
  readonly journal: RoomJournaling
  readonly scope: RoomScope<UntypedShape, C>
  /** Steps at every tick only for a tick function or a tick listener; else the room sleeps until something changes. */
  setPace(): void
  report(where: string, thrown: unknown): void
}

/** `face` is what hooks get as their room; `label` names it in logs. */
export function createRoomParts<C extends Member>(
  face: Room<UntypedShape, C> & {
    readonly label: string
    readonly hasTimers: boolean
    readonly knownInviteCode: string | undefined
  },
  world: RoomWorld,
  settings: RoomSettings<C>,
): RoomParts<C> {
  const { id, name, kind, random } = settings
  const emitter: Emitter<RoomEvents<C>> = createEmitter((thrown) => report('A listener', thrown))
  const clock: RoomClock = createRoomClock({
    time: world.time,
    tickers: world.tickers,
    stepMs: settings.stepMs,
    sendEvery: settings.sendEvery,
    onTick: (dropped) => onTick(dropped),
    onError: (thrown) => report('A timer', thrown),
  })
  const seating: Seating<C> = createSeating<C>({
    id,
    time: world.time,
    limits() {
      const { maxClients = Infinity, maxSpectators = 0, onFull = 'reject' } = kind.behaviour
      return { maxClients, maxSpectators, onFull }
    },
    contextOf: (client, role) => ({ ...scope, client, isSpectator: role === 'spectator' }),
    guard: (hook, run) => life.guard(hook, run),
    onKept: settings.onKept,
    onChange: () => onKeptChange(),
  })
  const queue: Queue<C> = createQueue<C>({
    room: id,
    maxWaiting: () => kind.behaviour.maxQueue ?? MAX_QUEUE,
    hasRoom: () => life.isOpen() && seating.hasRoom(),
    onChange: () => emitter.emit('queue', queue.clients()),
  })
  const wake = (): void => clock.wake()
  const sync = readSync(kind.shape.sync)
  const now = (): number => world.time.now()
  const { nextChannel } = world
  // v3 members read bytes. Only v2 members and the inspector read the delta as an object.
  const isDeltaRead = (): boolean => world.inspector.active || seating.hasV2()
  const how = { room: id, nextChannel, now, isDeltaRead }
  const keeper =
    kind.behaviour.persist === true && name !== undefined ? world.keeper(id, () => read(name)) : null
  /** `onCreate` is done. Before that there is nothing worth saving. */
  let hasBegun = false
  const onDirty = (): void => {
    wake()
    if (hasBegun) keeper?.changed()
  }
  const view: View<object> = createView({ ...how, sync, state: settings.state, onDirty })
  const views: RoomViews<C> = createRoomViews({
    main: view,
    sync,
    kind,
    createView: (what) => createView({ ...how, ...what }),
    wake,
    onError: (where, thrown) => report(where, thrown),
  })
  const presence: RoomPresenceList = createRoomPresence({
    room: id,
    time: world.time,
    check: (data) => checkPresence(kind.shape, data),
    onChange: wake,
    onError: (thrown) => report('A presence listener', thrown),
  })
  const stragglers = createStragglers<C>({
    room: id,
    time: world.time,
    inspector: world.inspector,
    tally: world.tally,
    views,
    clock,
    presence,
  })
  const stage: RoomStage<C> = createRoomStage({
    views,
    clock,
    presence,
    seats: seating.seats,
    stragglers,
    time: world.time,
    inspector: world.inspector,
    onError: (thrown) => report('The state', thrown),
  })
  const life: RoomLife = createRoomLife({
    time: world.time,
    autoDisposeMs: () => kind.behaviour.autoDisposeMs ?? settings.autoDisposeMs,
    work: stage.work,
    lastWait: world.lastWait,
    report: (where, thrown) => report(where, thrown),
    onCreate: (options) =>
      settings.isRestored ? kind.behaviour.onRestore?.(scope) : kind.behaviour.onCreate?.(scope, options),
    onStarted() {
      hasBegun = true
      keeper?.changed()
      journal.begun(setPace)
    },
    isAwaited: () => seating.seats.size > 0,
    refusal: (thrown) => tellAll(thrown, `onCreate of ${face.label}`, world.report),
    onEnd(ended) {
      journal.over()
      const isKept = world.isClosing()
      if (!hasBegun) keeper?.release()
      else if (isKept && name !== undefined) endWithServer(name, ended)
      settings.onEnd(keeper === null || !hasBegun ? ended : ended.then(() => keeper.end(isKept)))
    },
    clear: () => clear(),
    onDispose: () => {
      emitter.emit('dispose')
      life.guard('onDispose', () => kind.behaviour.onDispose?.(scope))
    },
  })
  const door: RoomDoor<C> = createRoomDoor({
    id,
    name,
    kind,
    stage,
    stragglers,
    presence: presence.entries,
    syncOnJoin: settings.syncOnJoin,
    starting: life.starting,
    isOpen: life.isOpen,
    guard: life.guard,
    until: life.until,
    time: world.time,
    onEnter: ({ client, role }) => {
      world.membership.enter(id, client.id)
      settings.onSeats(null)
      if (role === 'player') stage.work(() => emitter.emit('join', client))
    },
    onExit: ({ client, role }, reason) => {
      world.membership.exit(id, client.id)
      if (role === 'player') stage.work(() => emitter.emit('leave', client, reason))
    },
    onFree: (seat) => onFree(seat),
  })
  const journal = createRoomJournaling({
    id,
    inspector: world.inspector,
    clock,
    view,
    stage,
    seats: seating.seats,
  })
  const scope: RoomScope<UntypedShape, C> = { room: face, state: view.draft, now: clock.now, random }

  function onFree(seat: Seat<C>): void {
    seating.free(seat)
    views.release(seat)
    settings.onSeats(seat)
    queue.advance()
    if (seating.isEmpty()) life.abandoned()
  }

  /** A seat is kept for somebody, or not any longer. */
  function onKeptChange(): void {
    settings.onSeats(null)
    queue.advance()
    if (seating.isEmpty()) life.abandoned()
  }

  function onTick(dropped: number): void {
    const { inspector, time } = world
    const startedAt = inspector.active ? time.now() : 0
    stage.tick(() => {
      clock.runTimers()
      const { tick } = kind.behaviour
      const stepMs = clock.stepMs()
      if (tick !== undefined && life.isRunning())
        life.guard('tick', () => checkTick(tick(scope, stepMs), face.label, world.advise))
      emitter.emit('tick', stepMs)
    })
    world.watch.ticked(view, face.label)
    journal.step(dropped)
    if (!inspector.active) return
    const at = time.now()
    inspector.emit({ kind: 'tick', at, room: id, tick: clock.tick(), durationMs: at - startedAt, dropped })
  }

  /** Steps at every tick only for a tick function or a tick listener; else the room sleeps until something changes. */
  function setPace(): void {
    const isWanted = kind.behaviour.tick !== undefined || emitter.listenerCount('tick') > 0
    clock.setSteady(isWanted && life.isRunning())
  }

  /** The room as a store keeps it. */
  function read(definition: string): SavedRoom {
    const { metadata, isPrivate, knownInviteCode: inviteCode } = face
    const invite = inviteCode === undefined ? {} : { inviteCode }
    // The tracker lets nothing but JSON in.
    const state = cloneJson(view.state) as unknown as Json
    return { id, name: definition, state, metadata, isPrivate, ...invite, savedAt: world.time.wallNow() }
  }

  function endWithServer(definition: string, ended: Promise<void>): void {
    // Read now, because the end removes them.
    const hadTimers = face.hasTimers
    // JSON, or the room could not have begun with it.
    const first = (): Json => cloneJson(kind.shape.state()) as unknown as Json
    world.ended(id, ended, () => ({ ...read(definition), first: first(), hadTimers }))
  }

  /** Everybody out, everything stopped; what was written until now is still sent. */
  function clear(): void {
    stage.send()
    queue.close(new PPError('ROOM_NOT_FOUND', `The room "${id}" has ended.`))
    seating.close()
    for (const seat of [...seating.seats.values()]) door.remove(seat, 'disposed')
    clock.close()
  }

  function report(where: string, thrown: unknown): void {
    world.report(thrown, `${where} of ${face.label}`)
  }

  return {
    clock,
    view,
    views,
    presence,
    stage,
    life,
    door,
    emitter,
    seating,
    queue,
    keeper,
    journal,
    scope,
    setPace,
    report,
  }
}

/** Advises against an asynchronous tick, which the type `void` allows; returns what it was given. */
function checkTick(result: unknown, label: string, advise: Advise): unknown {
  if (isPromise(result))
    advise(
      `The tick of ${label} is asynchronous: the next one does not wait for it, and what it writes after an await comes between ticks.`,
      'tick',
    )
  return result
}

function checkPresence({ presence }: RoomShape, data: unknown): unknown {
  // The cast only says that the schema takes unknown values, which is what validators are for.
  return presence === undefined ? data : validate(presence as StandardSchema, data, 'Presence')
}
