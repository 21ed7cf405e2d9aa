// The wiring: every feature of the server gets what it uses, and nothing more. server.ts puts the public face on it.
import { randomBytes } from 'node:crypto'
import {
  contractNames,
  contractRows,
  createEmitter,
  createNameTable,
  createRandom,
  createServerCodec,
  fingerprintText,
  hostTime,
  nearest,
  unknownNames,
} from '@painda/protocol'
import type { ContractShape, DisconnectReason, ExpiryReason, PPError, Undo } from '@painda/protocol'
import { createAddressKeys } from './address.js'
import { createAdmission, type Admission } from './admission.js'
import { createAdvice } from './advice.js'
import { addressOf, createAudience } from './audience.js'
import type { ClientHost, PPServerClient } from './client.js'
import { readHandshake } from './client-handshake.js'
import { createDispatch } from './dispatch.js'
import { createEventRooms } from './event-room.js'
import { createFaults } from './faults.js'
import { createFlush } from './flush.js'
import { createHandlers } from './handlers.js'
import { createHandshakes } from './handshake.js'
import { createServerInspector } from './inspector.js'
import { stderrLogger } from './logger.js'
import type { Member } from './member.js'
import { createMembership } from './membership.js'
import type { AckReply, MessageOfClient } from './messages.js'
import { createMiddleware, createPatience } from './middleware.js'
import { createMismatchLog } from './mismatch-log.js'
import { createNamespaces } from './namespace.js'
import { OPTIONS, readSettings } from './options.js'
import type { ServerOptions } from './options.js'
import { createReread, outgoing } from './outgoing.js'
import { createPacker } from './packing.js'
import { createPipeline } from './pipeline.js'
import { createPlaces } from './places.js'
import { createPlugins } from './plugin.js'
import type { PluginContext } from './plugin.js'
import { createGlobalPresence } from './presence.js'
import { createReloads, type Reloads } from './reload.js'
import { createRooms } from './rooms.js'
import { eventOf } from './sendable.js'
import { createServerNow } from './server-clock.js'
import { createSessionLife } from './session-life.js'
import type { SessionLife } from './session-life.js'
import { createSessions } from './sessions.js'
import { createShares } from './shares.js'
import { authStage, decodeStage, handlerStage, middlewareStage, pluginStage } from './stages.js'
import { createTally } from './stats.js'
import { createV2Codec } from './v2-codec.js'
import { createCompressor } from './v2-compression.js'

/** Bytes that may wait for one client's turn, as a number of largest messages. */
const MAX_WAITING_MESSAGES = 4
/** Of the clients of an address so many may have as much waiting as one may, at least, and of all of them one in so many. */
const LEAST_WAITING = 8
const CONNECTIONS_PER_WAITING = 32

export interface ServerEvents {
  error: [error: PPError]
}

const SERVER_EVENTS = { connection: 0, disconnection: 0 }

export type Core = ReturnType<typeof createCore>

export function createCore(options: ServerOptions) {
  const settings = readSettings(options)
  /** The contract, with the validators of the code that runs. */
  let currentContract: ContractShape = options.contract ?? {}
  const { maxPayloadBytes, maxInboxMessages, maxRoomsPerClient, maxRoomsPerIp } = settings
  const maxInboxBytes = maxPayloadBytes * MAX_WAITING_MESSAGES
  const { logger = stderrLogger, time = hostTime(globalThis), contract } = options
  const advise = createAdvice(logger)
  const unknown = unknownNames(options, OPTIONS)
  if (unknown !== null) advise(`The options of the server have what no server knows: ${unknown}.`)
  const random = options.random ?? createRandom(randomBytes(4).readUInt32LE())
  const serverNow = createServerNow(time)
  const inspector = createServerInspector((thrown) => faults.report(thrown, 'An inspector listener'))
  const flush = createFlush((thrown) => faults.report(thrown, 'Sending'))
  const packer = createPacker()
  const shares = createShares({ time, ...settings })
  const waiting = createPlaces(
    maxInboxBytes * Math.max(LEAST_WAITING, settings.maxConnectionsPerIp / CONNECTIONS_PER_WAITING),
  )
  const names = createNameTable(contractNames(contract ?? {}), true)
  const codecs = {
    'painda.v3': createServerCodec(),
    /** v3 for those whose contract is the same. */
    compact: createServerCodec(names),
    v2: createV2Codec({
      mode: options.mode ?? 'gaming',
      registry: options.registry,
      maxPayloadBytes,
      // A compressed frame may become the largest message, and no more.
      maxInflatedBytes: maxPayloadBytes,
    }),
  }

  // What the application adds.
  const events = createEmitter<ServerEvents>((thrown) => logger.error('An error listener failed.', thrown))
  const faults = createFaults({ logger, onError: (error) => tellOfFault(error) })
  const report = (where: string) => (thrown: unknown) => faults.report(thrown, where)
  const onConnection = createHandlers<[client: PPServerClient]>()
  const onDisconnection =
    createHandlers<[client: PPServerClient, reason: DisconnectReason, expiry: ExpiryReason | null]>()
  const handlers = createHandlers<[client: PPServerClient, payload: unknown, ack: AckReply]>()
  const any = createHandlers<[client: PPServerClient, type: string, payload: unknown]>()
  const knownTypes = new Set<string>()
  const patience = createPatience(time, settings.middlewareTimeoutMs)
  const gate = createMiddleware<[client: PPServerClient]>(patience, report('Connection middleware'))
  const messageGate = createMiddleware<[client: PPServerClient, message: MessageOfClient]>(
    patience,
    report('Message middleware'),
  )

  // Who is here, and where.
  const sessions = createSessions()
  const membership = createMembership({
    onEnter: (room, id) => tellOfRoom('onRoomJoin', room, id),
    onExit: (room, id) => tellOfRoom('onRoomLeave', room, id),
  })
  const audience = createAudience(sessions, membership)
  const plugins = createPlugins({ contextFor: pluginContext, faults })
  const tally = createTally()
  const rooms = createRooms<PPServerClient>({
    time,
    random: random.fork('rooms'),
    inspector,
    tally,
    membership,
    isAlive,
    isClient: (id) => sessions.get(id) !== undefined,
    onError: faults.report,
    warn: (message) => logger.warn(message),
    advise,
    addressOf: (client) => life.partsOf(client).address,
    limits: { maxRoomsPerClient, maxRoomsPerIp, maxWaitingBytes: maxInboxBytes },
    adopt: (undo) => reloads.adopt(undo),
    onAgain: (room, initialState, wishes) => reloads.room(room, initialState, wishes),
    store: options.roomStore,
  })
  const eventRooms = createEventRooms({ membership, rooms, mayJoin: options.joinEventRoom })
  const presence = createGlobalPresence({
    time,
    members: audience.clients,
    isAlive,
    onError: report('A presence listener'),
    syncInterval: settings.presenceSyncMs,
  })
  const namespaces = createNamespaces({
    faults,
    answer: (client, ackId, data) => {
      life.partsOf(client).session.send(outgoing({ kind: 'ack', ackId, data: data ?? null }))
    },
    isAlive,
    patience,
    adopted: (undo) => reloads.adopted(undo),
  })

  // The way of a message.
  const dispatch = createDispatch({
    faults,
    advise,
    knownTypes,
    mayBeElsewhere: () => !messageGate.isEmpty || plugins.names().length > 0,
    handlers,
    any,
    partsOf: (client) => life.partsOf(client),
    namespaces,
    rooms,
    presence,
    joinRoom: eventRooms.joinByWish,
    leaveRoom: rooms.leave,
    refuse: (client, error, event) => life.lineOf(client)?.refuse(error, event),
  })
  const pipeline = createPipeline({
    stages: [
      decodeStage(() => currentContract),
      authStage(namespaces, eventRooms.isIn),
      pluginStage(plugins),
      middlewareStage(messageGate, namespaces),
      handlerStage(dispatch),
    ],
    isStateRoom: (room) => rooms.get(room) !== undefined,
    time,
    maxMessagesPerSecond: settings.maxMessagesPerSecond,
    maxPerType: settings.maxPerType,
    maxKeptMessages: settings.recovery.maxMessages,
    maxInboxMessages,
    maxInboxBytes,
    report: faults.report,
    wait(client, bytes) {
      const { address } = life.partsOf(client)
      return address === null ? () => {} : waiting.take(address, bytes)
    },
    handledLate(client, from, to) {
      const { address } = life.partsOf(client)
      if (address !== null) shares.spent(address, from, to)
    },
    advise,
    slowMs: settings.ackTimeoutMs,
  })

  // The way of a connection.
  const host: ClientHost = {
    transform: plugins.transform,
    join(client, room) {
      if (isAlive(client)) eventRooms.joinByServer(client, room)
    },
    leave: eventRooms.leave,
    roomsOf: membership.roomsOf,
    broadcast: audience.everybody,
    fault: faults.report,
    advise,
    knownTypes,
    addressKey: createAddressKeys(),
    ackTimeoutMs: settings.ackTimeoutMs,
  }
  const life: SessionLife = createSessionLife({
    time,
    serverNow,
    flush,
    inspector,
    faults,
    recovery: settings.recovery,
    v2Recovery: settings.v2Recovery,
    // As many as it may have connections: all of them may be lost at once.
    maxGhostsPerIp: settings.maxConnectionsPerIp,
    sayToV2: codecs.v2.say,
    maxOutboxBytes: settings.maxOutboxBytes,
    maxUnreadPerAddress: settings.maxUnreadPerAddress,
    unreadFrom: (connection) => admission.unreadFrom(connection),
    reread: createReread(names),
    sessions,
    membership,
    rooms,
    presence,
    namespaces,
    plugins,
    host,
    lineOf: pipeline.line,
    onConnection,
    onDisconnection,
  })
  const hasRows = contract !== undefined || options.registry !== undefined
  const rows = hasRows ? contractRows(contract, options.registry) : null
  const tellOfMismatch = createMismatchLog({ logger, inspector, time })
  const handshakes = createHandshakes({
    settings,
    tellRooms: eventRooms.tell,
    serverNow,
    sessions,
    contractRows: rows,
    compactCodec: codecs.compact,
    onMismatch: tellOfMismatch,
    gate,
    create(connection, id, token) {
      return life.create(id, {
        codec: connection.codec,
        handshake: readHandshake(admission.infoOf(connection), token),
        address: admission.addressOf(connection),
        readsByReference: admission.readsByReference(connection),
      })
    },
    isRoom: membership.exists,
    admitted: life.admitted,
    canContinue: rooms.canContinue,
    resumed(entry, connection, token, versions) {
      life.resumed(entry, { address: admission.addressOf(connection), token, versions })
    },
  })
  const admission: Admission = createAdmission({
    settings,
    codecs,
    compress: createCompressor(options.compression),
    packer,
    time,
    inspector,
    maxWaiting: { messages: maxInboxMessages, bytes: maxInboxBytes },
    handshakes,
    onFault: report('Sending'),
  })

  // The way of new code.
  const reloads: Reloads<PPServerClient> = createReloads<PPServerClient>({
    rooms: rooms.reloading,
    contractRows: rows,
    rowsOf: (next) => contractRows(next, options.registry),
    setContract: (next) => void (currentContract = next),
    countClients: () => sessions.size,
    expire: ({ id }) => sessions.get(id)?.session.expire('restart'),
    faults,
  })

  function isAlive(member: Member): boolean {
    return life.isAlive(member)
  }

  function tellOfFault(error: PPError): void {
    plugins.notify('onError', error)
    events.emit('error', error)
  }

  function tellOfRoom(hook: 'onRoomJoin' | 'onRoomLeave', room: string, id: string): void {
    const entry = sessions.get(id)
    if (entry !== undefined) plugins.notify(hook, entry.client, room)
  }

  /** What `server.on` takes: its overloads, and those of a plugin's context, tie each name to the arguments of its listener. */
  function listen(name: string, listener: (...args: never[]) => unknown): Undo {
    const call = listener as () => void
    if (name === 'connection') return onConnection.on('', call)
    if (name === 'disconnection') return onDisconnection.on('', call)
    if (name === 'error') return events.on('error', call)
    eventOf({ type: name })
    knownTypes.add(name)
    const event = isDeclared(currentContract, name) ? undefined : nearest(name, SERVER_EVENTS)
    if (event !== undefined)
      advise(`server.on('${name}') waits for a message of that name: did you mean "${event}"?`)
    return handlers.on(name, call)
  }

  function pluginContext(expose: (api: unknown) => void, name: string): PluginContext {
    return {
      use: gate.use,
      useMessage: messageGate.use,
      on: listen,
      // The caller names the type of what another plugin exposes.
      getPlugin: <Api>(other: string) => plugins.get(other) as Api | undefined,
      expose,
      broadcast: (message, exclude) => audience.everybody().except(addressOf(exclude)).send(message),
      log: (message, details) => logger.info(`[${name}] ${message}`, details),
      getClientCount: () => sessions.size,
      inspector,
      time,
    }
  }

  return {
    settings,
    logger,
    advise,
    time,
    random,
    inspector,
    flush,
    events,
    listen,
    connections: admission.connections,
    sessions,
    life,
    audience,
    membership,
    handlers,
    any,
    onConnection,
    onDisconnection,
    gate,
    messageGate,
    patience,
    plugins,
    rooms,
    reloads,
    tally,
    presence,
    namespaces,
    shares,
    fingerprint: rows === null ? undefined : fingerprintText(rows),
    accept: admission.accept,
  }
}

function isDeclared({ messages = {}, requests = {} }: ContractShape, type: string): boolean {
  return Object.hasOwn(messages, type) || Object.hasOwn(requests, type)
}
