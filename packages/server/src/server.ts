// PPServer: the public face of the server. It listens by itself or beside somebody else's HTTP server, and everything
// it offers is done by the features that core.ts wires together.
import type { Server as HttpServer } from 'node:http'
import { PPError } from '@painda/protocol'
import type {
  ContractShape,
  DisconnectReason,
  ExpiryReason,
  Inspector,
  LobbyState,
  Random,
  RoomShape,
  Time,
  Transport,
  Undo,
} from '@painda/protocol'
import type { PPServerClient } from './client.js'
import { ANY } from './client.js'
import type { AcceptInfo } from './admission.js'
import { createCore } from './core.js'
import type { Core } from './core.js'
import type { Room, RoomBehaviour, RoomOptions, UntypedShape } from './definition.js'
import { Everybody } from './everybody.js'
import type {
  AckReply,
  AnswerOf,
  Declared,
  Inbound,
  MessageOfClient,
  PayloadOf,
  Undeclared,
} from './messages.js'
import type { Middleware } from './middleware.js'
import type { Namespace } from './namespace.js'
import type { ServerOptions } from './options.js'
import type { PPPlugin } from './plugin.js'
import type { GlobalPresence } from './presence.js'
import type { HandedRoom } from './keeper.js'
import type { TakenOver } from './kept-rooms.js'
import type { LobbyOptions, RoomListing } from './listing.js'
import type { Reloaded, ReloadOptions, Setup } from './reload.js'
import type { CreateRoomOptions } from './rooms.js'
import { createServerEnd, type ServerEnd } from './server-end.js'
import { SHUTDOWN } from './shutdown.js'
import type { ShutdownOptions, SignalOptions } from './shutdown.js'
import { unconfirmedOf } from './stats.js'
import type { ServerStats } from './stats.js'
import { createReadingTurns } from './reading-turns.js'
import { createListener } from './ws.js'
import type { ListenAddress, Listener } from './ws.js'

/** Where an attached server takes its WebSockets. */
const ATTACHED_PATH = '/pp'

/**
 * A game server: rooms, presence and sessions over WebSockets.
 * @example
 * const server = new PPServer({ port: 3000 })
 * server.on('connection', (client) => client.emit('hello', 'World'))
 */
export class PPServer<C extends ContractShape = ContractShape> extends Everybody<C> {
  readonly #core: Core
  readonly #listener: Listener | null
  readonly #startedAt: number
  readonly #end: ServerEnd

  /** @throws PPError `INVALID_ARGUMENT` for options that make no sense */
  constructor(options: ServerOptions<C> = {}, httpServer?: HttpServer) {
    const core = createCore(options as ServerOptions)
    super(() => core.audience.everybody())
    this.#core = core
    this.#startedAt = this.#core.time.now()
    const target =
      httpServer !== undefined
        ? { httpServer }
        : options.port === undefined
          ? null
          : { port: options.port, host: options.host }
    const { settings, events, logger, advise } = this.#core
    this.#listener =
      target &&
      createListener({
        target,
        path: options.path ?? (httpServer === undefined ? null : ATTACHED_PATH),
        allowedOrigins: options.allowedOrigins,
        trustProxy: options.trustProxy ?? false,
        maxPayloadBytes: settings.maxPayloadBytes,
        maxConnectionsPerIp: settings.maxConnectionsPerIp,
        handshakeTimeoutMs: settings.handshakeTimeoutMs,
        turns: createReadingTurns(this.#core.time, this.#core.shares),
        onTransport: (transport, info) => this.acceptTransport(transport, info),
        advise,
        onError(error) {
          logger.error(error.message)
          events.emit('error', error)
        },
      })
    this.#end = createServerEnd({ core: this.#core, listener: this.#listener })
    attachDevtools(this)
  }

  /**
   * Serves WebSockets of one path (default "/pp") on an HTTP server that has other work too, such as a Vite dev
   * server: nothing else of it is touched.
   * @throws PPError `INVALID_ARGUMENT` for what is no server of `node:http`, such as an Express app
   */
  static attachTo<C extends ContractShape = ContractShape>(
    httpServer: HttpServer,
    options: ServerOptions<C> = {},
  ): PPServer<C> {
    // An app of Express would be taken, and nobody could ever connect.
    if (typeof httpServer !== 'object' || httpServer === null || !('listening' in httpServer)) {
      throw new PPError(
        'INVALID_ARGUMENT',
        'attachTo takes a server as createServer of node:http makes it.',
        {
          hint: 'Of Express it is what app.listen() returns, of Fastify app.server. Bun.serve and Deno.serve have none.',
        },
      )
    }
    return new PPServer(options, httpServer)
  }

  /**
   * Where it listens; of an attached server once its HTTP server does, whose errors are for its owner to hear.
   * @throws PPError `INVALID_ARGUMENT` when the port cannot be opened or there is none, `CLOSED` when it was closed before
   */
  async listening(): Promise<ListenAddress> {
    if (this.#listener !== null) return this.#listener.listening()
    throw new PPError('INVALID_ARGUMENT', 'This server has no port.', { hint: 'Give it the option "port".' })
  }

  /** Takes a connection from anywhere: the same pipeline as a socket's. */
  acceptTransport(transport: Transport, info: AcceptInfo = {}): void {
    if (this.#end.isOpen) this.#core.accept(transport, info)
    else transport.close(1001, SHUTDOWN.message)
  }

  /** Ends everything at once: clients are told, timers stop, the port is free when it resolves. Never ends the process. */
  close(): Promise<void> {
    return this.#end.close()
  }

  /**
   * Takes nobody in any more, tells clients when to come back, each at another moment, lets what is on its way arrive, and
   * closes. A second call waits with the first; `close()` is for whoever will not. @throws PPError `INVALID_ARGUMENT` for a time that is
   * none
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    return this.#end.shutdown(options)
  }

  /**
   * For development: shuts down, and resolves to what is left of the rooms of its definitions, for the server that takes the place of
   * this one: see `takeOver`. `onLeave` and `onDispose` have run, as they do whenever a server ends. All of it is JSON.
   * @throws PPError `INVALID_ARGUMENT` for a time that is none
   */
  async handOver(options: ShutdownOptions = {}): Promise<HandedRoom[]> {
    return this.#end.handOver(options)
  }

  /**
   * For development: begins the rooms that another server has handed over, once all is defined; clients that come back find them, with
   * new sessions. They begin with `onRestore`, as rooms of a store do. Not those whose first state has another shape by now, whose timers
   * no `onRestore` would set anew, or whose id is taken: the answer says why.
   */
  takeOver(rooms: readonly HandedRoom[]): TakenOver {
    return this.#core.rooms.takeOver(rooms)
  }

  /**
   * Drains when the process is told to end (`SIGTERM`, `SIGINT`), and lets it end then. A second signal ends it at once.
   * The undo, and `close()`, leave signals alone again.
   */
  handleSignals(options: SignalOptions = {}): Undo {
    return this.#core.reloads.adopted(this.#end.handleSignals(options))
  }

  /** A new session was let in, a session is over, something of the application failed … */
  on(event: 'connection', listener: (client: PPServerClient<C>) => unknown): Undo
  on(
    event: 'disconnection',
    /** `expiry`: `window`, `overflow`, or null when one of the ends closed the session. */
    listener: (client: PPServerClient<C>, reason: DisconnectReason, expiry: ExpiryReason | null) => unknown,
  ): Undo
  on(event: 'error', listener: (error: PPError) => unknown): Undo
  /**
   * … or a message of this type came. Return a promise to hold up this client's next message until it settles.
   * @throws PPError `RESERVED_TYPE`
   */
  on<Payload>(
    type: Undeclared<Inbound<C>>,
    handler: (client: PPServerClient<C>, payload: Payload, ack: AckReply) => unknown,
  ): Undo
  on<Type extends Declared<Inbound<C>>>(
    type: Type,
    handler: (
      client: PPServerClient<C>,
      payload: PayloadOf<Inbound<C>, Type>,
      ack: AckReply<AnswerOf<C, Type>>,
    ) => unknown,
  ): Undo
  on(name: string, listener: (...args: never[]) => unknown): Undo {
    const { listen, reloads } = this.#core
    if (name === 'connection') reloads.adoptConnections()
    return reloads.adopted(listen(name, listener))
  }

  off(name: string, listener?: (...args: never[]) => unknown): void {
    const call = listener as (() => void) | undefined
    const { onConnection, onDisconnection, events, handlers } = this.#core
    if (name === 'connection') onConnection.off('', call)
    else if (name === 'disconnection') onDisconnection.off('', call)
    else if (name === 'error') events.off('error', call)
    else handlers.off(name, call)
  }

  /** Sees every application message, before the handlers of its type; but those to rooms with a state, which go to the room alone. */
  onAny(listener: (client: PPServerClient<C>, type: string, payload: unknown) => unknown): Undo {
    return this.#core.reloads.adopted(this.#core.any.on(ANY, listener))
  }

  offAny(listener?: (client: PPServerClient<C>, type: string, payload: unknown) => unknown): void {
    this.#core.any.off(ANY, listener)
  }

  /** Who may connect: `next()` lets in, `next(error)` refuses. Runs once per session, bounded by the handshake time. */
  use(middleware: Middleware<[client: PPServerClient<C>]>): Undo {
    return this.#core.reloads.adopted(this.#core.gate.use(middleware))
  }

  /** Which messages may pass. The next message of this client waits until this one is decided. */
  useMessage(middleware: Middleware<[client: PPServerClient<C>, message: MessageOfClient]>): Undo {
    return this.#core.reloads.adopted(this.#core.messageGate.use(middleware))
  }

  /** The namespace of this name, made at the first call. @throws PPError `INVALID_ARGUMENT` for "/", which is the server itself, and for what is no name */
  of(name: string): Namespace {
    return this.#core.namespaces.of(name)
  }

  register(plugin: PPPlugin): this
  /** @throws PPError `INVALID_ARGUMENT` for a name taken or a dependency that is missing */
  register<Options>(plugin: PPPlugin<Options>, options: Options): this
  register<Options>(plugin: PPPlugin<Options>, options?: Options): this {
    this.#core.reloads.assertLasting(`The plugin "${plugin.name}"`)
    // The overloads ask for options wherever the plugin wants some.
    this.#core.plugins.register(plugin, options as Options)
    return this
  }

  /** What a plugin exposes. */
  getPlugin<Api = unknown>(name: string): Api | undefined {
    return this.#core.plugins.get(name) as Api | undefined
  }

  getPluginNames(): string[] {
    return this.#core.plugins.names()
  }

  /** All sessions, those included whose connection is lost and may come back. */
  getClients(): PPServerClient<C>[] {
    return [...this.#core.audience.clients()]
  }

  getClient(id: string): PPServerClient<C> | undefined {
    return this.#core.sessions.get(id)?.client
  }

  getStats(): ServerStats {
    const { sessions, membership, presence, plugins, time, tally } = this.#core
    const clients = this.getClients()
    return {
      clients: sessions.size,
      connected: clients.filter((client) => client.connected).length,
      rooms: membership.size,
      presenceTracked: presence.list().length,
      uptime: (time.now() - this.#startedAt) / 1000,
      plugins: plugins.names(),
      ...tally,
      ...unconfirmedOf(sessions.all()),
    }
  }

  /** Says what rooms of this kind do. @throws PPError `INVALID_ARGUMENT` for a second definition of one name */
  define<Shape extends RoomShape>(shape: Shape, behaviour: RoomBehaviour<Shape, PPServerClient> = {}): void {
    // Its handlers are only ever called with what the validators of the same shape returned, and its hooks with rooms made
    // from that shape.
    this.#core.reloads.define(shape, behaviour as unknown as RoomBehaviour<UntypedShape, PPServerClient>)
  }

  /**
   * For development: runs `setup`, which registers all that this server does, and undoes what the call before registered. Sockets,
   * sessions, rooms, their state and members stay; from the next event on the handlers are the new ones. When `setup` throws,
   * everything stays as it was. The same in production: run it once.
   * @throws PPError `CONTRACT_MISMATCH` when the contract is another one, which takes a new server, or the shape of a room's state,
   * unless `restartRooms` is set; what `setup` throws
   */
  reload(setup: Setup<this>, options: ReloadOptions = {}): Reloaded {
    return this.#core.reloads.run((kept) => setup(this, kept), options)
  }

  /**
   * A room without a definition; the first call for an id makes it, later ones return it.
   * @throws PPError `INVALID_ARGUMENT` when a definition's room has that id, `STATE_NOT_JSON`, `CLOSED`
   */
  room<State extends object>(
    id: string,
    initialState: State,
    options?: RoomOptions<PPServerClient, State>,
  ): Room<UntypedShape<State>, PPServerClient> {
    return this.#core.rooms.room(id, initialState, options)
  }

  /** A new room of a definition. @throws PPError `INVALID_ARGUMENT` when the id is taken or the shape is not defined, `CLOSED` */
  createRoom<Shape extends RoomShape>(
    shape: Shape,
    options?: CreateRoomOptions,
  ): Room<Shape, PPServerClient> {
    return this.#core.rooms.create(shape, options)
  }

  /**
   * Begins the rooms that `roomStore` has kept, once all is defined; clients that come back find them. A room whose members do
   * not come back within two minutes ends as it would when they had left.
   * @throws what the store throws
   */
  restoreRooms(): Promise<Room<UntypedShape, PPServerClient>[]> {
    return this.#core.rooms.restore()
  }

  getRoom(id: string): Room<UntypedShape, PPServerClient> | undefined {
    return this.#core.rooms.get(id)
  }

  rooms(): Room<UntypedShape, PPServerClient>[] {
    return this.#core.rooms.list()
  }

  /** What a lobby shows of rooms, of one definition or of all. */
  listing(name?: string): RoomListing[] {
    return this.#core.rooms.listing(name)
  }

  /**
   * The same, live: a room of that id whose state lists the rooms, for clients to join like any other. Private rooms are
   * not in it. @throws PPError `INVALID_ARGUMENT` when a definition's room has that id
   */
  lobby(id: string, options?: LobbyOptions<PPServerClient>): Room<UntypedShape<LobbyState>, PPServerClient> {
    return this.#core.rooms.lobby(id, options)
  }

  /** The list of who is online, written by the server. */
  get presence(): GlobalPresence {
    return this.#core.presence
  }

  /** Of what clients compare with theirs (contract and registry), in eight characters; undefined without either. */
  get fingerprint(): string | undefined {
    return this.#core.fingerprint
  }

  get inspector(): Inspector {
    return this.#core.inspector
  }

  get time(): Time {
    return this.#core.time
  }

  get random(): Random {
    return this.#core.random
  }

  /** Connects a bot: the same as `bot.connect(server)`. */
  inject<Bot extends { connect(server: PPServer<C>): unknown }>(bot: Bot): Bot {
    bot.connect(this)
    return bot
  }
}

/** Tools of development and tests that were loaded before put a hook here; without them this is one lookup. */
function attachDevtools(server: object): void {
  const host = globalThis as { [key: symbol]: { attachServer?: (server: object) => void } | undefined }
  host[Symbol.for('painda.devtools')]?.attachServer?.(server)
}
