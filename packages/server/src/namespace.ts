// Namespaces: several applications over one connection. A client enters one with its first message there; the
// namespace's own middleware decides once per session, its message middleware about every message.
import { PPError } from '@painda/protocol'
import type { DisconnectReason, Event, Undo } from '@painda/protocol'
import type { Faults } from './faults.js'
import type { PPServerClient } from './client.js'
import type { Answer } from './answer.js'
import { createHandlers } from './handlers.js'
import type { Handlers } from './handlers.js'
import type { AckReply, MessageOfClient } from './messages.js'
import { createMiddleware } from './middleware.js'
import type { Middleware, Patience } from './middleware.js'
import { outgoing } from './outgoing.js'
import { assertName, eventOf } from './sendable.js'
import type { Sendable } from './sendable.js'

/** A client inside a namespace. */
export class NamespaceClient {
  readonly id: string
  /** The client itself, with its rooms, data and handshake. */
  readonly client: PPServerClient
  readonly #name: string
  readonly #handlers: Handlers<[message: MessageOfClient, ack: AckReply]>
  readonly #answer: (ackId: number, data: unknown) => void

  constructor(
    name: string,
    client: PPServerClient,
    handlers: Handlers<[message: MessageOfClient, ack: AckReply]>,
    answer: (ackId: number, data: unknown) => void,
  ) {
    this.id = client.id
    this.client = client
    this.#name = name
    this.#handlers = handlers
    this.#answer = answer
  }

  get data(): Record<string, unknown> {
    return this.client.data
  }

  /** Handles messages of one type; the handler gets the whole message, and an ack function. */
  on(type: string, handler: (message: MessageOfClient, ack: AckReply) => unknown): Undo {
    eventOf({ type })
    return this.#handlers.on(type, handler)
  }

  off(type: string, handler?: (message: MessageOfClient, ack: AckReply) => unknown): void {
    this.#handlers.off(type, handler)
  }

  send(message: Sendable): void {
    this.client.send(message, { namespace: this.#name })
  }

  emit(type: string, payload?: unknown): void {
    this.send({ type, payload })
  }

  /** Answers the message whose `__ackId` this is, once: the same as its `ack`, also later. */
  sendAck(ackId: number, data?: unknown): void {
    this.#answer(ackId, data)
  }
}

/** `server.of('/admin')`. */
export interface Namespace {
  readonly name: string
  /** Decides who may enter; called once per session. */
  use(middleware: Middleware<[client: PPServerClient]>): Undo
  useMessage(middleware: Middleware<[client: PPServerClient, message: MessageOfClient]>): Undo
  on(event: 'connection', listener: (client: NamespaceClient) => unknown): Undo
  on(event: 'disconnection', listener: (client: NamespaceClient, reason: DisconnectReason) => unknown): Undo
  /** Sends to everybody in the namespace. @throws PPError `RESERVED_TYPE` */
  broadcast(message: Sendable, exceptId?: string): void
  emit(type: string, payload?: unknown): void
  readonly clients: readonly NamespaceClient[]
}

/** What the pipeline asks of namespaces. */
export interface Namespaces {
  /** @throws PPError `INVALID_ARGUMENT` for "/", the default one, and for what is no name */
  of(name: string): Namespace
  /** Null when this client may speak there, after letting it in when it is new. */
  admit(client: PPServerClient, name: string): PPError | null | Promise<PPError | null>
  checkMessage(
    client: PPServerClient,
    name: string,
    message: MessageOfClient,
  ): PPError | null | Promise<PPError | null>
  has(client: PPServerClient, name: string, type: string): boolean
  handle(
    client: PPServerClient,
    event: Event,
    message: MessageOfClient,
    answer: Pick<Answer, 'reply'>,
    onFault: (thrown: unknown) => void,
  ): void | Promise<void>
  /** The session is over. */
  left(client: PPServerClient, reason: DisconnectReason): void
}

interface Member {
  readonly socket: NamespaceClient
  readonly handlers: Handlers<[message: MessageOfClient, ack: AckReply]>
  /** Requests whose handlers are running: an error that a handler throws answers its request, unless that was answered before. */
  readonly open: Map<number, AckReply>
}

export interface NamespacesOptions {
  faults: Faults
  /** Sends the answer to a question of this client. */
  answer: (client: PPServerClient, ackId: number, data: unknown) => void
  isAlive: (client: PPServerClient) => boolean
  patience: Pick<Patience, 'wait'>
  /** A running setup takes the undo, to call it with the next reload; passed on. */
  adopted: (undo: Undo) => Undo
}

export function createNamespaces({
  faults,
  answer,
  isAlive,
  patience,
  adopted,
}: NamespacesOptions): Namespaces {
  const spaces = new Map<string, ReturnType<typeof createSpace>>()

  function createSpace(name: string) {
    const report = (what: string) => (thrown: unknown) => faults.report(thrown, `${what} of ${name}`)
    const gate = createMiddleware<[client: PPServerClient]>(patience, report('Middleware'))
    const messageGate = createMiddleware<[client: PPServerClient, message: MessageOfClient]>(
      patience,
      report('Message middleware'),
    )
    const connection = createHandlers<[client: NamespaceClient]>()
    const disconnection = createHandlers<[client: NamespaceClient, reason: DisconnectReason]>()
    const members = new Map<string, Member>()

    const namespace: Namespace = {
      name,
      use: (middleware) => adopted(gate.use(middleware)),
      useMessage: (middleware) => adopted(messageGate.use(middleware)),
      on(event: 'connection' | 'disconnection', listener: (...args: never[]) => unknown): Undo {
        // The overloads tie each event to its listener's arguments.
        if (event === 'connection') return adopted(connection.on('', listener as () => void))
        return adopted(disconnection.on('', listener as () => void))
      },
      broadcast(message, exceptId) {
        const out = outgoing(eventOf(message, { ns: name }))
        for (const { socket } of members.values()) if (socket.id !== exceptId) socket.client.deliver(out)
      },
      emit: (type, payload) => namespace.broadcast({ type, payload }),
      get clients() {
        return [...members.values()].map(({ socket }) => socket)
      },
    }

    function enter(client: PPServerClient): void {
      // Its session may have ended while the middleware was thinking.
      if (!isAlive(client)) return
      const handlers = createHandlers<[message: MessageOfClient, ack: AckReply]>()
      const open = new Map<number, AckReply>()
      const socket = new NamespaceClient(name, client, handlers, (ackId, data) => {
        const reply = open.get(ackId)
        if (reply === undefined) answer(client, ackId, data)
        else reply(null, data)
      })
      members.set(client.id, { socket, handlers, open })
      void connection.run('', [socket], report('A connection handler'))
    }

    function admit(client: PPServerClient): PPError | null | Promise<PPError | null> {
      if (members.has(client.id)) return null
      const verdict = gate.run(client)
      const enterIf = (error: PPError | null): PPError | null => {
        if (error === null) enter(client)
        return error
      }
      return verdict instanceof Promise ? verdict.then(enterIf) : enterIf(verdict)
    }

    return { namespace, messageGate, members, disconnection, admit, report }
  }

  return {
    of(name) {
      if (name === '/') {
        throw new PPError('INVALID_ARGUMENT', 'The namespace "/" is the server itself.', {
          hint: 'Use server.on, server.use and server.useMessage.',
        })
      }
      assertName('A namespace', name, 0)
      const space = spaces.get(name) ?? createSpace(name)
      spaces.set(name, space)
      return space.namespace
    },
    admit(client, name) {
      const space = spaces.get(name)
      if (space !== undefined) return space.admit(client)
      return new PPError('NAMESPACE_ERROR', `Unknown namespace: ${name}`)
    },
    checkMessage: (client, name, message) => spaces.get(name)?.messageGate.run(client, message) ?? null,
    has: (client, name, type) => spaces.get(name)?.members.get(client.id)?.handlers.has(type) ?? false,
    handle(client, { ns, type, ackId }, message, { reply }, onFault) {
      const member = spaces.get(ns ?? '')?.members.get(client.id)
      if (member === undefined) return undefined
      const { open, handlers } = member
      if (ackId !== undefined) open.set(ackId, reply)
      const work = handlers.run(type, [message, reply], onFault)
      const done = (): void => void (ackId !== undefined && open.delete(ackId))
      return work === undefined ? done() : work.then(done)
    },
    left(client, reason) {
      for (const { members, disconnection, report } of spaces.values()) {
        const member = members.get(client.id)
        if (member === undefined) continue
        members.delete(client.id)
        void disconnection.run('', [member.socket, reason], report('A disconnection handler'))
        member.handlers.clear()
      }
    },
  }
}
