// The registry of types that travel in a layout of their own instead of JSON. Both ends register the same; nothing about
// it is said on a v2 wire, and a v3 handshake compares the tables.
import { PPError } from '../errors.js'
import { isReservedType } from '../event.js'
import { MAX_NAME_LENGTH } from '../fields.js'
import { encodeUtf8 } from '../utf8.js'
import { MAX_TYPE_ID } from './header.js'
import type { SchemaEntry } from './schema-table.js'

/**
 * Turns payloads of one type into bytes and back. `encode` must refuse what `decode` could not give back.
 * Both throw when they cannot; the frame codec makes it an `INVALID_PAYLOAD`.
 */
// Methods, not function properties: TypeScript then lets the registry hold serializers of every T as Serializer<unknown>.
// That is safe because `encode` has to check what it is given.
export interface Serializer<T = unknown> {
  /** Describes the bytes: two ends whose layouts are equal understand each other. */
  readonly layout: string
  encode(payload: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** A serializer that brings its own type id, 1 to 65535. */
export interface IdentifiedSerializer<T = unknown> extends Serializer<T> {
  readonly id: number
}

export interface RegisteredSchema extends SchemaEntry {
  readonly serializer: Serializer
}

/** Derived ids lie above all ids that people choose by hand, so that the two kinds meet only when asked to. */
const FIRST_DERIVED_ID = 0x8000

/**
 * The types that travel in a layout of their own.
 * ```ts
 * const registry = new PPSchemaRegistry()
 *   .register('player:move', structSerializer(1, [{ name: 'x', type: 'float32' }, { name: 'y', type: 'float32' }]))
 *   .register('chat', 1, stringSerializer())
 * ```
 */
export class PPSchemaRegistry {
  readonly #byType = new Map<string, RegisteredSchema>()
  readonly #byId = new Map<number, RegisteredSchema>()

  /**
   * Registers a type under the id of its serializer, or under an id derived from its name and `version`.
   * Registering the same type with the same id and layout again is allowed, as a module reload does.
   * @throws PPError `SCHEMA_COLLISION` when the type or the id is taken, `RESERVED_TYPE`, `INVALID_ARGUMENT`
   */
  register<T>(type: string, serializer: IdentifiedSerializer<T>): this
  register<T>(type: string, version: number, serializer: Serializer<T> & { readonly id?: never }): this
  register(type: string, second: number | IdentifiedSerializer, third?: Serializer): this {
    assertType(type)
    const schema =
      typeof second === 'number' ? derivedSchema(type, second, third) : identifiedSchema(type, second)
    this.#assertFree(schema)
    this.#byType.set(type, schema)
    this.#byId.set(schema.id, schema)
    return this
  }

  forType(type: string): RegisteredSchema | undefined {
    return this.#byType.get(type)
  }

  forId(id: number): RegisteredSchema | undefined {
    return this.#byId.get(id)
  }

  /** All registered types, ordered by name: the same at both ends whatever the order of registration. */
  table(): SchemaEntry[] {
    const entries = [...this.#byType.values()].map(({ type, id, layout }) => ({ type, id, layout }))
    return entries.sort((a, b) => (a.type < b.type ? -1 : 1))
  }

  #assertFree({ type, id, layout }: RegisteredSchema): void {
    const sameType = this.#byType.get(type)
    if (sameType !== undefined && (sameType.id !== id || sameType.layout !== layout)) {
      throw new PPError('SCHEMA_COLLISION', `"${type}" is registered already, with another id or layout.`, {
        hint: 'Register each type once; raise the version on both ends when its fields change.',
      })
    }
    const sameId = this.#byId.get(id)
    if (sameId !== undefined && sameId.type !== type) {
      throw new PPError('SCHEMA_COLLISION', `"${type}" and "${sameId.type}" both have the type id ${id}.`, {
        hint: 'Give one of them another id, or another version.',
      })
    }
  }
}

/**
 * The id of a type registered by version: FNV-1a (32 bits) over the UTF-8 of `type@version`, its halves xor-ed, the
 * top bit set. It is part of the protocol: both ends compute it.
 */
export function deriveTypeId(type: string, version: number): number {
  let hash = 0x811c9dc5
  for (const byte of encodeUtf8(`${type}@${version}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return ((hash ^ (hash >>> 16)) & 0x7fff) | FIRST_DERIVED_ID
}

function derivedSchema(type: string, version: number, serializer: Serializer | undefined): RegisteredSchema {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new PPError('INVALID_ARGUMENT', `The version of "${type}" must be a whole number from 0.`)
  }
  if (serializer === undefined || idOf(serializer) !== undefined) {
    throw new PPError('INVALID_ARGUMENT', `"${type}" needs one id.`, {
      hint: 'Either register(type, serializer with an id) or register(type, version, serializer without one).',
    })
  }
  return { type, id: deriveTypeId(type, version), layout: serializer.layout, serializer }
}

function identifiedSchema(type: string, serializer: IdentifiedSerializer): RegisteredSchema {
  const id = idOf(serializer)
  if (id === undefined) {
    throw new PPError('INVALID_ARGUMENT', `The serializer of "${type}" has no id.`, {
      hint: 'Give it one, structSerializer(1, fields), or register it with a version.',
    })
  }
  assertTypeId(id)
  return { type, id, layout: serializer.layout, serializer }
}

function idOf(serializer: Serializer & { readonly id?: number }): number | undefined {
  return serializer.id
}

/** @throws PPError `INVALID_ARGUMENT` unless `id` fits the header; 0 is taken by JSON. */
export function assertTypeId(id: number): void {
  if (Number.isInteger(id) && id >= 1 && id <= MAX_TYPE_ID) return
  throw new PPError(
    'INVALID_ARGUMENT',
    `A type id must be a whole number from 1 to ${MAX_TYPE_ID}, not ${id}.`,
  )
}

function assertType(type: string): void {
  if (typeof type !== 'string' || type === '' || type.length > MAX_NAME_LENGTH) {
    throw new PPError('INVALID_ARGUMENT', `A type must be a string of 1 to ${MAX_NAME_LENGTH} characters.`)
  }
  if (isReservedType(type))
    throw new PPError('RESERVED_TYPE', `"${type}" is a name that messages cannot have.`)
}
