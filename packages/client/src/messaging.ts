// The application's messages, both ways: what is checked before it leaves, how a question finds its answer, and to whose
// listeners an arrival goes.
import { DEV, isReservedType, PPError, toPPError, validate } from '@painda/protocol'
import type { AnySchema, Event, Message } from '@painda/protocol'
import type { Asks, RoomAskOptions } from './ack.js'
import type { Answer, Listeners } from './listeners.js'
import type { Gate } from './outbox.js'

export interface Address {
  /** The namespace. */
  ns?: string
  /** The room, by the gate that its messages wait for. */
  gate?: Gate
}

export interface Messaging {
  /** @throws PPError `RESERVED_TYPE`, `INVALID_PAYLOAD`, `PAYLOAD_TOO_LARGE` */
  send(type: string, payload: unknown, address?: Address & { volatile?: boolean }): void
  /** @throws PPError as `send`; the promise rejects with the refusal. `output` checks the answer. */
  request(
    type: string,
    payload: unknown,
    options: Address & RoomAskOptions,
    output?: AnySchema,
  ): Promise<unknown>
  /** Hands an arrival to its listeners. */
  receive(event: Event, listeners: Listeners | null): void
}

export interface MessagingOptions {
  asks: Asks
  post: (message: Message, gate?: Gate) => void
  onError: (thrown: unknown) => void
  /** Why no answer can come before somebody connects the client; null while it is, or tries by itself. */
  ended: () => PPError | null
}

export function createMessaging({ asks, post, onError, ended }: MessagingOptions): Messaging {
  /** Who asks and connects in one turn, in whichever order, is answered. */
  function refuseUnlessConnected(ackId: number): void {
    if (ended() === null) return
    void Promise.resolve().then(() => {
      const error = ended()
      if (error !== null) asks.reject(ackId, error)
    })
  }

  function answerTo(ackId: number): Answer {
    let isAnswered = false
    return (answer) => {
      if (isAnswered) return
      isAnswered = true
      try {
        post({ kind: 'ack', ackId, ...answer })
      } catch (thrown) {
        onError(thrown)
        post({ kind: 'ack', ackId, error: { code: 'INTERNAL', message: 'The answer cannot travel.' } })
      }
    }
  }

  return {
    send(type, payload, { ns, gate, volatile } = {}) {
      post(eventOf(type, payload, { ns, gate, volatile }), gate)
    },
    request(type, payload, { ns, gate, ...options }, output) {
      const event = eventOf(type, payload, { ns, gate })
      const { ackId, answer } = asks.ask(type, options)
      try {
        // Settled already: nobody waits, and whoever was told that it was aborted must not see it happen.
        if (options.signal?.aborted !== true) post({ ...event, ackId }, gate)
      } catch (thrown) {
        asks.reject(ackId, toPPError(thrown, 'INVALID_PAYLOAD'))
        throw thrown
      }
      refuseUnlessConnected(ackId)
      if (output === undefined) return answer
      return answer.then((data) => validate(output, data, DEV && `The answer to "${type}"`))
    },
    receive(event, listeners) {
      const answer = event.ackId === undefined ? undefined : answerTo(event.ackId)
      if (isReservedType(event.type)) {
        const error = reserved(event.type)
        onError(error)
        answer?.({ error: { code: error.code, message: error.message } })
        return
      }
      if (listeners !== null) listeners.deliver(event, answer)
      else
        answer?.({ error: { code: 'UNKNOWN_TYPE', message: `The client does not handle "${event.type}".` } })
    },
  }
}

interface Parts {
  ns: string | undefined
  gate: Gate | undefined
  volatile?: boolean | undefined
}

function eventOf(type: string, payload: unknown, { ns, gate, volatile }: Parts): Event {
  if (typeof type !== 'string' || type === '')
    throw new PPError('INVALID_ARGUMENT', DEV && 'A message needs a type.')
  if (isReservedType(type)) throw reserved(type)
  return {
    kind: 'event',
    type,
    ...(payload === undefined ? {} : { payload }),
    ...(ns === undefined ? {} : { ns }),
    // A room that is not joined yet gets its id when the message leaves.
    ...(gate === undefined ? {} : { room: gate.roomId ?? '' }),
    ...(volatile === true ? { volatile } : {}),
  }
}

function reserved(type: string): PPError {
  return new PPError(
    'RESERVED_TYPE',
    DEV && `"${type}" is a reserved name and cannot be the type of a message.`,
    DEV && { hint: 'Choose another.' },
  )
}
