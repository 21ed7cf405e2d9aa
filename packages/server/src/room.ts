// A room as applications and rooms.ts know it: one state, the members that see it, a clock. This is the face;
// what happens behind it is told in room-parts.ts.
import { assertJson, meant, PPError } from '@painda/protocol'
import type { Resync, RoomShape, Undo } from '@painda/protocol'
import type {
  BanOptions,
  BroadcastOptions,
  EmitOptions,
  KickOptions,
  Room,
  RoomBehaviour,
  RoomEvents,
  RoomMetadata,
  SeatRole,
  UntypedShape,
} from './definition.js'
import { isPromise } from './faults.js'
import type { Member } from './member.js'
import type { RoomPresenceList } from './presence.js'
import type { Turn } from './queue.js'
import { createRoomIntake, type RoomIntake } from './room-intake.js'
import { ratesOf, type RoomKind } from './room-kind.js'
import { createRoomParts, type RoomParts, type RoomSettings, type RoomWorld } from './room-parts.js'
import { isStateAnew, stateAnew } from './returned-state.js'
import type { RoomStage } from './room-stage.js'
import type { RoomViews } from './room-views.js'
import { eventOf } from './sendable.js'
import { isAdmitted, isMember, isPlayer, type Claim, type Seat } from './seat.js'

export class StateRoom<C extends Member> implements Room<UntypedShape, C> {
  readonly id: string
  readonly name: string | undefined
  /** For logs. */
  readonly label: string
  readonly kind: RoomKind<C>
  readonly presence: RoomPresenceList
  readonly intake: RoomIntake<C>
  readonly work: RoomStage<C>['work']
  /** The version in which this member will see what has been written until now. */
  readonly promiseVersion: RoomViews<C>['promise']
  /** Undefined for as long as nobody has asked for it. */
  knownInviteCode: string | undefined
  readonly #world: RoomWorld
  readonly #settings: RoomSettings<C>
  readonly #parts: RoomParts<C>
  readonly #seats: RoomParts<C>['seating']['seats']
  #metadata: RoomMetadata
  #isPrivate: boolean
  /** Undoes the timers and listeners that the application has set on it. */
  readonly #undos = new Set<Undo>()

  constructor(world: RoomWorld, settings: RoomSettings<C>) {
    const { id, name, kind } = settings
    this.id = id
    this.name = name
    this.label = name === undefined ? `room "${id}"` : `room "${id}" (${name})`
    this.kind = kind
    this.#metadata = { ...(settings.metadata ?? kind.behaviour.metadata) }
    this.#isPrivate = settings.isPrivate ?? kind.behaviour.isPrivate ?? false
    this.#world = world
    this.#settings = settings
    this.#parts = createRoomParts<C>(this, world, settings)
    this.#seats = this.#parts.seating.seats
    this.presence = this.#parts.presence
    this.intake = createRoomIntake<C>(this.#parts, settings)
    this.work = this.#parts.stage.work
    this.promiseVersion = this.#parts.views.promise
  }

  get shape(): RoomShape {
    return this.kind.shape
  }

  get behaviour(): RoomBehaviour<UntypedShape, C> {
    return this.kind.behaviour
  }

  get maxClients(): number {
    return this.kind.behaviour.maxClients ?? Infinity
  }

  /** The state as members hold it: numbers rounded as the contract's `sync` says. */
  get shown(): object {
    return this.#parts.view.shown()
  }

  shownTo(client: C): { state: object; version: number } | undefined {
    const seat = this.#seats.get(client.id)
    return seat !== undefined && isMember(seat) ? this.#parts.views.shown(seat) : undefined
  }

  get state(): object {
    this.#world.watch.reads(this.#parts.view, this.label)
    return this.#parts.view.state
  }

  get version(): number {
    return this.#parts.view.version
  }

  get tick(): number {
    return this.#parts.clock.tick()
  }

  get droppedTicks(): number {
    return this.#parts.clock.droppedTicks()
  }

  get clients(): readonly C[] {
    return this.#members().flatMap((seat) => (isPlayer(seat) ? [seat.client] : []))
  }

  get spectators(): readonly C[] {
    return this.#members().flatMap((seat) => (isPlayer(seat) ? [] : [seat.client]))
  }

  get queue(): readonly C[] {
    return this.#parts.queue.clients()
  }

  get isLocked(): boolean {
    return this.#parts.seating.isLocked
  }

  get metadata(): RoomMetadata {
    return this.#metadata
  }

  set metadata(metadata: RoomMetadata) {
    assertJson(metadata, ['metadata'])
    this.#metadata = metadata
    this.#parts.keeper?.changed()
    this.#settings.onSeats(null)
  }

  get isPrivate(): boolean {
    return this.#isPrivate
  }

  set isPrivate(isPrivate: boolean) {
    this.#isPrivate = isPrivate
    this.#parts.keeper?.changed()
    this.#settings.onSeats(null)
  }

  get inviteCode(): string {
    if (this.knownInviteCode === undefined) this.#parts.keeper?.changed()
    return (this.knownInviteCode ??= this.#settings.inviteCode())
  }

  /** A client's own wish to join is refused. */
  get isServerOnly(): boolean {
    return this.#settings.isServerOnly
  }

  /** True while one more seat may be promised. */
  get hasRoom(): boolean {
    return this.#parts.life.isOpen() && this.#parts.seating.hasRoom()
  }

  /** The same, for this client. */
  hasRoomFor(client: C, role: SeatRole): boolean {
    return this.#parts.life.isOpen() && this.#parts.seating.hasRoomFor(client, role)
  }

  /** It keeps a seat for this client's user. */
  keepsFor(client: C): boolean {
    return this.#parts.seating.keepsFor(client)
  }

  update(recipe: (draft: object) => void): void {
    const { journal, view, report } = this.#parts
    journal.writing(() =>
      this.work(() => {
        const result: unknown = recipe(view.draft)
        if (isPromise(result)) result.then(undefined, (thrown) => report('update', thrown))
        else if (isStateAnew(result, view.draft)) this.#world.advise(stateAnew('The function of room.update'))
      }),
    )
  }

  broadcast(
    type: string,
    payload: unknown,
    { except = [], afterState = false }: BroadcastOptions<C> = {},
  ): void {
    const excluded: readonly (C | string)[] = isList(except) ? except : [except]
    const to = this.#members().filter(
      ({ client }) => !excluded.includes(client) && !excluded.includes(client.id),
    )
    this.#send(type, payload, to, afterState)
  }

  emit(client: C, type: string, payload: unknown, { afterState = false }: EmitOptions = {}): void {
    const seat = this.#seats.get(client.id)
    if (seat !== undefined && isMember(seat)) this.#send(type, payload, [seat], afterState)
  }

  lock(): void {
    this.#parts.seating.isLocked = true
    this.#settings.onSeats(null)
  }

  unlock(): void {
    this.#parts.seating.isLocked = false
    this.#settings.onSeats(null)
    this.#parts.queue.advance()
  }

  refreshViews(): void {
    this.#parts.views.refresh()
  }

  on<Name extends keyof RoomEvents<C>>(name: Name, listener: (...args: RoomEvents<C>[Name]) => void): Undo {
    assertEvent(name)
    const undo = this.#parts.emitter.on(name, listener)
    this.#parts.setPace()
    return this.#track(() => {
      undo()
      this.#parts.setPace()
    })
  }

  setTimeout(run: () => void, ms: number): Undo {
    const undo = this.#track(
      this.#parts.clock.setTimeout(() => {
        this.#undos.delete(undo)
        return run()
      }, ms),
    )
    return undo
  }

  every(ms: number, run: () => void): Undo {
    return this.#track(this.#parts.clock.every(ms, run))
  }

  join(client: C, options?: unknown): boolean {
    try {
      this.admit(client, options)
      return true
    } catch {
      return false
    }
  }

  leave(client: C): void {
    assertClient(client)
    this.intake.remove(client, 'left')
  }

  kick(client: C, { reason }: KickOptions = {}): void {
    assertClient(client)
    this.intake.remove(client, 'kicked', reason)
  }

  ban(client: C, { reason = 'banned', ms = Infinity }: BanOptions = {}): void {
    assertClient(client)
    assertDuration('ban', ms)
    this.#parts.seating.ban(client, reason, ms)
    this.intake.remove(client, 'kicked', reason)
  }

  unban(id: string): void {
    this.#parts.seating.unban(id)
  }

  allowReconnection(client: C, seconds: number): Promise<C | null> {
    assertDuration('allowReconnection', seconds)
    const seat = this.#seats.get(client.id)
    if (seat !== undefined && isAdmitted(seat)) return this.#parts.door.keep(seat, seconds * 1000)
    return this.#parts.life.isOpen()
      ? this.#parts.seating.keep(client, seconds * 1000)
      : Promise.resolve(null)
  }

  dispose(): Promise<void> {
    const { life, journal } = this.#parts
    return life.isOpen() ? journal.call('', () => ({ what: 'end' }), life.end) : life.end()
  }

  // What follows is for rooms.ts.

  /** Its code has set timers or listeners on it. */
  get hasTimers(): boolean {
    return this.#undos.size > 0
  }

  /**
   * Its kind has other code now. True when timers or listeners go on as the code before has set them: there is no `onReload`
   * that would set them anew.
   */
  reloaded(): boolean {
    const { life, clock, views, queue, scope, setPace, journal } = this.#parts
    journal.changed()
    const { onReload } = this.behaviour
    if (this.name !== undefined) clock.setRates(ratesOf(this.behaviour))
    views.refresh()
    this.#settings.onSeats(null)
    queue.advance()
    const isStale = life.isRunning() && onReload === undefined && this.#undos.size > 0
    if (life.isRunning() && onReload !== undefined) {
      for (const undo of [...this.#undos]) undo()
      life.guard('onReload', () => onReload(scope))
    }
    setPace()
    return isStale
  }

  /** Everybody with a seat in it, or waiting for one, those included whose connection is lost. */
  get guests(): readonly C[] {
    const { seating, queue } = this.#parts
    return [...[...seating.seats.values()].map(({ client }) => client), ...queue.clients()]
  }

  /** It was restored: its members have so long to come back before it counts as abandoned. */
  awaitMembers(ms: number): void {
    // Not one of the application's timers.
    this.#parts.clock.setTimeout(() => {
      if (this.#parts.seating.isEmpty()) this.#parts.life.abandoned()
    }, ms)
  }

  /**
   * Promises a seat.
   * @throws PPError `ROOM_FULL`, `ROOM_LOCKED`, `FORBIDDEN`; `ROOM_NOT_FOUND` or `SESSION_EXPIRED` when room or client are gone
   */
  reserve(client: C, role: SeatRole = 'player'): Seat<C> {
    if (!this.#world.isAlive(client)) throw new PPError('SESSION_EXPIRED', 'The client is gone.')
    if (!this.#parts.life.isOpen()) throw new PPError('ROOM_NOT_FOUND', `The room "${this.id}" has ended.`)
    const seat = this.#parts.seating.reserve(client, role)
    this.#parts.life.wanted()
    this.#settings.onSeats(seat)
    return seat
  }

  /**
   * Puts a client in as a player, without asking `onAuth`; as what it gets, where the room is full.
   * @throws PPError as `reserve`, and `REFUSED` for one who looks on where a player's seat is free
   */
  admit(client: C, options?: unknown): void {
    const known = this.#seats.get(client.id)
    if (known === undefined) {
      this.intake
        .enter(this.reserve(client), { options, isAsked: false })
        .catch((thrown: unknown) => this.#parts.report('Joining', thrown))
    } else if (known.role === 'spectator' && !(this.behaviour.onFull === 'spectate' && !this.hasRoom))
      throw new PPError('REFUSED', `The client looks on in the room "${this.id}".`, {
        hint: 'It plays when it leaves and joins again.',
      })
  }

  /** True where a player who finds the room full may wait for a seat. */
  get hasQueue(): boolean {
    return this.behaviour.onFull === 'queue'
  }

  /** True for one who waits for a seat. */
  isAwaitedBy(client: C): boolean {
    return this.#parts.queue.has(client)
  }

  /** @throws PPError `ROOM_FULL` when too many wait already */
  wait(client: C, turn: Turn): void {
    this.#parts.queue.enter(client, turn)
  }

  /** It waits no longer. */
  giveUp(client: C, error: PPError): boolean {
    return this.#parts.queue.leave(client, error)
  }

  seatOf(client: { readonly id: string }): Seat<C> | undefined {
    return this.#seats.get(client.id)
  }

  enterAgain(seat: Seat<C>, ackId: number): void {
    this.#parts.door.enterAgain(seat, ackId)
  }

  /** True when a member that comes back with this needs no snapshot. */
  canContinue(seat: Seat<C>, claim: Claim): boolean {
    return this.#parts.views.canContinue(seat, claim)
  }

  /** A replica lost step: a snapshot comes with a next send, however often it asks. */
  resync(seat: Seat<C>, have: number, why: Resync['why']): void {
    const { tally, inspector, time } = this.#world
    tally.desyncs++
    if (inspector.active) {
      const versions = { have, got: this.version }
      inspector.emit({ kind: 'desync', at: time.now(), peer: seat.client.id, room: this.id, ...versions })
    }
    if (why === 'presence') this.#parts.door.needsPresence(seat)
    else this.#parts.door.fallBehind(seat, why === 'hash')
  }

  /** Outside of its hooks, code that is being replaced may be who sets something: then that is undone with that code. */
  #track(undo: Undo): Undo {
    if (!this.#parts.stage.isAtWork() && this.#world.adopt(undo)) return undo
    const once = (): void => {
      if (this.#undos.delete(once)) undo()
    }
    this.#undos.add(once)
    return once
  }

  #send(type: string, payload: unknown, to: readonly Seat<C>[], afterState: boolean): void {
    const event = eventOf({ type, payload }, { room: this.id })
    const { name, events } = this.shape
    if (events !== undefined && !Object.hasOwn(events, type))
      this.#world.advise(
        () => `The contract of room "${name}" has no event "${type}"${meant(type, events)}.`,
        `no event ${name} ${type}`,
      )
    this.#parts.journal.said(type, payload, to)
    this.#parts.stage.event(event, to, afterState)
  }

  #members(): Seat<C>[] {
    return [...this.#seats.values()].filter(isMember)
  }
}

const EVENTS = { join: 0, leave: 0, tick: 0, queue: 0, dispose: 0 } satisfies Record<
  keyof RoomEvents<Member>,
  0
>

function assertEvent(name: string): void {
  if (Object.hasOwn(EVENTS, name)) return
  throw new PPError('INVALID_ARGUMENT', `A room has no event "${name}"${meant(name, EVENTS)}.`, {
    hint: 'What members say to it is handled under `messages`.',
  })
}

/** Without types an id may stand in its place, and nobody would be meant. */
function assertClient(client: unknown): void {
  if (typeof client === 'object' && client !== null && 'id' in client) return
  throw new PPError('INVALID_ARGUMENT', 'Who is meant is no client.', {
    hint: 'It is one of room.clients, or server.getClient(id).',
  })
}

/** What is no number would be no time at all: a ban that lets in, a seat that is not kept. */
function assertDuration(what: string, value: unknown): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return
  throw new PPError('INVALID_ARGUMENT', `${what} takes a time, which ${String(value)} is none.`)
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
