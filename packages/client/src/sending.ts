// The documented forms of sending, for the whole client and for a namespace of it: a message is an object, and its answer goes to a
// callback, error first.
import { toPPError } from '@painda/protocol'
import type { PPError, Undo } from '@painda/protocol'
import type { AskOptions } from './ack.js'
import type { Core } from './core.js'
import type { Ack, MessageListener } from './listeners.js'

/** A message as documented: `send({ type, payload })`. */
export interface OutgoingMessage<Type extends string = string, Payload = unknown> {
  readonly type: Type
  readonly payload?: Payload
}

/** Error first. */
export type AckCallback = (error: PPError | null, data?: unknown) => void

export interface SendOptions {
  /** Never buffered, dropped when the socket is behind, not sent again after a reconnect. */
  volatile?: boolean
  namespace?: string
  /** How long to wait for the answer, milliseconds. */
  timeout?: number
  /** Called once, with the answer or with why there is none. */
  ack?: AckCallback
}

export interface Namespace {
  emit(type: string, payload?: unknown): void
  send(message: OutgoingMessage, options?: AckCallback | Omit<SendOptions, 'namespace'>): void
  request(type: string, payload?: unknown, options?: AskOptions): Promise<unknown>
  on<Payload = unknown>(type: string, listener: (payload: Payload, ack?: Ack) => unknown): Undo
  off(type: string, listener?: (payload: never, ack?: Ack) => unknown): void
}

export function createNamespace(core: SendingCore & Pick<Core, 'scopes'>, namespace: string): Namespace {
  const ns = namespace === '/' ? {} : { ns: namespace }
  return {
    emit: (type, payload) => core.messaging.send(type, payload, ns),
    send: (message, options = {}) =>
      sendOrAsk(core, message, { ...ns, ...(typeof options === 'function' ? { ack: options } : options) }),
    request: (type, payload, options = {}) => core.messaging.request(type, payload, { ...options, ...ns }),
    // What the payload is, only the listener's annotation says.
    on: (type, listener) => core.scopes.listeners(namespace).on(type, listener as MessageListener),
    off: (type, listener) =>
      core.scopes.listeners(namespace).off(type, listener as MessageListener | undefined),
  }
}

type SendingCore = Pick<Core, 'messaging' | 'request' | 'report'>

interface SendParts extends Omit<SendOptions, 'namespace'> {
  ns?: string
}

export function sendOrAsk(
  core: SendingCore,
  { type, payload }: OutgoingMessage,
  { ns, volatile, timeout, ack }: SendParts,
): void {
  const address = ns === undefined ? {} : { ns }
  if (ack === undefined) {
    core.messaging.send(type, payload, { ...address, ...(volatile === undefined ? {} : { volatile }) })
    return
  }
  const options = { ...address, ...(timeout === undefined ? {} : { timeout }) }
  const call = (error: PPError | null, data?: unknown): void => {
    try {
      ack(error, data)
    } catch (thrown) {
      core.report(thrown)
    }
  }
  core.request(type, payload, options).then(
    (data) => call(null, data),
    (thrown: unknown) => call(toPPError(thrown, 'INTERNAL')),
  )
}
