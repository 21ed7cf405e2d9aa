// The last stage: hands a message to whoever handles it. Rooms get what belongs to them; everything else goes to the
// handlers of the client, of its namespace and of the server, in that order.
import { PPError } from '@painda/protocol'
import type { Activity, Event, Join, WireError } from '@painda/protocol'
import type { Advise } from './advice.js'
import { createAnswer } from './answer.js'
import type { Answer } from './answer.js'
import type { ClientParts, PPServerClient } from './client.js'
import { ANY } from './client.js'
import type { Faults } from './faults.js'
import type { Handlers } from './handlers.js'
import type { AckReply } from './messages.js'
import type { Namespaces } from './namespace.js'
import { isNamespaced } from './pipeline.js'
import type { Arrival } from './pipeline.js'
import type { GlobalPresence } from './presence.js'
import { tellAsker } from './refuse.js'
import type { Rooms } from './rooms.js'

export interface DispatchOptions {
  faults: Faults
  advise: Advise
  /** Types that somebody has handled, now or before. */
  knownTypes: ReadonlySet<string>
  /** True when plugins or middleware see messages: one of them may be who waits for those that nobody handles. */
  mayBeElsewhere: () => boolean
  handlers: Handlers<[client: PPServerClient, payload: unknown, ack: AckReply]>
  any: Handlers<[client: PPServerClient, type: string, payload: unknown]>
  partsOf: (client: PPServerClient) => ClientParts
  namespaces: Namespaces
  rooms: Pick<Rooms<PPServerClient>, 'message' | 'resync' | 'presence' | 'setActivity'>
  presence: Pick<GlobalPresence, 'resync' | 'setActivity'>
  /** Enters or leaves a room by the client's own wish. */
  joinRoom: (client: PPServerClient, join: Join) => void | Promise<void>
  leaveRoom: (client: PPServerClient, room: string) => void
  refuse: (client: PPServerClient, error: WireError, event: Event) => void
}

const unasked = (): void => {}

export function createDispatch(options: DispatchOptions): (arrival: Arrival) => void | Promise<void> {
  const {
    faults,
    advise,
    knownTypes,
    mayBeElsewhere,
    handlers,
    any,
    partsOf,
    namespaces,
    rooms,
    joinRoom,
    leaveRoom,
    refuse,
  } = options

  function handleEvent({ entry, view, isForRoom }: Arrival, message: Event): void | Promise<void> {
    const { client, session } = entry
    // Inputs of players, which nobody answers, are most of what a server hears.
    if (isForRoom && message.ackId === undefined) return rooms.message(client, asSeen(message, view), unasked)

    const where = `The handler of "${message.type}"`
    const report = (thrown: unknown): string => faults.report(thrown, where)
    const answer = createAnswer(session, message.ackId, report)
    if (isForRoom) return rooms.message(client, asSeen(message, view), (body) => answer.send(body))

    const parts = partsOf(client)
    const isHandled = hasHandler(parts, client, message)
    const onFault = (thrown: unknown): void => {
      const error = tellAsker(thrown, where, faults.report)
      if (answer.isOpen) answer.send({ error })
      else if (message.ackId === undefined) refuse(client, error, message)
    }
    const isSeen = any.has(ANY) || parts.any?.has(ANY) === true
    const work = [
      any.run(ANY, [client, message.type, view.payload], onFault),
      parts.any?.run(ANY, [message.type, view.payload], onFault),
      ...runHandlers(parts, { client, message, view, answer, onFault }),
    ].filter((one) => one !== undefined)
    if (!isHandled) {
      answer.reply(new PPError('UNKNOWN_TYPE', `Nobody handles "${message.type}".`))
      if (message.ackId === undefined && !isSeen) adviseOfUnheard(message)
    }
    return work.length === 0 ? undefined : Promise.all(work).then(() => {})
  }

  function adviseOfUnheard({ type, ns, room }: Event): void {
    if (mayBeElsewhere() || knownTypes.has(type) || room !== undefined) return
    const where = ns === undefined ? 'server.on' : `the handlers of namespace "${ns}"`
    advise(`Nobody handles the message "${type}", and it was dropped: ${where} knows no such type.`)
  }

  interface Call {
    client: PPServerClient
    message: Event
    view: Arrival['view']
    answer: Answer
    onFault: (thrown: unknown) => void
  }

  function runHandlers(
    parts: ClientParts,
    { client, message, view, answer, onFault }: Call,
  ): (void | Promise<void>)[] {
    const { reply } = answer
    if (isNamespaced(message)) return [namespaces.handle(client, message, view, answer, onFault)]
    return [
      parts.messages?.run(ANY, [view], onFault),
      parts.handlers?.run(message.type, [view.payload, reply], onFault),
      handlers.run(message.type, [client, view.payload, reply], onFault),
    ]
  }

  function hasHandler(parts: ClientParts, client: PPServerClient, message: Event): boolean {
    const { type, ns } = message
    if (isNamespaced(message)) return namespaces.has(client, ns ?? '', type)
    if (handlers.has(type) || parts.handlers?.has(type) === true) return true
    return parts.messages?.has(ANY) === true
  }

  function setActivity(client: PPServerClient, activity: Activity): void {
    partsOf(client).activity = activity
    options.presence.setActivity(client, activity)
    rooms.setActivity(client, activity)
  }

  return (arrival) => {
    const { entry, message } = arrival
    const { client } = entry
    switch (message.kind) {
      case 'event':
        return handleEvent(arrival, message)
      case 'join':
        return joinRoom(client, message)
      case 'leave':
        return leaveRoom(client, message.room)
      case 'resync':
        if (message.room !== undefined) return rooms.resync(client, message)
        return options.presence.resync(client)
      case 'presence':
        if (message.activity !== undefined) setActivity(client, message.activity)
        return message.room === undefined ? undefined : rooms.presence(client, message.room, message.data)
    }
  }
}

/** An event with what middleware made of its payload. */
function asSeen(message: Event, { payload }: Arrival['view']): Event {
  return payload === message.payload ? message : { ...message, payload }
}
