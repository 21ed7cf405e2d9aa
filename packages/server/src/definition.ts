// What an application writes about a kind of room, and what its hooks are given. Everything is inferred from the
// RoomShape that both ends import: a handler for a message the contract does not know is a compile error, and so is
// reading a field that its validator does not return.
import type {
  EventInputs,
  Json,
  MessageOutputs,
  PayloadThen,
  PresenceEntry,
  PresenceOf,
  Random,
  RequestAnswers,
  RequestMap,
  RequestPayloads,
  RoomShape,
  SchemaMap,
  StateOf,
  SyncTable,
  Undo,
} from '@painda/protocol'
import type { Member } from './member.js'

/** The shape of a room of `server.room()`: it has a state, and anything may be sent. */
export interface UntypedShape<State extends object = object> {
  readonly name: string
  readonly state: () => State
  readonly messages: SchemaMap
  readonly requests: RequestMap
  readonly events: SchemaMap
}

/** What room listeners are called with. */
export interface RoomEvents<C> {
  join: [client: C]
  leave: [client: C, reason: RoomLeaveReason]
  /** After the tick function, before the state is sent. */
  tick: [dtMs: number]
  /** Who waits for a seat has changed: see `room.queue`. */
  queue: [waiting: readonly C[]]
  dispose: []
}

/** A `spectator` sees the room and hears its events; it is no player, counts against nothing and says nothing. */
export type SeatRole = 'player' | 'spectator'

/**
 * What a player gets who finds the room full: `ROOM_FULL`, which a function is told of first; a spectator's seat; or, with
 * `queue`, the next seat that is free: its join takes until then.
 */
export type OnFull<C> = 'reject' | 'spectate' | 'queue' | ((client: C) => void)

export interface KickOptions {
  /** Told to the client. */
  readonly reason?: string
}

export interface BanOptions extends KickOptions {
  /** For how long, in milliseconds. Default: as long as the room lives. */
  readonly ms?: number
}

/** `ended`: the client's session is over; the others are what the client was told. */
export type RoomLeaveReason = 'left' | 'kicked' | 'disposed' | 'ended'

/** Room metadata: for listings, never sent with the state. */
export type RoomMetadata = { [key: string]: Json }

export interface EmitOptions {
  /**
   * The event waits for the state it was sent in, also for a member whose connection is behind and that gets no state
   * for now; later events of the room wait behind it. Default false: such a member hears of it before it sees it.
   */
  readonly afterState?: boolean
}

export interface BroadcastOptions<C> extends EmitOptions {
  /** Clients, or their ids. */
  readonly except?: C | string | readonly (C | string)[]
}

/** An authoritative room: one plain JSON state, the members that see it, and a clock of its own. */
export interface Room<Shape extends RoomShape = UntypedShape, C extends Member = Member> {
  readonly id: string
  /** The definition's name; undefined for rooms of `server.room()`. */
  readonly name: string | undefined
  /** The state as it is now, for reading. Write through `update` or a hook's `ctx.state`: only those are seen and sent. */
  readonly state: StateOf<Shape>
  /** The state as all members hold it: numbers rounded and marked paths left out, as the contract's `sync` says. */
  readonly shown: StateOf<Shape>
  /**
   * What one member sees, and the version that was sent last; undefined for a client that is no member. What was written since
   * is in it already, but for what is marked for this member or made by `view`.
   */
  shownTo(client: C): { readonly state: object; readonly version: number } | undefined
  /** Grows by one with each change that is sent. */
  readonly version: number
  /** Steps since the room began: tick k is due k·(1000/tickHz) ms after it. */
  readonly tick: number
  /** Ticks that a stall swallowed. */
  readonly droppedTicks: number
  /** The players. */
  readonly clients: readonly C[]
  readonly spectators: readonly C[]
  /** Who waits for a seat (`onFull: 'queue'`), the next one first. `kick` and `ban` take clients out of it too. */
  readonly queue: readonly C[]
  readonly maxClients: number
  readonly isLocked: boolean
  /** For listings. Assign another object to change it. @throws PPError `STATE_NOT_JSON` */
  metadata: RoomMetadata
  /** In no listing, and not found by `joinOrCreate`: whoever has its id or its invite code may join. */
  isPrivate: boolean
  /** A short name to hand on: `join(Room, { id: code })` finds this room by it. */
  readonly inviteCode: string
  readonly presence: RoomPresence<PresenceOf<Shape>>
  /** Changes the state at once; members get it with the next tick. What `recipe` throws comes out here. */
  update(recipe: (draft: StateOf<Shape>) => void): void
  /**
   * Asks `view`, `viewKey` and the functions of `to` again, with the next tick. They are asked by themselves when the state
   * changed; call this when something else did that they look at, such as a client's tag.
   */
  refreshViews(): void
  /** Sends an event to all members, after the state it was sent in. @throws PPError `RESERVED_TYPE`, `INVALID_ARGUMENT` for what is no name */
  broadcast<Type extends keyof EventInputs<Shape> & string>(
    type: Type,
    ...payload: PayloadThen<EventInputs<Shape>[Type], BroadcastOptions<C>>
  ): void
  /** Sends an event to one member; to others nothing is sent. @throws PPError as `broadcast` */
  emit<Type extends keyof EventInputs<Shape> & string>(
    client: C,
    type: Type,
    ...payload: PayloadThen<EventInputs<Shape>[Type], EmitOptions>
  ): void
  /** Nobody gets in until `unlock`, whoever is in stays. */
  lock(): void
  unlock(): void
  /**
   * Puts a client in, without asking `onAuth`. False when the room is full, locked or gone, when the client is banned or gone, and when it
   * looks on: then it leaves first. `client.join(id)` says which.
   * Where `onJoin` is not asynchronous the client is a member when this returns.
   */
  join(client: C, options?: unknown): boolean
  /** Takes a client out: it is told `left`. */
  leave(client: C): void
  /** Takes a client out: it is told `kicked`, and why. */
  kick(client: C, options?: KickOptions): void
  /**
   * The same, and neither the client nor another session of its user gets in again. Of a guest, who has no user's id, it holds
   * for other guests of the same address too (of IPv6: of the same /64), unless that is private: see `trustProxy`.
   */
  ban(client: C, options?: BanOptions): void
  /** Lets a banned user, or by the id of the client a guest, in again. */
  unban(id: string): void
  /**
   * Says how long the seat of a lost client is kept. In `onDrop`: its session may come back that long, and no longer. In
   * `onLeave`, when its session is over: a new session of the same user finds the seat free, also in a full or locked
   * room; this needs a user's id (`client.userContext.sub`). Resolves to the client that came back, or null: nobody did.
   */
  allowReconnection(client: C, seconds: number): Promise<C | null>
  /**
   * Ends the room; resolves after `onDispose`. Safe to call twice. It waits for hooks that are at work, a minute at most: a hook that awaits
   * it waits for itself.
   */
  dispose(): Promise<void>
  on<Name extends keyof RoomEvents<C>>(name: Name, listener: (...args: RoomEvents<C>[Name]) => void): Undo
  /** Once, `ms` from now on the room's clock: at the first tick that is due then. Dies with the room. */
  setTimeout(run: () => void, ms: number): Undo
  /** Every `ms` on the room's clock, at most once a tick. Dies with the room. */
  every(ms: number, run: () => void): Undo
}

/** What the members of a room show of themselves. Two sessions of one user are one entry. */
export interface RoomPresence<Data = unknown> {
  list(): readonly PresenceEntry[]
  /** By the entry's `clientId` or the id of one of its sessions. */
  get(id: string): PresenceEntry | undefined
  /** Changes some fields of a member's presence. @throws PPError `INVALID_PAYLOAD` as for a client's own. */
  update(client: { readonly id: string }, partial: Partial<Data>): void
  onChange(listener: (entries: readonly PresenceEntry[]) => void): Undo
}

/** What a hook without a client is given. */
export interface RoomScope<Shape extends RoomShape, C extends Member> {
  readonly room: Room<Shape, C>
  /** The state to write to: every change is noted and sent with the next tick. */
  readonly state: StateOf<Shape>
  /**
   * Milliseconds on the room's clock, which began with the room. In a tick it is the time at which the tick was due,
   * however late it runs.
   */
  now(): number
  /** The room's own generator: the same seed and the same calls give the same game. */
  readonly random: Random
}

export interface RoomContext<Shape extends RoomShape, C extends Member> extends RoomScope<Shape, C> {
  readonly client: C
  readonly isSpectator: boolean
}

type Maybe<T> = T | Promise<T>

/** One handler per name; where the contract names none, none can be written. */
type Handlers<Names, Map> = [Names] extends [never] ? { readonly [type: string]: never } : Map

/**
 * What a kind of room does. Every hook may be left out. What a hook throws never stops the room: it is reported, and
 * the asker, if there is one, gets `INTERNAL`, or the reason given with `refuse`.
 */
export interface RoomBehaviour<Shape extends RoomShape, C extends Member> {
  /** Before anybody is in. Throwing undoes the room. */
  readonly onCreate?: (ctx: RoomScope<Shape, C>, options: unknown) => Maybe<void>
  /** Instead of `onCreate`, for a room that was saved: its state is there, its members and its timers are not. */
  readonly onRestore?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /**
   * In development, after `server.reload` gave the room this code. State and members are as they were; the timers and listeners
   * that the code before had set on the room are undone, for this hook to set its own. Without it they go on as they are.
   */
  readonly onReload?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /** May this client join? False or a thrown `refuse(…)` says no. Not asked for clients that the server puts in. */
  readonly onAuth?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<boolean | void>
  /**
   * The client is in `room.clients` already; its snapshot follows and shows what this writes. Throwing undoes the join. Not
   * called for spectators, like `onLeave`, `onDrop` and `onResume`.
   */
  readonly onJoin?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<void>
  /** Instead of `onJoin`, where there is one, for a user who takes the seat that `allowReconnection` kept. */
  readonly onReturn?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<void>
  /** The client is out, by itself, by a kick, with its session or with the room. Not called when `onJoin` threw. */
  readonly onLeave?: (ctx: RoomContext<Shape, C>, reason: RoomLeaveReason) => Maybe<void>
  /** The connection is lost; the session may still come back. */
  readonly onDrop?: (ctx: RoomContext<Shape, C>) => void
  readonly onResume?: (ctx: RoomContext<Shape, C>) => void
  /**
   * What this client sees of the state: any JSON object made from it, or `state` itself for all of it. Asked when the state
   * changed; what differs from its last answer is sent. Read from `state`, never write to it. What the contract marks with
   * `to` is left out of the answer, and reaches those it is for all the same.
   */
  readonly view?: (client: C, state: StateOf<Shape>) => object
  /** Clients with one key share a view, made with any one of them: a team, the spectators. Default: each has its own. */
  readonly viewKey?: (client: C) => string
  /** The last word; an asynchronous one is awaited before a room of the same id can begin. */
  readonly onDispose?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /** One fixed step. Without it (and without tick listeners) the room works only when something changed. */
  readonly tick?: (ctx: RoomScope<Shape, C>, dtMs: number) => void
  /** Steps per second. Default 60. */
  readonly tickHz?: number
  /** How often the state leaves, at most `tickHz`; rounded to every n-th tick. Default: every tick. */
  readonly sendHz?: number
  /** Players. Default: no limit. */
  readonly maxClients?: number
  /** Default 0: nobody may only look on. Clients ask for it with `spectate: true`. */
  readonly maxSpectators?: number
  /** Default `reject`. */
  readonly onFull?: OnFull<C>
  /** How many may wait with `onFull: 'queue'`; more get `ROOM_FULL`. Default 100. */
  readonly maxQueue?: number
  /**
   * May this client make a room of this id (`create` or `joinOrCreate` with an id)? Default: no, ids are made by the server.
   * Whoever is in a room hears what `server.to(id)` sends: say yes only to ids that you use for nothing else, such as those
   * that begin with `doc-`.
   */
  readonly mayChooseId?: (client: C, id: string) => boolean
  /**
   * Its state survives a restart: saved to `roomStore` within five seconds of a change and when the server closes, and back with
   * `server.restoreRooms()`. A room that ends for good is forgotten. Default false.
   */
  readonly persist?: boolean
  /** In no listing from the start; `room.isPrivate` changes it, in `onCreate` at the latest. Default false. */
  readonly isPrivate?: boolean
  /** How long an abandoned room is kept. Default 0: it ends with its last member. Infinity: it stays. */
  readonly autoDisposeMs?: number
  readonly metadata?: RoomMetadata
  readonly messages?: Handlers<
    keyof MessageOutputs<Shape>,
    {
      readonly [Type in keyof MessageOutputs<Shape>]?: (
        ctx: RoomContext<Shape, C>,
        payload: MessageOutputs<Shape>[Type],
      ) => unknown
    }
  >
  /** What a handler returns is the answer. */
  readonly requests?: Handlers<
    keyof RequestPayloads<Shape>,
    {
      readonly [Type in keyof RequestPayloads<Shape>]?: (
        ctx: RoomContext<Shape, C>,
        payload: RequestPayloads<Shape>[Type],
      ) => Maybe<Type extends keyof RequestAnswers<Shape> ? RequestAnswers<Shape>[Type] : never>
    }
  >
}

/** Handlers of a room without a contract, by type: what a payload is, they find out themselves. */
export interface UntypedHandlers<C extends Member, State extends object> {
  readonly [type: string]: (ctx: RoomContext<UntypedShape<State>, C>, payload: unknown) => unknown
}

/** The options of `server.room()`. */
export interface RoomOptions<C extends Member, State extends object = object> {
  /** What members send to the room. A handler that returns a promise holds up the next message of that member. */
  readonly messages?: UntypedHandlers<C, State>
  /** What members ask the room. What a handler returns is the answer. */
  readonly requests?: UntypedHandlers<C, State>
  /** Default: no limit. */
  readonly maxClients?: number
  /** Milliseconds per tick. Default 1000/60. */
  readonly tickRate?: number
  /** Default 0. */
  readonly maxSpectators?: number
  /** A function is called for a client that found the room full. Default `reject`. */
  readonly onFull?: OnFull<C>
  /** As in a definition. */
  readonly maxQueue?: number
  /** In no listing. Default false. */
  readonly isPrivate?: boolean
  readonly metadata?: RoomMetadata
  /** As in a contract: how paths of the state travel, and to whom. */
  readonly sync?: SyncTable
  /** As in a definition. */
  readonly view?: (client: C, state: State) => object
  readonly viewKey?: (client: C) => string
  /** May this client join by its own wish? Default: yes. */
  readonly auth?: (client: C, options: unknown) => boolean | Promise<boolean>
  /** `server`: clients get in only by `room.join(client)`. Default `client`. */
  readonly join?: 'client' | 'server'
  /** False: the first state comes with the next tick, one encoding for all who joined before it. Default true: at once. */
  readonly syncOnJoin?: boolean
}
