// The wiring: every feature of the server gets what it uses, and nothing more. server.ts puts the public face on it.
import { randomBytes } from 'node:crypto'
import {
  contractRows,
  createEmitter,
  createInspector,
  createJsonCodec,
  createRandom,
  hostTime,
  PPError,
} from '@painda/protocol'
import type { ContractShape, DisconnectReason, ExpiryReason, Join, Transport } from '@painda/protocol'
import { Broadcast } from './broadcast.js'
import { PPServerClient } from './client.js'
import type { ClientEvents, ClientHost, ClientParts } from './client.js'
import { readHandshake } from './client-handshake.js'
import { Connection } from './connection.js'
import { createDispatch, joinedEventRoom } from './dispatch.js'
import { createFaults } from './faults.js'
import { createFlush } from './flush.js'
import { createHandlers } from './handlers.js'
import { createHandshakes } from './handshake.js'
import { stderrLogger } from './logger.js'
import { createMembership } from './membership.js'
import type { AckReply, MessageOfClient } from './messages.js'
import { createMiddleware } from './middleware.js'
import { createNamespaces } from './namespace.js'
import { readSettings } from './options.js'
import type { ServerOptions } from './options.js'
import { outgoing } from './outgoing.js'
import { createPipeline } from './pipeline.js'
import type { Line } from './pipeline.js'
import { createPlugins } from './plugin.js'
import type { PluginContext } from './plugin.js'
import { createGlobalPresence } from './presence.js'
import { createRooms } from './rooms.js'
import { Session } from './session.js'
import { createSessions } from './sessions.js'
import type { SessionEntry } from './sessions.js'
import { authStage, decodeStage, handlerStage, middlewareStage, pluginStage } from './stages.js'
import { createV2Codec } from './v2-codec.js'
import type { TransportInfo } from './ws.js'

/** Bytes that may wait in one client's inbox, as full messages. */
const INBOX_FULL_MESSAGES = 4
/** What a compressed v2 frame may become, as a multiple of the largest message. */
const MAX_INFLATION = 4

export interface ServerEvents {
  error: [error: PPError]
}

/** A connection that did not come through our own listener. */
export interface AcceptInfo extends Partial<TransportInfo> {
  /** The public id that an in-process peer wishes; ignored when it is taken. */
  readonly id?: string
}

export type Core = ReturnType<typeof createCore>

export function createCore(options: ServerOptions) {
  const settings = readSettings(options)
  const { logger = stderrLogger, time = hostTime(globalThis), contract = {} as ContractShape } = options
  const random = options.random ?? createRandom(randomBytes(4).readUInt32LE())
  const inspector = createInspector()
  const flush = createFlush()
  const codecs = {
    'painda.v3': createJsonCodec(),
    v2: createV2Codec({
      mode: options.mode ?? 'gaming',
      registry: options.registry,
      maxPayloadBytes: settings.maxPayloadBytes,
      maxInflatedBytes: settings.maxPayloadBytes * MAX_INFLATION,
    }),
  }

  const events = createEmitter<ServerEvents>((thrown) => logger.error('An error listener failed.', thrown))
  const faults = createFaults({
    logger,
    onError(error) {
      plugins.notify('onError', error)
      events.emit('error', error)
    },
  })
  const report = (where: string) => (thrown: unknown) => faults.report(thrown, where)

  const connections = new Set<Connection>()
  const sessions = createSessions()
  const lines = new Map<Session, Line>()
  const insides = new WeakMap<PPServerClient, ClientParts>()

  const handlers = createHandlers<[client: PPServerClient, payload: unknown, ack: AckReply]>()
  const any = createHandlers<[client: PPServerClient, type: string, payload: unknown]>()
  const onConnection = createHandlers<[client: PPServerClient]>()
  const onDisconnection = createHandlers<[client: PPServerClient, reason: DisconnectReason]>()
  const gate = createMiddleware<[client: PPServerClient]>(report('Connection middleware'))
  const messageGate = createMiddleware<[client: PPServerClient, message: MessageOfClient]>(
    report('Message middleware'),
  )

  const membership = createMembership({
    onEnter: (room, id) => notifyRoom('onRoomJoin', room, id),
    onExit: (room, id) => notifyRoom('onRoomLeave', room, id),
  })
  const plugins = createPlugins({ contextFor: pluginContext, faults })
  const rooms = createRooms<PPServerClient>({
    time,
    random: random.fork('rooms'),
    inspector,
    membership,
    onError: faults.report,
    warn: (message) => logger.warn(message),
    limits: { maxRoomsPerClient: settings.maxRoomsPerClient },
  })
  const presence = createGlobalPresence({
    time,
    members: clients,
    onError: report('A presence listener'),
    syncInterval: settings.presenceSyncMs,
  })
  const namespaces = createNamespaces({
    faults,
    answer: (client, ackId, data) => {
      partsOf(client).session.send(outgoing({ kind: 'ack', ackId, data: data ?? null }))
    },
    isAlive: (client) => !partsOf(client).session.isEnded,
  })

  const dispatch = createDispatch({
    faults,
    handlers,
    any,
    partsOf,
    namespaces,
    rooms,
    joinRoom: joinByWish,
    leaveRoom: (client, room) => rooms.leave(client, room),
    refuse: (client, error, event) => lines.get(partsOf(client).session)?.refuse(error, event),
  })
  const pipeline = createPipeline({
    stages: [
      decodeStage(contract),
      authStage(
        namespaces,
        (client, room) => rooms.get(room) !== undefined || membership.has(room, client.id),
      ),
      pluginStage(plugins),
      middlewareStage(messageGate, namespaces),
      handlerStage(dispatch),
    ],
    time,
    maxMessagesPerSecond: settings.maxMessagesPerSecond,
    maxInboxMessages: settings.maxInboxMessages,
    maxInboxBytes: settings.maxPayloadBytes * INBOX_FULL_MESSAGES,
    report: faults.report,
  })
  const host: ClientHost = {
    transform: plugins.transform,
    join: joinByServer,
    leave: (client, room) => {
      if (membership.has(room, client.id) || rooms.get(room) !== undefined) rooms.leave(client, room)
    },
    roomsOf: membership.roomsOf,
    broadcast,
    fault: faults.report,
    ackTimeoutMs: settings.ackTimeoutMs,
  }
  const handshakes = createHandshakes({
    settings,
    time,
    sessions,
    contractRows: options.contract === undefined ? null : contractRows(options.contract),
    gate,
    create: (connection, id, token) => createEntry(connection, id, token),
    admitted({ client }) {
      notifyConnection(client, 'open')
      presence.greet(client)
      plugins.notify('onConnect', client)
      void onConnection.run('', [client], report('A connection handler'))
    },
    resumed({ client }, token) {
      const parts = partsOf(client)
      parts.handshake = { ...parts.handshake, token }
      notifyConnection(client, 'resumed')
      presence.resumed(client)
      presence.greet(client)
      rooms.resumed(client)
      parts.events.emit('resume')
    },
  })

  const infos = new WeakMap<Connection, TransportInfo>()

  function createEntry(connection: Connection, id: string, token: string | null): SessionEntry {
    const { codec } = connection
    const session: Session = new Session({
      id,
      codec,
      time,
      flush,
      // A v2 peer cannot name its session again yet.
      recovery: codec.name === 'v2' ? { windowMs: 0, maxMessages: 0, maxBytes: 0 } : settings.recovery,
      maxOutboxBytes: settings.maxOutboxBytes,
      onFault: faults.report,
      hooks: {
        message: (message, bytes) => line.arrive(message, bytes),
        refused: (error) => line.refuse(error),
        dropped: (reason) => dropped(entry, reason),
        ended: (reason, expiry) => ended(entry, reason, expiry),
      },
    })
    const parts: ClientParts = {
      session,
      host,
      events: createEmitter<ClientEvents>(report('A client listener')),
      handlers: createHandlers(),
      any: createHandlers(),
      handshake: readHandshake(infos.get(connection) ?? IN_PROCESS, token),
    }
    const client = new PPServerClient(parts)
    const entry: SessionEntry = { session, client }
    const line = pipeline.line(entry)
    insides.set(client, parts)
    lines.set(session, line)
    return entry
  }

  function dropped({ client }: SessionEntry, reason: DisconnectReason): void {
    notifyConnection(client, 'dropped', reason)
    presence.dropped(client)
    rooms.dropped(client)
    partsOf(client).events.emit('drop', reason)
  }

  function ended(
    { session, client }: SessionEntry,
    reason: DisconnectReason,
    expiry: ExpiryReason | null,
  ): void {
    const wasKnown = sessions.get(session.id)?.session === session
    lines.get(session)?.close()
    lines.delete(session)
    presence.ended(client)
    rooms.ended(client)
    for (const room of [...membership.roomsOf(client.id)]) membership.exit(room, client.id)
    sessions.remove(session, expiry)
    const parts = partsOf(client)
    if (wasKnown) {
      notifyConnection(client, 'ended', reason)
      namespaces.left(client, reason)
      parts.events.emit('disconnect', reason)
      plugins.notify('onDisconnect', client, reason)
      void onDisconnection.run('', [client, reason], report('A disconnection handler'))
    }
    parts.events.clear()
    parts.handlers.clear()
    parts.any.clear()
  }

  function joinByServer(client: PPServerClient, room: string): void {
    if (partsOf(client).session.isEnded) return
    const typed = rooms.get(room)
    if (typed !== undefined) typed.join(client)
    else if (membership.enter(room, client.id)) client.deliver(joinedEventRoom(room))
  }

  /** State rooms decide for themselves; an event room is closed to wishes unless the application says otherwise. */
  function joinByWish(client: PPServerClient, join: Join): void | Promise<void> {
    const { how, room, ackId } = join
    const isEventRoom = how === 'join' && room !== undefined && rooms.get(room) === undefined
    if (!isEventRoom || membership.has(room, client.id)) return rooms.join(client, join)
    if (membership.exists(room) && options.joinEventRoom?.(client, room) === true)
      return rooms.join(client, join)
    const error = { code: 'ROOM_NOT_FOUND', message: `There is no room "${room}".` } as const
    client.deliver(outgoing({ kind: 'ack', ackId, error }))
  }

  function partsOf(client: PPServerClient): ClientParts {
    const parts = insides.get(client)
    if (parts === undefined) throw new PPError('INVALID_ARGUMENT', 'This client belongs to another server.')
    return parts
  }

  function* clients(): Iterable<PPServerClient> {
    for (const { client } of sessions.all()) yield client
  }

  function* resolve(address: string): Iterable<PPServerClient> {
    for (const id of membership.members(address)) {
      const entry = sessions.get(id)
      if (entry !== undefined) yield entry.client
    }
    const one = sessions.get(address)
    if (one !== undefined) yield one.client
  }

  function broadcast(): Broadcast<PPServerClient> {
    return new Broadcast({ all: clients, resolve })
  }

  function notifyRoom(hook: 'onRoomJoin' | 'onRoomLeave', room: string, id: string): void {
    const entry = sessions.get(id)
    if (entry !== undefined) plugins.notify(hook, entry.client, room)
  }

  function notifyConnection({ id }: PPServerClient, state: string, detail?: string): void {
    if (!inspector.active) return
    const more = detail === undefined ? {} : { detail }
    inspector.emit({ kind: 'connection', at: time.now(), peer: id, state, ...more })
  }

  function pluginContext(expose: (api: unknown) => void, name: string): PluginContext {
    return {
      use: gate.use,
      useMessage: messageGate.use,
      on: (type, handler) => handlers.on(type, handler),
      // The caller names the type of what another plugin exposes.
      getPlugin: <Api>(other: string) => plugins.get(other) as Api | undefined,
      expose,
      broadcast: (message, exclude) => broadcast().except(idOf(exclude)).send(message),
      log: (message, details) => logger.info(`[${name}] ${message}`, details),
      getClientCount: () => sessions.size,
      inspector,
      time,
    }
  }

  function accept(transport: Transport, { id, ...info }: AcceptInfo): void {
    const origin: TransportInfo = { ...IN_PROCESS, ...info }
    const isFree = id !== undefined && sessions.get(id) === undefined
    // Made known inside the constructor's callbacks too: an early hello is answered before it returns.
    const connection: Connection = new Connection({
      transport,
      codec: codecs[origin.protocol],
      time,
      inspector,
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      heartbeatMs: settings.heartbeatMs,
      maxPayloadBytes: settings.maxPayloadBytes,
      maxBacklog: settings.maxInboxMessages,
      onHello(opened, hello) {
        infos.set(opened, origin)
        handshakes.hello(opened, hello, isFree ? id : undefined)
      },
      onEnd: (opened) => handshakes.lost(opened),
    })
    connections.add(connection)
    transport.onClose(() => connections.delete(connection))
  }

  return {
    settings,
    logger,
    time,
    random,
    inspector,
    flush,
    events,
    faults,
    connections,
    sessions,
    lines,
    handlers,
    any,
    onConnection,
    onDisconnection,
    gate,
    messageGate,
    membership,
    plugins,
    rooms,
    presence,
    namespaces,
    broadcast,
    clients,
    accept,
    partsOf,
  }
}

export function idOf(client: { readonly id: string } | string | undefined): string | readonly string[] {
  if (client === undefined) return []
  return typeof client === 'string' ? client : client.id
}

/** What a connection without a network is taken for. */
const IN_PROCESS: TransportInfo = { ip: '127.0.0.1', url: '/', headers: {}, protocol: 'painda.v3' }
