// The types of what clients send and what handlers get, read off the contract where there is one. Without declarations
// any type name goes, and the handler's own annotation says what its payload is.
import type { MessageOutputs, RequestAnswers, RequestPayloads } from '@painda/protocol'
import type { ContractShape } from '@painda/protocol'

/** The declared names, or any string when nothing is declared. */
export type Declared<Map> = keyof Map extends never ? string : keyof Map & string
/** Any name when nothing is declared. */
export type Undeclared<Map> = keyof Map extends never ? string : never
export type PayloadOf<Map, Type extends string> = Type extends keyof Map ? Map[Type] : unknown

/** What clients of this contract send: messages and requests. */
export type Inbound<C extends ContractShape> = MessageOutputs<C> & RequestPayloads<C>

/**
 * Answers the sender, once: `ack(null, data)`, or `ack(new Error(text))` to refuse with a text that it may read. Does
 * nothing when the sender did not ask.
 */
export type AckReply<Answer = unknown> = (error: Error | null, data?: Answer) => void

export type AnswerOf<C extends ContractShape, Type extends string> = Type extends keyof RequestAnswers<C>
  ? RequestAnswers<C>[Type]
  : unknown

export type MessageHandler<Payload = unknown, Answer = unknown> = (
  payload: Payload,
  ack: AckReply<Answer>,
) => unknown

/** One message of a client, as middleware, plugins and `message` listeners see it. */
export interface MessageOfClient {
  readonly type: string
  /** Middleware may replace it. */
  payload: unknown
  /** The namespace it was sent in; absent: the default one. */
  readonly ns?: string
  /** The room it was sent to. */
  readonly room?: string
  /** Present when the sender waits for an answer. */
  readonly __ackId?: number
}
