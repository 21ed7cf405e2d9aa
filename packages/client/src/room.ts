// One room of this client: what it was asked for, what has become of it, its replica, and who listens. It writes to the
// server through the functions it is given and is told by `rooms.ts` what came.
import { DEV, PPError } from '@painda/protocol'
import type {
  StateDelta,
  Event,
  Joined,
  Message,
  Path,
  PresenceEntry,
  PresenceSync,
  RoomShape,
  StateSnapshot,
  Time,
  Undo,
} from '@painda/protocol'
import type { RoomAskOptions } from './ack.js'
import type { Batch } from './batch.js'
import { createChangeListeners } from './change-listeners.js'
import { entryOf } from './contract.js'
import { createDeferred } from './deferred.js'
import type { Deferred } from './deferred.js'
import { createEarlyEvents } from './early-events.js'
import { createListeners } from './listeners.js'
import type { MessageListener } from './listeners.js'
import type { Messaging } from './messaging.js'
import type { Gate } from './outbox.js'
import { createPathIndex } from './path-index.js'
import type { SelectOptions } from './path-index.js'
import { createOwnPresence } from './own-presence.js'
import { createPresence } from './presence.js'
import type { RoomPresence } from './presence.js'
import { createReplica } from './replica.js'
import type { Replica } from './replica.js'
import type { Applied } from './line.js'
import { notInRoom } from './room-errors.js'
import type { RoomHandle, RoomSnapshot, RoomStatus } from './room-handle.js'
import { createMirror } from './store.js'
import type { CreateStore, Mirror } from './store.js'
import { nameOf } from './wish.js'
import type { Wish } from './wish.js'
import { adviseOfLeft, checkHeard, checkSent } from '#advice'
import { askedFor, rememberSite } from '#witness'

type State =
  /** Made by a render that React may discard; nobody has asked for the room. Shown as `joining`. */
  | { name: 'idle' }
  | { name: 'joining' }
  | { name: 'joined' }
  | { name: 'reconnecting' }
  | { name: 'left'; error: PPError | null }
  | { name: 'failed'; error: PPError }

export interface RoomOptions {
  wish: Wish
  definition: RoomShape | null
  time: Pick<Time, 'after'>
  batch: Batch
  messaging: Messaging
  post: (message: Message, gate?: Gate) => void
  selfId: () => string | null
  createStore: CreateStore | undefined
  lingerMs: number
  presenceThrottleMs: number
  onError: (thrown: unknown) => void
  /** The application has closed the client: no room is joined or left, and no timer begins. */
  isClosed: () => boolean
  /** The handle wants in. */
  onEnter: (room: Room) => void
  /** The handle was left; or it was over, and its last holder has released it. */
  onLeave: (room: Room) => void
  onStatus: (room: Room) => void
  /** The presence list was wrong at `path`, and is right again. */
  onPresenceHealed: (room: Room, path: Path | null) => void
}

export interface Room {
  readonly handle: RoomHandle
  readonly key: string
  readonly wish: Wish
  readonly gate: Gate
  readonly replica: Replica
  /** Who is here, as the server told it. */
  readonly presenceTold: () => readonly PresenceEntry[]
  /** The application asked for it and has not left it. False for a room that only the server put the client into. */
  readonly isWanted: boolean
  readonly isRetained: boolean
  /** Uses this definition from now on: the same one, made anew by a module that was loaded again. */
  redefine(next: RoomShape): void
  /** Asks for the room unless it is joined or being joined. `isReturn`: for the same room as before, by its id. */
  enter(isReturn?: boolean): void
  joined(message: Pick<Joined, 'room' | 'type'>): void
  /** Takes over state and presence from another handle of the same room. */
  copyFrom(other: Room): void
  snapshot(message: StateSnapshot): Applied
  delta(message: StateDelta): Applied
  presences(message: PresenceSync): void
  /** The server refused what this client says of itself. */
  presenceRefused(): void
  event(event: Event): void
  /** Refused, or the connection has ended for good. */
  fail(error: PPError): void
  /** The server has ended the membership. */
  end(error: PPError | null): void
  /** Removes a handle that is over and was only kept for its linger time. */
  forget(): void
  /** The connection is lost. */
  drop(): void
  /** The session goes on; with `isCurrent` the state still is what the server has. */
  resume(isCurrent: boolean): void
  /** The session is another one: this one is to be joined anew. */
  expire(): void
}

export function createRoom(options: RoomOptions): Room {
  const { wish, time, batch, messaging, post, selfId, onError, onStatus } = options
  let { definition } = options
  const key = nameOf(wish)
  const replica = createReplica({
    onShown(before) {
      index.touch(undefined, before, replica.state)
      batch.mark(notify)
    },
    onError,
  })
  const index = createPathIndex<unknown>({ getState: () => replica.state, onError })
  const listeners = createListeners(onError, () => definition?.events)
  const changeListeners = createChangeListeners('room', onError)
  const presence = createPresence({
    batch,
    selfId,
    onError,
    onWrong() {
      if (id !== null) post({ kind: 'resync', room: id, version: replica.version, why: 'presence' })
    },
    onHealed: (path) => options.onPresenceHealed(room, path),
  })
  const ownPresence = createOwnPresence(time, options.presenceThrottleMs, presence, (data) => {
    if (!isMember || id === null) return false
    const message: Message = { kind: 'presence', room: id, data }
    post(message)
    askedFor(presence, message)
    return true
  })

  let state: State = { name: 'idle' }
  let id: string | null = null
  /** The server counts us in, on this connection. */
  let isMember = false
  /** Events that came before the state that they were sent in. */
  const early = createEarlyEvents((event) => messaging.receive(event, listeners))
  let isWanted = false
  let retainCount = 0
  let cancelLinger: Undo | null = null
  let joined: Deferred<RoomHandle> = createDeferred()
  let mirror: Mirror<object> | null = null
  let shown: RoomSnapshot | null = null
  let notified: RoomSnapshot | null = null

  const gate: Gate = {
    get roomId() {
      return isMember ? id : null
    },
  }

  function move(next: State): void {
    state = next
    batch.mark(notify)
    onStatus(room)
  }

  function notify(): void {
    mirror?.write(replica.state as object | undefined)
    index.flush()
    const next = snapshot()
    if (next === notified) return
    notified = next
    changeListeners.notify()
  }

  function isOver(): boolean {
    return 'error' in state
  }

  function snapshot(): RoomSnapshot {
    // A handle that is not asked yet looks like one that is on its way: the asking follows the render.
    const status: RoomStatus = state.name === 'idle' ? 'joining' : state.name
    const error = 'error' in state ? state.error : null
    const current = replica.state as object | undefined
    const stale = current !== undefined && status !== 'joined' && status !== 'left'
    const isSame =
      shown !== null && shown.state === current && shown.status === status && shown.error === error
    if (!isSame || shown === null) shown = { room: handle, state: current, status, stale, error }
    return shown
  }

  function applied(result: Applied, before: unknown): Applied {
    if (result.name === 'changed') {
      index.touch(result.touched, before, replica.state)
      batch.mark(notify)
    }
    return result
  }

  /** Everything that a member may count on is here. */
  function arrive(): void {
    if (state.name !== 'joined') move({ name: 'joined' })
    joined.resolve(handle)
    early.release()
  }

  function becomeMember(): void {
    isMember = true
    ownPresence.tell()
  }

  /** Out, for whatever reason: a promise that still waits is settled. */
  function leave(next: Extract<State, { error: unknown }>): void {
    isMember = false
    // Nobody holds it any more: only its linger time was running.
    if (cancelLinger !== null) isWanted = false
    endLinger()
    ownPresence.forget()
    replica.layers.end()
    early.release()
    joined.reject(
      next.error ?? new PPError('CLOSED', DEV && `The room "${key}" was left before it was joined.`),
    )
    if (state.name !== next.name || next.error !== null) move(next)
  }

  function endLinger(): void {
    cancelLinger?.()
    cancelLinger = null
  }

  function send(type: string, payload?: unknown): void {
    checkSent(definition, type)
    if ('error' in state) {
      adviseOfLeft(key, type, state)
      onError(notInRoom(key))
    } else messaging.send(type, payload, { gate })
  }

  function enter(isReturn = false): void {
    isWanted = true
    endLinger()
    if (state.name === 'joining' || state.name === 'joined' || state.name === 'reconnecting') return
    if (state.name !== 'idle') joined = createDeferred()
    if (!isReturn) id = null
    rememberSite(room)
    move({ name: 'joining' })
    options.onEnter(room)
  }

  function release(lingerMs: number): void {
    retainCount--
    if (retainCount > 0) return
    // Then it is not joined with the next connection; a component that asks for it in a moment finds the handle as it was.
    if (isOver()) isWanted = false
    // A room that the server put the client into stays: the client could not ask for it again.
    else if (!isWanted) return
    if (options.isClosed()) letGo()
    else cancelLinger = time.after(lingerMs, letGo)
  }

  function letGo(): void {
    if (isOver()) options.onLeave(room)
    else if (isWanted) handle.leave()
  }

  function subscribe(listener: () => void): Undo
  function subscribe<T>(
    selector: (state: object) => T,
    listener: (value: T, previous: T) => void,
    options?: SelectOptions<T>,
  ): Undo
  function subscribe<T>(
    first: (() => void) | ((state: object) => T),
    listener?: (value: T, previous: T) => void,
    selectOptions?: SelectOptions<T>,
  ): Undo {
    if (listener !== undefined) {
      // With a second argument the first is a selector, by the overloads above.
      return index.subscribe(first as (state: unknown) => T, listener, selectOptions)
    }
    notified ??= snapshot()
    return changeListeners.subscribe(first as () => void)
  }

  const roomPresence: RoomPresence<unknown> = {
    ...presence.view,
    // A getter does not survive the spread.
    get self() {
      return presence.view.self
    },
    update: ownPresence.update,
  }

  const handle: RoomHandle = {
    key,
    get id() {
      return id
    },
    get joined() {
      return joined.promise
    },
    get state() {
      // The definition says which object. Hooks ask often: no snapshot is made for it.
      return replica.state as object | undefined
    },
    get version() {
      return replica.version
    },
    get tick() {
      return replica.tick
    },
    get status() {
      return snapshot().status
    },
    get stale() {
      return snapshot().stale
    },
    get error() {
      return snapshot().error
    },
    snapshot,
    subscribe,
    get store() {
      // The state of a room is an object; the definition says which.
      mirror ??= createMirror(handle, replica.state as object | undefined, onError, options.createStore)
      return mirror.store
    },
    send,
    emit: send,
    request(type: string, payload?: unknown, askOptions: RoomAskOptions = {}) {
      checkSent(definition, type)
      if (isOver()) return Promise.reject(notInRoom(key))
      const output = entryOf(definition?.requests, type)?.output
      // The definition types the answer, and its validator has checked it where there is one.
      return messaging.request(type, payload, { ...askOptions, gate }, output) as Promise<never>
    },
    // The definition types the payload; its validator makes it so.
    on: (type: string, listener: (payload: never) => void) => {
      checkHeard(definition, type)
      return listeners.on(type, listener as MessageListener)
    },
    optimistic: (change: (state: never) => object) =>
      // The definition types the state.
      replica.layers.add(change as (state: object) => object),
    presence: roomPresence,
    leave() {
      if (state.name !== 'left') leave({ name: 'left', error: null })
      options.onLeave(room)
    },
    retain(lingerMs = options.lingerMs) {
      retainCount++
      enter()
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        release(lingerMs)
      }
    },
  }

  const room: Room = {
    presenceTold: presence.told,
    handle,
    key,
    wish,
    gate,
    replica,
    get isWanted() {
      return isWanted
    },
    get isRetained() {
      return retainCount > 0
    },
    redefine(next) {
      definition = next
    },
    enter,
    joined(message) {
      id = message.room
      becomeMember()
      // A handle that was over, and the server puts us in again.
      if (isOver()) joined = createDeferred()
      if (message.type === 'event') arrive()
      else if (state.name !== 'joined' && state.name !== 'reconnecting') move({ name: 'joining' })
    },
    copyFrom(other) {
      id = other.handle.id
      becomeMember()
      for (const line of other.replica.lines()) {
        const before = replica.state
        applied(replica.applySnapshot(line), before)
      }
      presence.apply({ kind: 'presences', full: true, set: other.presenceTold(), gone: [] })
      if (other.handle.status === 'joined') arrive()
    },
    snapshot(message) {
      const before = replica.state
      const result = applied(replica.applySnapshot(message), before)
      arrive()
      return result
    },
    delta(message) {
      const before = replica.state
      return applied(replica.applyDelta(message), before)
    },
    presences: presence.apply,
    presenceRefused: presence.refusedOwn,
    event: (event) => early.take(event, isMember && state.name !== 'joined'),
    fail: (error) => leave({ name: 'failed', error }),
    end: (error) => leave({ name: 'left', error }),
    forget() {
      endLinger()
      options.onLeave(room)
    },
    drop() {
      isMember = false
      replica.stopHealing()
      if (state.name === 'joined') move({ name: 'reconnecting' })
    },
    resume(isCurrent) {
      if (state.name !== 'reconnecting') return
      becomeMember()
      presence.refresh()
      if (isCurrent || replica.state === undefined) arrive()
    },
    expire() {
      isMember = false
      early.release()
      replica.layers.restart()
      ownPresence.forget()
      presence.clear()
    },
  }
  return room
}
