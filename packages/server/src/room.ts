// A room: one state, the members that see it, a clock. This file puts the parts together and gives them their public
// face; the order of what leaves is in room-stage.ts, coming and going in room-door.ts, ticks in room-clock.ts.
import { compileSync, createEmitter, PPError, validate } from '@painda/protocol'
import type { Emitter, Inspector, Random, RoomShape, StandardSchema, Time, Undo } from '@painda/protocol'
import type {
  BanOptions,
  BroadcastOptions,
  EmitOptions,
  KickOptions,
  Room,
  RoomBehaviour,
  RoomEvents,
  RoomMetadata,
  RoomScope,
  SeatRole,
  UntypedShape,
} from './definition.js'
import type { Member } from './member.js'
import type { Membership } from './membership.js'
import { createRoomPresence, type RoomPresenceList } from './presence.js'
import type { ReportError } from './refuse.js'
import { createRoomClock, type RoomClock } from './room-clock.js'
import { createRoomDoor, type EnterOptions, type RoomDoor } from './room-door.js'
import { createRoomLife, type RoomLife } from './room-life.js'
import { createRoomStage, type RoomStage } from './room-stage.js'
import { createRoomViews, type RoomViews } from './room-views.js'
import { isAdmitted, isMember, isPlayer, type Seat } from './seat.js'
import { createSeating, type Seating } from './seating.js'
import type { Tickers } from './tick.js'
import type { Tally } from './stats.js'
import { createStragglers } from './stragglers.js'
import { createView, type View } from './view.js'

/** What the rooms of one server share. */
export interface RoomWorld {
  readonly time: Time
  readonly tickers: Tickers
  /** Numbers of views on the wire. */
  readonly nextChannel: () => number
  readonly inspector: Inspector
  readonly tally: Tally
  /** False for a member whose session is over: nothing would ever take it out again. */
  readonly isAlive: (member: Member) => boolean
  readonly membership: Pick<Membership, 'enter' | 'exit'>
  readonly report: ReportError
}

export interface RoomSettings<C extends Member> {
  readonly id: string
  readonly name: string | undefined
  readonly shape: RoomShape
  /** The first state; copied. */
  readonly state: object
  readonly behaviour: RoomBehaviour<UntypedShape, C>
  readonly stepMs: number
  /** Every n-th tick sends. */
  readonly sendEvery: number
  readonly autoDisposeMs: number
  readonly syncOnJoin: boolean
  /** A client's own wish to join is refused. */
  readonly isServerOnly: boolean
  readonly codeOf: (room: StateRoom<C>) => string
  readonly random: Random
  /** A seat was promised, taken or given up, or the room was locked or unlocked. */
  readonly onSeats: (seat: Seat<C> | null) => void
  /** The room takes nobody any more. `ended` resolves when nothing of it is left. */
  readonly onEnd: (ended: Promise<void>) => void
}

export class StateRoom<C extends Member> implements Room<UntypedShape, C> {
  readonly id: string
  readonly name: string | undefined
  /** For logs. */
  readonly label: string
  readonly shape: RoomShape
  readonly behaviour: RoomBehaviour<UntypedShape, C>
  readonly presence: RoomPresenceList
  readonly maxClients: number
  readonly work: RoomStage<C>['work']
  /** The version in which this member will see what has been written until now. */
  readonly promiseVersion: RoomViews<C>['promise']
  /** The user whose wish made it; null for the server's own rooms. */
  maker: string | null = null
  readonly #world: RoomWorld
  readonly #settings: RoomSettings<C>
  readonly #clock: RoomClock
  readonly #view: View<object>
  readonly #views: RoomViews<C>
  readonly #stage: RoomStage<C>
  readonly #life: RoomLife
  readonly #door: RoomDoor<C>
  readonly #emitter: Emitter<RoomEvents<C>>
  readonly #scope: RoomScope<UntypedShape, C>
  readonly #seating: Seating<C>
  readonly #seats: ReadonlyMap<string, Seat<C>>
  #metadata: RoomMetadata
  #isPrivate: boolean

  constructor(world: RoomWorld, settings: RoomSettings<C>) {
    const { id, name, shape, behaviour, random } = settings
    this.id = id
    this.name = name
    this.label = name === undefined ? `room "${id}"` : `room "${id}" (${name})`
    this.shape = shape
    this.behaviour = behaviour
    this.maxClients = behaviour.maxClients ?? Infinity
    this.#metadata = { ...behaviour.metadata }
    this.#isPrivate = behaviour.isPrivate ?? false
    this.#world = world
    this.#settings = settings
    this.#emitter = createEmitter((thrown) => this.#report('A listener', thrown))
    this.#clock = createRoomClock({
      time: world.time,
      tickers: world.tickers,
      stepMs: settings.stepMs,
      sendEvery: settings.sendEvery,
      onTick: (dropped) => this.#onTick(dropped),
      onError: (thrown) => this.#report('A timer', thrown),
    })
    this.#seating = createSeating<C>({
      id,
      time: world.time,
      maxClients: this.maxClients,
      maxSpectators: behaviour.maxSpectators ?? 0,
      onFull: behaviour.onFull ?? 'reject',
      contextOf: (client, role) => ({ ...this.#scope, client, isSpectator: role === 'spectator' }),
      guard: (hook, run) => this.#life.guard(hook, run),
      onGivenUp: () => this.#onGivenUp(),
    })
    this.#seats = this.#seating.seats
    const wake = (): void => this.#clock.wake()
    const sync = compileSync(shape.sync)
    const now = (): number => world.time.now()
    const { nextChannel } = world
    this.#view = createView({ room: id, nextChannel, sync, now, state: settings.state, onDirty: wake })
    this.#views = createRoomViews({
      main: this.#view,
      sync,
      view: behaviour.view,
      viewKey: behaviour.viewKey,
      createView: (how) => createView({ room: id, nextChannel, now, ...how }),
      wake,
      onError: (where, thrown) => this.#report(where, thrown),
    })
    this.presence = createRoomPresence({
      room: id,
      wallNow: () => world.time.wallNow(),
      check: (data) => checkPresence(shape, data),
      onChange: wake,
      onError: (thrown) => this.#report('A presence listener', thrown),
    })
    const stragglers = createStragglers<C>({
      room: id,
      time: world.time,
      inspector: world.inspector,
      tally: world.tally,
      views: this.#views,
      clock: this.#clock,
      presence: this.presence,
    })
    this.#stage = createRoomStage({
      room: id,
      views: this.#views,
      clock: this.#clock,
      presence: this.presence,
      seats: this.#seats,
      stragglers,
      onError: (thrown) => this.#report('The state', thrown),
    })
    this.work = this.#stage.work
    this.#life = createRoomLife({
      time: world.time,
      autoDisposeMs: settings.autoDisposeMs,
      work: this.work,
      report: (where, thrown) => this.#report(where, thrown),
      onCreate: (options) => behaviour.onCreate?.(this.#scope, options),
      onStarted: () => this.#setPace(),
      isAwaited: () => this.#seats.size > 0,
      onEnd: settings.onEnd,
      clear: () => this.#clear(),
      onDispose: () => {
        this.#emitter.emit('dispose')
        this.#life.guard('onDispose', () => behaviour.onDispose?.(this.#scope))
      },
    })
    this.promiseVersion = this.#views.promise
    this.#door = createRoomDoor({
      id,
      name,
      behaviour,
      stage: this.#stage,
      stragglers,
      presence: this.presence.entries,
      syncOnJoin: settings.syncOnJoin,
      starting: () => this.#life.starting,
      isOpen: () => this.#life.isOpen,
      guard: this.#life.guard,
      time: world.time,
      onEnter: ({ client, role }) => {
        world.membership.enter(id, client.id)
        if (role === 'player') this.work(() => this.#emitter.emit('join', client))
      },
      onExit: ({ client, role }, reason) => {
        world.membership.exit(id, client.id)
        if (role === 'player') this.work(() => this.#emitter.emit('leave', client, reason))
      },
      onFree: (seat) => this.#onFree(seat),
    })
    this.#scope = { room: this, state: this.#view.draft, now: this.#clock.now, random }
  }

  /** The state as members hold it: numbers rounded as the contract's `sync` says. */
  get shown(): object {
    return this.#view.shown
  }

  shownTo(client: C): { state: object; version: number } | undefined {
    const seat = this.#seats.get(client.id)
    return seat !== undefined && isMember(seat) ? this.#views.shown(seat) : undefined
  }

  get state(): object {
    return this.#view.state
  }

  get version(): number {
    return this.#view.version
  }

  get tick(): number {
    return this.#clock.tick
  }

  get droppedTicks(): number {
    return this.#clock.droppedTicks
  }

  get clients(): readonly C[] {
    return this.#members().flatMap((seat) => (isPlayer(seat) ? [seat.client] : []))
  }

  get spectators(): readonly C[] {
    return this.#members().flatMap((seat) => (isPlayer(seat) ? [] : [seat.client]))
  }

  get isLocked(): boolean {
    return this.#seating.isLocked
  }

  get metadata(): RoomMetadata {
    return this.#metadata
  }

  set metadata(metadata: RoomMetadata) {
    this.#metadata = metadata
    this.#settings.onSeats(null)
  }

  get isPrivate(): boolean {
    return this.#isPrivate
  }

  set isPrivate(isPrivate: boolean) {
    this.#isPrivate = isPrivate
    this.#settings.onSeats(null)
  }

  get inviteCode(): string {
    return this.#settings.codeOf(this)
  }

  /** A client's own wish to join is refused. */
  get isServerOnly(): boolean {
    return this.#settings.isServerOnly
  }

  /** True while one more seat may be promised. */
  get hasRoom(): boolean {
    return this.#life.isOpen && this.#seating.hasRoom
  }

  update(recipe: (draft: object) => void): void {
    this.work(() => recipe(this.#view.draft))
  }

  broadcast(
    type: string,
    payload: unknown,
    { except = [], afterState = false }: BroadcastOptions<C> = {},
  ): void {
    const excluded: readonly C[] = isList(except) ? except : [except]
    const to = this.#members().filter((seat) => !excluded.includes(seat.client))
    this.#stage.event(type, payload, to, afterState)
  }

  emit(client: C, type: string, payload: unknown, { afterState = false }: EmitOptions = {}): void {
    const seat = this.#seats.get(client.id)
    if (seat !== undefined && isMember(seat)) this.#stage.event(type, payload, [seat], afterState)
  }

  lock(): void {
    this.#seating.isLocked = true
    this.#settings.onSeats(null)
  }

  unlock(): void {
    this.#seating.isLocked = false
    this.#settings.onSeats(null)
  }

  refreshViews(): void {
    this.#views.refresh()
  }

  on<Name extends keyof RoomEvents<C>>(name: Name, listener: (...args: RoomEvents<C>[Name]) => void): Undo {
    const undo = this.#emitter.on(name, listener)
    this.#setPace()
    return () => {
      undo()
      this.#setPace()
    }
  }

  setTimeout(run: () => void, ms: number): Undo {
    return this.#clock.setTimeout(run, ms)
  }

  every(ms: number, run: () => void): Undo {
    return this.#clock.every(ms, run)
  }

  join(client: C, options?: unknown): boolean {
    if (this.#seats.has(client.id)) return true
    let seat: Seat<C>
    try {
      seat = this.reserve(client)
    } catch {
      return false
    }
    this.enter(seat, { options, isAsked: false }).catch((thrown: unknown) => this.#report('Joining', thrown))
    return true
  }

  leave(client: C): void {
    this.#removeIfIn(client, 'left')
  }

  kick(client: C, { reason }: KickOptions = {}): void {
    this.#removeIfIn(client, 'kicked', reason)
  }

  ban(client: C, { reason = 'banned', ms = Infinity }: BanOptions = {}): void {
    this.#seating.ban(client, reason, ms)
    this.#removeIfIn(client, 'kicked', reason)
  }

  unban(userId: string): void {
    this.#seating.unban(userId)
  }

  allowReconnection(client: C, seconds: number): Promise<C | null> {
    const seat = this.#seats.get(client.id)
    if (seat !== undefined && isAdmitted(seat)) return this.#door.keep(seat, seconds * 1000)
    return this.#life.isOpen ? this.#seating.keep(client, seconds * 1000) : Promise.resolve(null)
  }

  dispose(): Promise<void> {
    return this.#life.end()
  }

  // What follows is for rooms.ts.

  /** @throws what a synchronous `onCreate` throws; the room is gone then */
  start(options: unknown, after?: Promise<void>): void {
    this.#life.start(options, after)
  }

  /**
   * Promises a seat.
   * @throws PPError `ROOM_FULL`, `ROOM_LOCKED`, `FORBIDDEN`; `ROOM_NOT_FOUND` or `SESSION_EXPIRED` when room or client are gone
   */
  reserve(client: C, role: SeatRole = 'player'): Seat<C> {
    if (!this.#world.isAlive(client)) throw new PPError('SESSION_EXPIRED', 'The client is gone.')
    if (!this.#life.isOpen) throw new PPError('ROOM_NOT_FOUND', `The room "${this.id}" has ended.`)
    const seat = this.#seating.reserve(client, role)
    this.#life.wanted()
    this.#settings.onSeats(seat)
    return seat
  }

  seatOf(client: { readonly id: string }): Seat<C> | undefined {
    return this.#seats.get(client.id)
  }

  enter(seat: Seat<C>, how: EnterOptions): Promise<void> {
    const entered = this.#door.enter(seat, how)
    seat.decided = entered.catch(() => {})
    return entered
  }

  enterAgain(seat: Seat<C>, ackId: number): void {
    this.#door.enterAgain(seat, ackId)
  }

  dropped(seat: Seat<C>): void {
    this.#door.dropped(seat)
  }

  /** True when a member that has the state of `version` needs no snapshot. */
  canContinue(seat: Seat<C>, version: number): boolean {
    return this.#views.canContinue(seat, version)
  }

  resumed(seat: Seat<C>, version: number | null): void {
    this.#door.resumed(seat, version)
  }

  /** The session is over: nobody is left to be told. */
  sessionEnded(seat: Seat<C>): void {
    this.#door.remove(seat, 'ended')
  }

  /** A replica lost step: a snapshot comes with a next send, however often it asks. */
  resync(seat: Seat<C>, have: number, isWrong: boolean): void {
    const { tally, inspector, time } = this.#world
    tally.desyncs++
    if (inspector.active) {
      const versions = { have, got: this.version }
      inspector.emit({ kind: 'desync', at: time.now(), peer: seat.client.id, room: this.id, ...versions })
    }
    this.#door.fallBehind(seat, isWrong)
  }

  #removeIfIn(client: C, reason: 'left' | 'kicked', text?: string): void {
    const seat = this.#seats.get(client.id)
    if (seat !== undefined) this.#door.remove(seat, reason, text)
  }

  #onFree(seat: Seat<C>): void {
    this.#seating.free(seat)
    this.#views.release(seat)
    this.#settings.onSeats(seat)
    if (this.#seating.isEmpty) this.#life.abandoned()
  }

  /** A seat was kept for somebody who did not come back. */
  #onGivenUp(): void {
    this.#settings.onSeats(null)
    if (this.#seating.isEmpty) this.#life.abandoned()
  }

  #onTick(dropped: number): void {
    const { inspector, time } = this.#world
    const startedAt = inspector.active ? time.now() : 0
    this.#stage.tick(() => {
      this.#clock.runTimers()
      const { tick } = this.behaviour
      if (tick !== undefined && this.#life.isRunning)
        this.#life.guard('tick', () => tick(this.#scope, this.#settings.stepMs))
      this.#emitter.emit('tick', this.#settings.stepMs)
    })
    if (!inspector.active) return
    const at = time.now()
    inspector.emit({ kind: 'tick', at, room: this.id, tick: this.tick, durationMs: at - startedAt, dropped })
  }

  /** Steps at every tick only for a tick function or a tick listener; else the room sleeps until something changes. */
  #setPace(): void {
    const isWanted = this.behaviour.tick !== undefined || this.#emitter.listenerCount('tick') > 0
    this.#clock.setSteady(isWanted && this.#life.isRunning)
  }

  /** Everybody out, everything stopped; what was written until now is still sent. */
  #clear(): void {
    this.#stage.send()
    this.#seating.close()
    for (const seat of [...this.#seats.values()]) this.#door.remove(seat, 'disposed')
    this.#clock.close()
  }

  #report(where: string, thrown: unknown): void {
    this.#world.report(thrown, `${where} of ${this.label}`)
  }

  #members(): Seat<C>[] {
    return [...this.#seats.values()].filter(isMember)
  }
}

function checkPresence({ presence }: RoomShape, data: unknown): unknown {
  // A schema of any type takes unknown values: refusing the wrong ones is what it is for.
  return presence === undefined ? data : validate(presence as StandardSchema, data, 'Presence')
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
