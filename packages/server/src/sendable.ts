// An application message as its callers write it, and the Event it becomes.
import { isReservedType, MAX_NAME_LENGTH, PPError } from '@painda/protocol'
import type { Event } from '@painda/protocol'

/** What applications send and receive: a type and a payload. */
export interface Sendable<Payload = unknown> {
  readonly type: string
  readonly payload?: Payload
}

/**
 * What stands in messages as a name must be one that their readers take: any other would cost each of them the connection.
 * @throws PPError `INVALID_ARGUMENT`
 */
export function assertName(what: string, name: string, minLength = 1): void {
  if (typeof name === 'string' && name.length >= minLength && name.length <= MAX_NAME_LENGTH) return
  throw new PPError('INVALID_ARGUMENT', `${what} is a text of ${minLength} to ${MAX_NAME_LENGTH} characters.`)
}

/** @throws PPError `RESERVED_TYPE` for our own names, `INVALID_ARGUMENT` for what is no name */
export function eventOf({ type, payload }: Sendable, more: Partial<Event> = {}): Event {
  assertName('A message type', type)
  if (isReservedType(type)) {
    throw new PPError('RESERVED_TYPE', `"${type}" is a reserved name.`, { hint: 'Choose another.' })
  }
  if (more.ns !== undefined) assertName('A namespace', more.ns, 0)
  return { kind: 'event', type, ...(payload === undefined ? {} : { payload }), ...more }
}
