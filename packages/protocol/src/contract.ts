// The contract: one file of the application that both ends import. It names the rooms, their state and their messages;
// handlers, client methods and hooks take their types from it.
import { checkRoom } from '#dev'
import { PPError } from './errors.js'
import { isReservedType } from './event.js'
import { MAX_NAME_LENGTH } from './fields.js'
import { type } from './standard-schema.js'
import type { InputOf, OutputOf, StandardSchema } from './standard-schema.js'
import type { SyncTable } from './sync.js'

/** A schema of any type: `unknown` would refuse schemas whose input is narrower. */
// oxlint-disable-next-line typescript/no-explicit-any -- the only type that every schema's input and output accept
export type AnySchema = StandardSchema<any, any>
export type SchemaMap = { readonly [type: string]: AnySchema }

export interface RequestDefinition<
  Input extends AnySchema = AnySchema,
  Output extends AnySchema = AnySchema,
> {
  readonly input: Input
  readonly output: Output
}
export type RequestMap = { readonly [type: string]: RequestDefinition }

export interface RoomShape {
  /** Unique in the contract; 1 to 256 characters. */
  readonly name: string
  /** Makes the first state of a new room; called for each. */
  readonly state: () => object
  /** Client → room, no answer. */
  readonly messages?: SchemaMap
  /** Client → room, answered. */
  readonly requests?: RequestMap
  /** Room → client. */
  readonly events?: SchemaMap
  /** The data that each member shows to the others. */
  readonly presence?: AnySchema
  /** Which numbers of the state are rounded before they are sent, and who sees which paths. Default: everything is sent to everybody. */
  readonly sync?: SyncTable
}

export interface ContractShape {
  readonly rooms?: { readonly [key: string]: RoomShape }
  /** Client → server, outside rooms, no answer. */
  readonly messages?: SchemaMap
  /** Client → server, outside rooms, answered. */
  readonly requests?: RequestMap
  /** Server → client, outside rooms. */
  readonly events?: SchemaMap
  /** Change it when the meaning changes but no name does: clients with another version are refused with `CONTRACT_MISMATCH`. */
  readonly version?: string
  /** Added by `defineContract`. */
  readonly [FINGERPRINT]?: Fingerprinting
}

/** What of a contract both ends compare and number: see fingerprint.ts. */
export const FINGERPRINT: unique symbol = Symbol('painda.fingerprint')

/** Of any contract, so that a copy of one with another `version` keeps it. */
export interface Fingerprinting {
  names(contract: ContractShape): readonly string[]
  rows(contract: ContractShape, registry?: LayoutTable): readonly string[]
}

/** What a registry of v2 layouts tells of its types. */
export interface LayoutTable {
  table(): readonly { readonly type: string; readonly id: number; readonly layout: string }[]
}

/** The `output` of a request that was written without one: any answer, or none. */
export const ANY_ANSWER: StandardSchema = /* @__PURE__ */ type()

/** A request of a contract: what goes in, what comes back. Without `output` the answer is not checked or typed. */
export function request<Input extends AnySchema>(input: Input): RequestDefinition<Input, StandardSchema>
export function request<Input extends AnySchema, Output extends AnySchema>(
  input: Input,
  output: Output,
): RequestDefinition<Input, Output>
export function request(input: AnySchema, output: AnySchema = ANY_ANSWER): RequestDefinition {
  return { input, output }
}

/**
 * Describes one kind of room.
 * @throws PPError `RESERVED_TYPE` for a message that begins with `__pp_` or is named like a local event (`error`, `close`, …);
 * `INVALID_ARGUMENT` when one name is both a message and a request, empty, or longer than 256 characters.
 * @example
 * const Arena = defineRoom({
 *   name: 'arena',
 *   state: () => ({ players: {} as Record<string, { x: number; y: number }> }),
 *   messages: { move: type<{ dx: number; dy: number }>() },
 * })
 */
export function defineRoom<const Room extends RoomShape>(room: Room): Room {
  if (room.name === '' || room.name.length > MAX_NAME_LENGTH) {
    throw new PPError('INVALID_ARGUMENT', 'A room definition needs a name.', {
      hint: `Names have 1 to ${MAX_NAME_LENGTH} characters.`,
    })
  }
  checkNames(`room "${room.name}"`, room)
  checkRoom(room)
  return room
}

type NamedMessages = Pick<RoomShape, 'messages' | 'requests' | 'events'>

/** @throws PPError as `defineRoom` */
export function checkNames(
  owner: string,
  { messages = {}, requests = {}, events = {} }: NamedMessages,
): void {
  for (const type of [...Object.keys(messages), ...Object.keys(requests), ...Object.keys(events)]) {
    if (type === '' || type.length > MAX_NAME_LENGTH) {
      throw new PPError('INVALID_ARGUMENT', `A message of ${owner} has no name, or a very long one.`, {
        hint: `Names have 1 to ${MAX_NAME_LENGTH} characters.`,
      })
    }
    if (isReservedType(type)) {
      throw new PPError('RESERVED_TYPE', `"${type}" in ${owner} is a reserved name.`, {
        hint: 'Choose another.',
      })
    }
  }
  const both = Object.keys(messages).find((type) => Object.hasOwn(requests, type))
  if (both !== undefined) {
    throw new PPError('INVALID_ARGUMENT', `"${both}" in ${owner} is both a message and a request.`)
  }
}

// What follows reads types off a contract.

export type StateOf<Room extends RoomShape> = ReturnType<Room['state']>
/** What a sender passes, per type. */
export type InputsOf<Map> = Map extends SchemaMap ? { [Type in keyof Map]: InputOf<Map[Type]> } : {}
/** What a handler receives, per type: the validator's output. */
export type OutputsOf<Map> = Map extends SchemaMap ? { [Type in keyof Map]: OutputOf<Map[Type]> } : {}

/** A property of a shape, or nothing where the shape leaves it out. */
type Part<Shape, Key extends string> = Shape extends { readonly [K in Key]: infer Value } ? Value : {}

export type MessageInputs<Shape> = InputsOf<Part<Shape, 'messages'>>
export type MessageOutputs<Shape> = OutputsOf<Part<Shape, 'messages'>>
export type EventInputs<Shape> = InputsOf<Part<Shape, 'events'>>
export type EventOutputs<Shape> = OutputsOf<Part<Shape, 'events'>>

type RequestsOf<Shape> = Part<Shape, 'requests'>
/** What the asker passes. */
export type RequestInputs<Shape> = {
  [Type in keyof RequestsOf<Shape>]: RequestsOf<Shape>[Type] extends RequestDefinition<infer In>
    ? InputOf<In>
    : never
}
/** What the handler receives. */
export type RequestPayloads<Shape> = {
  [Type in keyof RequestsOf<Shape>]: RequestsOf<Shape>[Type] extends RequestDefinition<infer In>
    ? OutputOf<In>
    : never
}
/** What comes back. */
export type RequestAnswers<Shape> = {
  [Type in keyof RequestsOf<Shape>]: RequestsOf<Shape>[Type] extends RequestDefinition<AnySchema, infer Out>
    ? OutputOf<Out>
    : never
}
export type PresenceOf<Room> =
  Part<Room, 'presence'> extends infer Schema extends AnySchema ? OutputOf<Schema> : unknown

/** A payload that may be undefined may be left out. */
export type PayloadArgs<Payload> = undefined extends Payload ? [payload?: Payload] : [payload: Payload]
/** The same with something after it. */
export type PayloadThen<Payload, Last> = undefined extends Payload
  ? [payload?: Payload, last?: Last]
  : [payload: Payload, last?: Last]
