// Listeners to the application's messages of one scope: the client, a namespace or a room. A listener that throws or
// rejects is reported and harms nobody else; whoever asked is told INTERNAL.
import { createEmitter, DEV, PPError, toPPError, validate } from '@painda/protocol'
import type { Event, SchemaMap, Undo, WireError } from '@painda/protocol'
import { entryOf } from './contract.js'
import { clockOfWitness, listens, tellWoken } from '#witness'

/** Answers a question of the server, error first: `ack(null, data)` or `ack(new Error('no'))`. Only the first call counts. */
export type Ack = (error: Error | null | undefined, data?: unknown) => void

export type MessageListener = (payload: unknown, ack?: Ack) => unknown

/** How an answer travels back; undefined when nobody asked. */
export type Answer = ((answer: { data?: unknown } | { error: WireError }) => void) | undefined

export interface Listeners {
  on(type: string, listener: MessageListener): Undo
  once(type: string, listener: MessageListener): Undo
  off(type: string, listener?: MessageListener): void
  deliver(event: Event, answer: Answer): void
  clear(): void
}

/** `schemasNow`: the contract's validators for what the server may send here. */
export function createListeners(
  onError: (thrown: unknown) => void,
  schemasNow: () => SchemaMap | undefined = () => undefined,
): Listeners {
  const listeners = createEmitter<{ [type: string]: [payload: unknown, ack?: Ack] }>(onError)

  function call(listener: MessageListener, payload: unknown, ack: Ack | undefined, refuse: () => void): void {
    const fail = (thrown: unknown): void => {
      onError(thrown)
      refuse()
    }
    try {
      const result = ack === undefined ? listener(payload) : listener(payload, ack)
      if (result instanceof Promise) result.catch(fail)
    } catch (thrown) {
      fail(thrown)
    }
  }

  return {
    on(type, listener) {
      listens(listener, 'on', type)
      return listeners.on(type, listener)
    },
    once: listeners.once,
    off: listeners.off,
    deliver(event, answer) {
      if (listeners.listenerCount(event.type) === 0) {
        const error = new PPError('UNKNOWN_TYPE', DEV && `The client does not handle "${event.type}".`)
        answer?.({ error: wireError(error) })
        return
      }
      const schema = entryOf(schemasNow(), event.type)
      let payload = event.payload
      try {
        if (schema !== undefined) payload = validate(schema, payload, DEV && `The event "${event.type}"`)
      } catch (thrown) {
        onError(thrown)
        answer?.({ error: wireError(toPPError(thrown, 'INVALID_PAYLOAD')) })
        return
      }
      const ack: Ack | undefined =
        answer === undefined
          ? undefined
          : (error, data) =>
              answer(
                error === null || error === undefined
                  ? { data }
                  : { error: wireError(toPPError(error, 'REFUSED')) },
              )
      const internal: WireError = { code: 'INTERNAL', message: 'The client failed to handle this.' }
      for (const listener of listeners.take(event.type)) {
        const start = clockOfWitness()
        call(listener, payload, ack, () => answer?.({ error: internal }))
        tellWoken(start, { kind: 'message', message: event, listener, isChanged: true })
      }
    },
    clear: listeners.clear,
  }
}

function wireError({ code, message }: PPError): WireError {
  return { code, message }
}
