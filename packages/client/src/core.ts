// Wires the parts of a client. Messages come in at `receive`, changes of the connection at `welcomed` and `lost`; what
// happens then is in the parts.
import {
  DEV,
  createEmitter,
  createInspector,
  createClientCodec,
  createNameTable,
  createViewDecoder,
  formatPath,
  hostTime,
  PPError,
  PROTOCOL_VERSION,
} from '@painda/protocol'
import type {
  Activity,
  ContractShape,
  Emitter,
  Event,
  Inspector,
  Message,
  Path,
  Undo,
  Welcome,
} from '@painda/protocol'
import type { AskOptions } from './ack.js'
import { createActivityReport } from './activity.js'
import { createBatch } from './batch.js'
import { createServerClock } from './clock.js'
import type { ServerClock } from './clock.js'
import { createConnection } from './connection.js'
import type { Connection } from './connection.js'
import { createContract, entryOf } from './contract.js'
import { createFaults } from './faults.js'
import { answerPing, createHeartbeat } from './heartbeat.js'
import type { Heartbeat } from './heartbeat.js'
import { createInspection } from './inspection.js'
import type { Link } from './link.js'
import type { Loss } from './loss.js'
import { createMail } from './mail.js'
import { createMessaging } from './messaging.js'
import type { Messaging } from './messaging.js'
import { IDLE_AFTER_MS } from './attention.js'
import { browserPage } from './page.js'
import { browserReload, createPageLife } from './page-life.js'
import { createPresence } from './presence.js'
import type { PresenceView } from './presence.js'
import { createReadiness } from './readiness.js'
import { createRoom } from './room.js'
import { createRooms } from './rooms.js'
import type { Rooms } from './rooms.js'
import { createScopes } from './scopes.js'
import type { Scopes } from './scopes.js'
import type { Session } from './session.js'
import type { ClientEvents, ClientOptions, ConnectionSnapshot, Desync, Recovery } from './types.js'
import { dialFrom } from './web-socket.js'
import { adviseOfUnreachable, checkOptions, wasReached } from '#advice'

export interface Core {
  readonly connection: Connection
  readonly events: Emitter<ClientEvents>
  readonly messaging: Messaging
  readonly rooms: Rooms
  readonly presence: PresenceView
  setActivity(activity: Activity): void
  readonly inspector: Inspector
  readonly clock: ServerClock
  readonly session: Pick<Session, 'id' | 'userId'>
  ready(): Promise<void>
  readonly scopes: Scopes
  /** As `messaging.request`, with the contract's validator for the answer. */
  request(type: string, payload: unknown, options: AskOptions & { ns?: string }): Promise<unknown>
  /** Reports an error that no promise rejects with. */
  report(thrown: unknown): void
  /** True when the server knows this contract as the client's own; its validators are used from now on. */
  replaceContract(contract: ContractShape): boolean
}

/** Default of `lingerMs`. */
const LINGER_MS = 1_000
/** Default of `presenceThrottleMs`: 20 changes a second look smooth; more cost every member's connection. */
const PRESENCE_THROTTLE_MS = 50

export function createCore(options: ClientOptions): Core {
  checkOptions(options)
  const time = options.time ?? hostTime(globalThis)
  const random = options.random ?? {
    next: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  }
  const contract = createContract(options.contract, options.registry)
  /** The names that may travel as numbers, if the last welcome agreed to that. */
  const names = createNameTable(contract.names)
  /** Views outlive connections: the deltas of a resumed session build on them. */
  const views = createViewDecoder()
  const codec = createClientCodec(views, names)
  const inspector = createInspector()
  const inspection = createInspection(inspector, time)
  const batch = createBatch((thrown) => report(thrown))
  const clock = createServerClock(time)
  const events = createEmitter<ClientEvents>((thrown) => report(thrown))
  const report = createFaults({
    emit(error) {
      const isHeard = events.listenerCount('error') > 0
      events.emit('error', error)
      return isHeard
    },
    inspect: (error) => inspection.error(error),
  })

  const mail = createMail({
    time,
    codec,
    buffer: options.buffer,
    ackTimeoutMs: options.ackTimeout ?? 10_000,
    onError: report,
  })
  const { asks, outbox, session, post } = mail
  const messaging = createMessaging({
    asks,
    post,
    onError: report,
    ended: () => readEnd(connection.snapshot()),
  })
  const selfId = (): string | null => session.userId
  const presence = createPresence({
    batch,
    selfId,
    onError: report,
    onWrong: () => post({ kind: 'resync', version: 0, why: 'presence' }),
    onHealed: (path) => tellDesync({ room: null, have: 0, got: 0, why: 'presence', path }),
  })
  const scopes = createScopes(report, () => contract.current()?.events)

  /** The last connection ended with a frame that could not be read. */
  let isSuspect = false
  let heartbeat: Heartbeat | null = null
  const readiness = createReadiness()

  const connection = createConnection({
    time,
    random,
    createCodec() {
      views.begin()
      return createClientCodec(views, createNameTable(contract.names))
    },
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    reconnect: options.reconnect ?? true,
    reconnectAttempts: options.reconnectAttempts ?? Infinity,
    backoff: { baseMs: options.reconnectDelay ?? 1_000, maxMs: options.reconnectDelayMax ?? 10_000 },
    getToken: options.getToken,
    prepare: (token) => pageLife.prepare(token),
    dial() {
      const transport = dialFrom(options)
      return inspector.through?.(transport) ?? transport
    },
    hello: (token) => ({
      kind: 'hello',
      version: PROTOCOL_VERSION,
      ...(token === null ? {} : { token }),
      ...session.hello(isSuspect ? [] : rooms.versions()),
      ...contract.hello,
    }),
    onHello(link) {
      if (!session.isNew) return
      forgetAgreement()
      rooms.greet((join) => mail.postEarly(join, link))
    },
    onWelcome: welcomed,
    onMessage: receive,
    onFrame(apply) {
      heartbeat?.heard()
      batch.run(apply)
    },
    onState: showState,
    onLoss: (loss, wasOpen, isFinal) => batch.run(() => lost(loss, wasOpen, isFinal)),
    inspect: inspection.frame,
  })

  const rooms = createRooms({
    time,
    afterFrame: batch.mark,
    contract: contract.current,
    isOpen: () => connection.isOpen,
    mail,
    channelOf: views.channelOf,
    make: (wish, definition) =>
      createRoom({
        wish,
        definition,
        time,
        batch,
        messaging,
        post,
        selfId,
        createStore: options.createStore,
        lingerMs: options.lingerMs ?? LINGER_MS,
        presenceThrottleMs: options.presenceThrottleMs ?? PRESENCE_THROTTLE_MS,
        onError: report,
        isClosed() {
          const { status, error } = connection.snapshot()
          return status === 'closed' && error === null
        },
        onEnter: rooms.enter,
        onLeave: rooms.leave,
        onStatus: inspection.room,
        onPresenceHealed({ handle: { id: room, version } }, path) {
          tellDesync({ room, have: version, got: version, why: 'presence', path })
        },
      }),
    onState: (room, state) => events.emit('roomState', { room, state }),
    onDelta(message) {
      if (events.listenerCount('roomDelta') > 0)
        events.emit('roomDelta', { room: message.room, delta: message.delta })
    },
    onDesync: tellDesync,
  })

  const page = options.page ?? browserPage(globalThis)
  const activity = createActivityReport(
    { page, time, idleAfterMs: options.idleAfterMs ?? IDLE_AFTER_MS },
    (told) => post({ kind: 'presence', activity: told }),
  )

  const pageLife = createPageLife({
    page,
    reload: options.reload === false ? null : browserReload(options.reload),
    url: options.url,
    time,
    keep() {
      const key = session.keep()
      return key === null ? null : { ...key, lastAckId: asks.lastId, rooms: rooms.wanted() }
    },
    askAfter: asks.startAfter,
    restore(kept) {
      session.restore(kept)
      rooms.expect(kept.rooms)
    },
    abandon: session.abandon,
    onWake: connection.wake,
    onLeave: connection.leave,
  })

  function tellDesync({ path, ...found }: Desync<Path>): void {
    const desync: Desync = { ...found, path: path && formatPath(path) }
    events.emit('desync', desync)
    inspection.desync(desync)
  }

  function showState(snapshot: ConnectionSnapshot): void {
    const { status, error } = snapshot
    readiness.follow(status, () => error ?? closedError())
    if (status === 'connecting') rooms.begin()
    if (status === 'closed') pageLife.stop()
    else pageLife.start()
    activity.follow(status)
    inspection.connection(snapshot)
    events.emit('stateChange', snapshot)
  }

  /** Encodes what still waits without numbers for names: the next server may have another contract. */
  function forgetAgreement(): void {
    if (names.isAgreed) outbox.encodeAnew(() => (names.isAgreed = false))
  }

  function welcomed(welcome: Welcome, link: Link, attempt: number): { ask: Heartbeat['probe']; leave: Undo } {
    const { isSame, isFirst, isFresh, recovery } = session.adopt(welcome)
    wasReached(session)
    mail.maxPayloadBytes = welcome.maxPayloadBytes
    isSuspect = false
    const isAgreed = welcome.compact === true
    if (!isAgreed) forgetAgreement()
    names.isAgreed = isAgreed
    clock.sample(welcome.serverNow, null)
    pageLife.opened(welcome.id, welcome.windowMs)
    if (!isSame) {
      views.clear()
      activity.restart()
      if (!isFirst) {
        presence.clear()
        mail.expire()
      }
    }
    const detach = session.attach(link, welcome.messagesPerSecond ?? 0)
    rooms.welcome({
      isSameSession: isSame,
      isCurrent: welcome.outcome === 'resumed',
      isFresh,
      isNew: session.isNew,
    })
    session.release()
    const beat = createHeartbeat({
      time,
      heartbeatMs: welcome.heartbeatMs,
      sendPing: (at) => post({ kind: 'ping', at, received: session.tell() }),
      onSilence: connection.fail,
      onPong: (rttMs, { serverNow }) => clock.sample(serverNow ?? clock.serverNow() - rttMs / 2, rttMs),
    })
    heartbeat = beat
    presence.refresh()
    greet(welcome, attempt, recovery)
    return {
      ask: beat.probe,
      leave() {
        detach()
        beat.close()
        heartbeat = null
      },
    }
  }

  function greet({ mismatches = [] }: Welcome, attempt: number, recovery: Recovery | null): void {
    events.emit('connect')
    events.emit('open')
    if (recovery !== null) events.emit('recovery', recovery)
    if (recovery !== null || attempt > 0) events.emit('reconnect', attempt)
    mail.reportDropped()
    if (mismatches.length === 0) return
    const names =
      DEV &&
      mismatches.map(({ name, where }) => (where === 'both' ? name : `${name} (${where} only)`)).join(', ')
    const text = DEV && `Client and server differ in ${names}. Build both from the same contract.`
    report(new PPError('SCHEMA_MISMATCH', text, { details: mismatches }))
  }

  function lost(loss: Loss, wasOpen: boolean, isFinal: boolean): void {
    const { reason, error } = loss
    adviseOfUnreachable(session, options, error)
    // The replicas may be why a frame could not be read: resuming from them could fail again, for ever.
    if (error?.code === 'MALFORMED_FRAME') isSuspect = true
    if (wasOpen) rooms.drop()
    if (isFinal) {
      // By `close()` nothing waits any longer; after an error the next `connect()` sends it.
      if (error === null) outbox.forget(() => true)
      asks.rejectAll(() => error ?? closedError())
      rooms.close(error)
      session.forget()
      mail.reportDropped()
    }
    if (error !== null && !(wasOpen && reason === 'transport close')) report(error, wasOpen)
    if (!wasOpen && (!isFinal || error === null)) return
    events.emit('disconnect', reason, error)
    events.emit('close', reason, error)
  }

  function receive(message: Message): void {
    session.count(message)
    switch (message.kind) {
      case 'event':
        receiveEvent(message)
        return
      case 'ack':
        if (!rooms.receive(message)) asks.settle(message)
        return
      case 'error': {
        const { code, message: text, type, room } = message
        rooms.receive(message)
        report(new PPError(code, text, { details: { type, room } }), true)
        return
      }
      case 'presences':
        if (message.room !== undefined) rooms.receive(message)
        else {
          presence.apply(message)
          events.emit('presence', { presences: presence.view.list() })
        }
        return
      case 'ping':
        session.confirmed(message.received)
        post(answerPing(message, session.tell()))
        return
      case 'pong':
        session.confirmed(message.received)
        heartbeat?.pong(message)
        return
      case 'received':
        session.confirmed(message.count)
        return
      default:
        if (!rooms.receive(message))
          throw new PPError('MALFORMED_FRAME', DEV && `A server does not send "${message.kind}".`)
    }
  }

  function receiveEvent(event: Event): void {
    const { type, payload, room, ns } = event
    events.emit('message', { type, payload, ...(room === undefined ? {} : { room }) })
    scopes.tellAny(event)
    if (room !== undefined) rooms.receive(event)
    else messaging.receive(event, scopes.find(ns))
  }

  return {
    connection,
    events,
    messaging,
    rooms,
    presence: presence.view,
    setActivity: activity.set,
    inspector,
    clock,
    session,
    ready: readiness.promise,
    scopes,
    request(type, payload, askOptions) {
      const requests = askOptions.ns === undefined ? contract.current()?.requests : undefined
      return messaging.request(type, payload, askOptions, entryOf(requests, type)?.output)
    },
    report,
    replaceContract: contract.replace,
  }
}

/** Why the client does nothing by itself any more; null while it may still connect. */
function readEnd({ status, error }: ConnectionSnapshot): PPError | null {
  return status === 'closed' ? (error ?? closedError()) : null
}

function closedError(): PPError {
  return new PPError('CLOSED', DEV && 'The client was closed.')
}
