// How a contract's names and types reach the methods of a client. Without a contract, and for rooms joined by their bare
// id, every name is allowed and every payload unknown.
import type {
  ContractShape,
  EventOutputs,
  MessageInputs,
  RequestAnswers,
  RequestDefinition,
  RequestInputs,
  RoomShape,
  StandardSchema,
} from '@painda/protocol'

type AnyNames = { readonly [type: string]: StandardSchema<unknown> }
type AnyRequests = {
  readonly [type: string]: RequestDefinition<StandardSchema<unknown>, StandardSchema<unknown>>
}
interface AnyMessages {
  readonly messages: AnyNames
  readonly requests: AnyRequests
  readonly events: AnyNames
}

/** The shape of a room that was joined by its id alone. */
export interface UntypedRoom<State extends object = { [key: string]: unknown }> extends AnyMessages {
  readonly name: string
  readonly state: () => State
}

/** A contract as it is, or for a client without one a contract that allows every name. */
export type Open<Shape> = ContractShape extends Shape
  ? AnyMessages
  : RoomShape extends Shape
    ? AnyMessages
    : Shape

export type MessageType<Shape> = Spelt<keyof MessageInputs<Open<Shape>> & string>
export type MessageInput<Shape, Type> = Lookup<MessageInputs<Open<Shape>>, Type>
export type RequestType<Shape> = Spelt<keyof RequestInputs<Open<Shape>> & string>
export type RequestInput<Shape, Type> = Lookup<RequestInputs<Open<Shape>>, Type>
export type RequestAnswer<Shape, Type> = Lookup<RequestAnswers<Open<Shape>>, Type>
export type EventType<Shape> = Spelt<keyof EventOutputs<Open<Shape>> & string>
export type EventPayload<Shape, Type> = Lookup<EventOutputs<Open<Shape>>, Type>
/** Any name where nothing is declared: what its payload is, only the listener's annotation says then. */
export type UndeclaredEvent<Shape> = string extends EventType<Shape> ? string : never

type Lookup<Map, Type> = Type extends keyof Map ? Map[Type] : never

/** The names one by one: a compiler that names a misspelled one says which there are, and not the type of the whole room. */
type Spelt<Names extends string> = [Names] extends [infer Each extends string] ? Each : never
