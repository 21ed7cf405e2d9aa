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

/** The shape of a room of `server.room()`: a state, and messages of any type. */
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
  /** The queue for seats has changed: see `room.queue`. */
  queue: [waiting: readonly C[]]
  dispose: []
}

/** A `spectator` gets state and events; it is no player, does not count towards `maxClients` and may send nothing. */
export type SeatRole = 'player' | 'spectator'

/**
 * What a player gets that finds the room full. `reject`: the error `ROOM_FULL`. A function: the same, after it was called. `spectate`: a
 * spectator's seat. `queue`: the next free seat, and its join resolves then.
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
   * A member whose connection is behind gets the event after the state that it was sent in, which is skipped for now; later events of
   * the room wait behind it. Default false: such a member gets the event before the state.
   */
  readonly afterState?: boolean
}

export interface BroadcastOptions<C> extends EmitOptions {
  /** Members, or their ids, that do not get the event. */
  readonly except?: C | string | readonly (C | string)[]
}

/** An authoritative room: one plain JSON state, the members that see it, and a clock of its own. */
export interface Room<Shape extends RoomShape = UntypedShape, C extends Member = Member> {
  readonly id: string
  /** The definition's name; undefined for rooms of `server.room()`. */
  readonly name: string | undefined
  /** The current state, read-only. Write through `update` or a hook's `ctx.state`: other writes are neither noticed nor sent. */
  readonly state: StateOf<Shape>
  /** The state as all members hold it: numbers rounded and marked paths left out, as the contract's `sync` says. */
  readonly shown: StateOf<Shape>
  /**
   * What one member sees, and the version that was sent last; undefined for a client that is no member. Includes what was written
   * since, except in paths marked for this member and in what `view` makes.
   */
  shownTo(client: C): { readonly state: object; readonly version: number } | undefined
  /** Grows by one with each change that is sent. */
  readonly version: number
  /** Steps since the room began: tick k is due k·(1000/tickHz) ms after it. */
  readonly tick: number
  /** Ticks that were left out because the process was busy for too long. */
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
   * Calls `view`, `viewKey` and the functions of `to` again at the next tick. They are called by themselves when the state has changed;
   * call this when something else has changed that they look at, such as a client's tag.
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
  /** Lets nobody in until `unlock`; members stay. */
  lock(): void
  unlock(): void
  /**
   * Puts a client in, without asking `onAuth`. False when the room is full, locked or gone, when the client is banned or gone, and when it
   * is a spectator, which has to leave first; `client.join(id)` throws which of these. Unless `onJoin` is asynchronous, the client is a
   * member when this returns.
   */
  join(client: C, options?: unknown): boolean
  /** Takes a client out: it is told `left`. */
  leave(client: C): void
  /** Takes a client out: it is told `kicked`, and why. */
  kick(client: C, options?: KickOptions): void
  /**
   * Kicks a client and keeps it and all sessions of its user out. The ban of a guest, which has no user's id, also holds for other guests of
   * the same address (IPv6: of the same /64), unless that address is private: see `trustProxy`.
   */
  ban(client: C, options?: BanOptions): void
  /** Lets a banned user, or by the id of the client a guest, in again. */
  unban(id: string): void
  /**
   * Keeps the seat of a lost client for some seconds. In `onDrop`: its session may come back that long and no longer. In `onLeave`, when
   * its session is over: the seat is kept for a new session of the same user, also in a full or locked room, which needs a user's
   * id (`client.userContext.sub`). Resolves to the client that came back, or to null.
   */
  allowReconnection(client: C, seconds: number): Promise<C | null>
  /**
   * Ends the room; resolves after `onDispose`. Safe to call twice. It waits for hooks that are at work, a minute at most: a hook that awaits
   * it waits for itself.
   */
  dispose(): Promise<void>
  on<Name extends keyof RoomEvents<C>>(name: Name, listener: (...args: RoomEvents<C>[Name]) => void): Undo
  /** Runs once, `ms` milliseconds from now on the room's clock, in the first tick that is due then. Ends with the room. */
  setTimeout(run: () => void, ms: number): Undo
  /** Runs every `ms` milliseconds on the room's clock, at most once a tick. Ends with the room. */
  every(ms: number, run: () => void): Undo
}

/** The presence of a room's members. Two sessions of one user are one entry. */
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
  /** Called before anybody is in. When it throws, the room ends and its maker's join is refused. */
  readonly onCreate?: (ctx: RoomScope<Shape, C>, options: unknown) => Maybe<void>
  /** Called instead of `onCreate` for a room that was saved: its state is there, its members and timers are not. */
  readonly onRestore?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /**
   * In development, called after `server.reload` has given the room this code. State and members are kept; timers and listeners that the old
   * code had set on the room are removed, and this hook sets its own. Without the hook they stay.
   */
  readonly onReload?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /** May this client join? False, or a thrown `refuse(…)`, refuses it. Not called for clients that the server puts in. */
  readonly onAuth?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<boolean | void>
  /**
   * A client has joined: it is in `room.clients`, and its first state shows what this hook writes. When it throws, the join is refused.
   * Not called for spectators; nor are `onLeave`, `onDrop` and `onResume`.
   */
  readonly onJoin?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<void>
  /** Called instead of `onJoin` for a user who takes the seat that `allowReconnection` has kept. Default: `onJoin` is called. */
  readonly onReturn?: (ctx: RoomContext<Shape, C>, options: unknown) => Maybe<void>
  /** A client has left by itself, by a kick, with its session or with the room. Not called when `onJoin` threw. */
  readonly onLeave?: (ctx: RoomContext<Shape, C>, reason: RoomLeaveReason) => Maybe<void>
  /** The connection is lost; the session may still come back. */
  readonly onDrop?: (ctx: RoomContext<Shape, C>) => void
  /** The connection is back, with the same session. */
  readonly onResume?: (ctx: RoomContext<Shape, C>) => void
  /**
   * Returns what this client sees of the state: any JSON object made from it, or `state` itself for all of it. Called when the state has
   * changed; only what differs from its last result is sent. Do not write to `state`. Paths marked with `to` in the contract are left out
   * of the result, and still reach those they are for.
   */
  readonly view?: (client: C, state: StateOf<Shape>) => object
  /** Clients with one key share a view, made with any one of them: a team, the spectators. Default: each has its own. */
  readonly viewKey?: (client: C) => string
  /** Called last. While it is at work no other room of the same id begins. */
  readonly onDispose?: (ctx: RoomScope<Shape, C>) => Maybe<void>
  /** Called at every tick, with the fixed step in milliseconds. Without it and tick listeners the room works only when something has changed. */
  readonly tick?: (ctx: RoomScope<Shape, C>, dtMs: number) => void
  /** Steps per second. Default 60. */
  readonly tickHz?: number
  /** How often the state is sent per second, at most `tickHz`, rounded to every n-th tick. Default: every tick. */
  readonly sendHz?: number
  /** Players. Default: no limit. */
  readonly maxClients?: number
  /** How many may only watch (`join(Room, { spectate: true })`). Default 0. */
  readonly maxSpectators?: number
  /** What a player gets when the room is full. Default `reject`. */
  readonly onFull?: OnFull<C>
  /** How many may wait with `onFull: 'queue'`; more get `ROOM_FULL`. Default 100. */
  readonly maxQueue?: number
  /**
   * May this client make a room of this id (`create` or `joinOrCreate` with an id)? Default: no, ids are made by the server.
   * Members of a room get what `server.to(id)` sends: allow only ids that you use for nothing else, such as those that begin with `doc-`.
   */
  readonly mayChooseId?: (client: C, id: string) => boolean
  /**
   * The state survives a restart: it is saved to `roomStore` within five seconds of a change and when the server closes, and loaded by
   * `server.restoreRooms()`. A room that ends while the server runs is removed from the store. Default false.
   */
  readonly persist?: boolean
  /** In no listing from the start; `room.isPrivate` changes it, in `onCreate` at the latest. Default false. */
  readonly isPrivate?: boolean
  /** How long an empty room is kept, in milliseconds. Default 0: it ends with its last member. Infinity: it stays. */
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

/** Handlers of a room without a contract, by type. They check the payload themselves. */
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
  /** May this client join by itself? Default: yes. */
  readonly auth?: (client: C, options: unknown) => boolean | Promise<boolean>
  /** `server`: only `room.join(client)` puts clients in. Default `client`: they join by themselves, too. */
  readonly join?: 'client' | 'server'
  /** False: the first state comes with the next tick, one encoding for all who joined before it. Default true: at once. */
  readonly syncOnJoin?: boolean
}
