// Every built-in serializer may be made with an id or without: this puts it on.
import { assertTypeId } from './schema.js'
import type { IdentifiedSerializer, Serializer } from './schema.js'

export function identified<T>(
  id: number | undefined,
  serializer: Serializer<T>,
): Serializer<T> | IdentifiedSerializer<T> {
  if (id === undefined) return serializer
  assertTypeId(id)
  return { id, ...serializer }
}
