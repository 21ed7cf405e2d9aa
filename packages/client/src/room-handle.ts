// What an application holds of a room.
import type {
  PayloadArgs,
  PayloadThen,
  PPError,
  PresenceOf,
  RoomShape,
  StateOf,
  Undo,
} from '@painda/protocol'
import type { RoomAskOptions } from './ack.js'
import type {
  EventPayload,
  UndeclaredEvent,
  EventType,
  MessageInput,
  MessageType,
  RequestAnswer,
  RequestInput,
  RequestType,
} from './contract-types.js'
import type { Layer } from './layers.js'
import type { SelectOptions } from './path-index.js'
import type { RoomPresence } from './presence.js'
import type { ReadonlyStore } from './store.js'

/**
 * `joining`: asked for, no state yet. `reconnecting`: in, but the connection is lost. `left`: over, by `leave`, a kick or
 * the room's end. `failed`: refused, or the connection ended for good.
 */
export type RoomStatus = 'joining' | 'joined' | 'reconnecting' | 'left' | 'failed'

/** A room at one moment; another object exactly when something in it changed. */
export interface RoomSnapshot<Room extends RoomShape = RoomShape> {
  readonly room: RoomHandle<Room>
  /** The replica: immutable, untouched parts keep their identity. `undefined` before the first snapshot. */
  readonly state: StateOf<Room> | undefined
  readonly status: RoomStatus
  /** True while `state` is from before: the connection was lost, or the room is being joined anew. */
  readonly stale: boolean
  /** Why the room was refused, or why it is over. */
  readonly error: PPError | null
}

export interface RoomHandle<Room extends RoomShape = RoomShape> {
  /** What was asked for: a room's id, a definition's name, or both as `name:id`. */
  readonly key: string
  /** The room's id once joined. */
  readonly id: string | null
  /**
   * Resolves after the first snapshot; for a room without state when the server let us in.
   * @throws PPError `ROOM_FULL`, `ROOM_LOCKED`, `ROOM_NOT_FOUND`, `FORBIDDEN`, …
   */
  readonly joined: Promise<RoomHandle<Room>>
  readonly state: StateOf<Room> | undefined
  readonly version: number
  /** The server's tick in which that version was made. */
  readonly tick: number
  readonly status: RoomStatus
  readonly stale: boolean
  readonly error: PPError | null
  snapshot(): RoomSnapshot<Room>
  /** Calls `listener` when anything of `snapshot()` changed, once per frame. */
  subscribe(listener: () => void): Undo
  /**
   * Calls `listener` when the selected value changed. The selector runs only after a change of something it read.
   * A selector must be pure and return data; see `SelectOptions`.
   */
  subscribe<T>(
    selector: (state: StateOf<Room>) => T,
    listener: (value: T, previous: T) => void,
    options?: SelectOptions<T>,
  ): Undo
  /** A zustand store that mirrors the state. */
  readonly store: ReadonlyStore<StateOf<Room>>
  /** Sends a message to the room; before it is joined and while reconnecting it waits. @throws PPError `RESERVED_TYPE` */
  send<Type extends MessageType<Room>>(type: Type, ...payload: PayloadArgs<MessageInput<Room, Type>>): void
  /** The same, by the name that clients have for it too. */
  emit<Type extends MessageType<Room>>(type: Type, ...payload: PayloadArgs<MessageInput<Room, Type>>): void
  /** Asks the room. @throws PPError the server's refusal, `ACK_TIMEOUT`, `SESSION_EXPIRED`, `CLOSED` */
  request<Type extends RequestType<Room>>(
    type: Type,
    ...args: PayloadThen<RequestInput<Room, Type>, RoomAskOptions>
  ): Promise<RequestAnswer<Room, Type>>
  /** Listens to an event of the room. The state it was sent in is applied already. */
  on<Payload>(type: UndeclaredEvent<Room>, listener: (payload: Payload) => void): Undo
  on<Type extends EventType<Room>>(type: Type, listener: (payload: EventPayload<Room, Type>) => void): Undo
  /**
   * Shows what `change` makes of the state, at once and again on top of every state that comes, until the layer is
   * confirmed or removed. `change` returns a new object that shares what it did not change, and gives the same for the same
   * state. The server knows nothing of it.
   */
  optimistic(change: (state: StateOf<Room>) => StateOf<Room>): Layer
  readonly presence: RoomPresence<PresenceOf<Room>>
  /** Leaves at once, whoever still holds the room: they see `left` until somebody asks for it again. */
  leave(): void
  /**
   * Holds the room; joins it when it is not in, also when others hold it and were refused or thrown out. After the last undo it
   * is left, `lingerMs` later (the client's option): a component that mounts again in that time finds it as it was.
   */
  retain(lingerMs?: number): Undo
}
