// What the contract says of the messages that a client may send: their names, their validators, and as far as a validator can say it
// as JSON Schema, the fields of a form.
import { toPPError, validate, type AnySchema, type ContractShape, type RoomShape } from '@painda/protocol'
import { isRecord, type Shapes } from './shapes.js'

export interface MessageType {
  readonly type: string
  readonly how: 'send' | 'request'
  readonly schema: AnySchema
}

/** Of the client itself, or of its rooms. Which definition a room was made from it does not say: all that know the name will do. */
export function messageTypes(
  contract: ContractShape | undefined,
  scope: 'client' | 'room',
): readonly MessageType[] {
  if (contract === undefined) return []
  const shapes: readonly (ContractShape | RoomShape)[] =
    scope === 'client' ? [contract] : Object.values(contract.rooms ?? {})
  return shapes.flatMap(({ messages = {}, requests = {} }) => [
    ...Object.entries(messages).map(([type, schema]) => ({ type, how: 'send' as const, schema })),
    ...Object.entries(requests).map(([type, { input }]) => ({
      type,
      how: 'request' as const,
      schema: input,
    })),
  ])
}

/** Why the contract refuses the payload, as a sentence; null when it does not. */
export function refusalOf({ type, schema }: MessageType, payload: unknown): string | null {
  try {
    validate(schema, payload, `“${type}”`)
    return null
  } catch (thrown) {
    return toPPError(thrown, 'INVALID_PAYLOAD').message
  }
}

export interface FormField {
  /** The key; empty for a payload that is one value. */
  readonly name: string
  readonly kind: 'text' | 'number' | 'integer' | 'yes-no' | 'choice' | 'json'
  readonly isRequired: boolean
  readonly hint: string
  /** Of a choice. */
  readonly choices: readonly unknown[]
}

/** More than a form is good for. */
const MAX_FIELDS = 40

/** Null where the validator cannot say what it wants: then there is the editor. */
export function formOf({ schema }: MessageType, shapes: Shapes): readonly FormField[] | null {
  const shape = shapes.of(schema)
  if (shape === null) return null
  const properties: unknown = shape['properties']
  if (shape['type'] !== 'object' || !isRecord(properties)) {
    const only = fieldOf('', shape, true)
    return only.kind === 'json' ? null : [only]
  }
  const required: unknown = shape['required']
  const names = Object.keys(properties)
  if (names.length > MAX_FIELDS) return null
  return names.map((name) =>
    fieldOf(name, properties[name], Array.isArray(required) && required.includes(name)),
  )
}

function fieldOf(name: string, shape: unknown, isRequired: boolean): FormField {
  const field = { name, isRequired, choices: [], hint: hintOf(shape) }
  if (!isRecord(shape)) return { ...field, kind: 'json' }
  const choices = choicesOf(shape)
  if (choices !== null) return { ...field, kind: 'choice', choices }
  switch (shape['type']) {
    case 'string':
      return { ...field, kind: 'text' }
    case 'number':
      return { ...field, kind: 'number' }
    case 'integer':
      return { ...field, kind: 'integer' }
    case 'boolean':
      return { ...field, kind: 'yes-no' }
    default:
      return { ...field, kind: 'json' }
  }
}

/** `enum`, `const`, and a union of constants. */
function choicesOf(shape: Record<string, unknown>): readonly unknown[] | null {
  if (Array.isArray(shape['enum'])) return shape['enum']
  if ('const' in shape) return [shape['const']]
  const { anyOf } = shape
  if (!Array.isArray(anyOf) || !anyOf.every((one: unknown) => isRecord(one) && 'const' in one)) return null
  return anyOf.map((one: Record<string, unknown>) => one['const'])
}

function hintOf(shape: unknown): string {
  if (!isRecord(shape)) return ''
  const { description, minimum, maximum } = shape
  if (typeof description === 'string') return description
  const range = [
    typeof minimum === 'number' ? `from ${minimum}` : '',
    typeof maximum === 'number' ? `to ${maximum}` : '',
  ]
  return range.filter((part) => part !== '').join(' ')
}

/** A payload that the form begins with: every field that must be there, with the plainest value. */
export function blankOf(fields: readonly FormField[]): unknown {
  const [only] = fields
  if (only?.name === '') return plainest(only)
  return Object.fromEntries(
    fields.flatMap((field) => (field.isRequired ? [[field.name, plainest(field)]] : [])),
  )
}

function plainest({ kind, choices }: FormField): unknown {
  switch (kind) {
    case 'text':
      return ''
    case 'number':
    case 'integer':
      return 0
    case 'yes-no':
      return false
    case 'choice':
      return choices[0]
    case 'json':
      return null
  }
}

/** The payload with another value in a field; undefined takes an optional field out. */
export function withField(payload: unknown, name: string, value: unknown): unknown {
  if (name === '') return value
  const record = isRecord(payload) ? payload : {}
  if (value !== undefined) return { ...record, [name]: value }
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}

/** What stands in a field. */
export function valueIn(payload: unknown, name: string): unknown {
  if (name === '') return payload
  return isRecord(payload) && Object.hasOwn(payload, name) ? payload[name] : undefined
}
