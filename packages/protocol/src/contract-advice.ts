// What TypeScript would have refused in a contract, said where it is written. Only in development: `dev.production.ts` has
// empty functions in this file's place.
import { nearest, warnOnce } from './advice.js'
import { PPError } from './errors.js'

interface Parts {
  readonly name?: string
  readonly state?: unknown
  readonly messages?: object
  readonly requests?: object
  readonly events?: object
}

const MESSAGES = { messages: 0, requests: 0, events: 0 }
const ROOM = { ...MESSAGES, name: 0, state: 0, presence: 0, sync: 0 }
const CONTRACT = { ...MESSAGES, rooms: 0, version: 0 }

/** @throws PPError `INVALID_ARGUMENT` */
export function checkRoom(room: Parts): void {
  const owner = `room "${room.name ?? ''}"`
  if (typeof room.state !== 'function') {
    throw new PPError('INVALID_ARGUMENT', `The state of ${owner} is not a function.`, {
      hint: 'Each room makes a state of its own: state: () => ({ … }).',
    })
  }
  warnOfMisspelled(owner, room, ROOM)
  checkSchemas(owner, room)
}

/** @throws PPError `INVALID_ARGUMENT` */
export function checkContract(contract: Parts): void {
  warnOfMisspelled('the contract', contract, CONTRACT)
  checkSchemas('the contract', contract)
}

/** Applications may keep things of their own beside ours: only what looks like one of ours is told. */
function warnOfMisspelled(owner: string, given: object, known: object): void {
  for (const key of Object.keys(given)) {
    const name = Object.hasOwn(known, key) ? undefined : nearest(key, known)
    if (name !== undefined) warnOnce(`"${key}" in ${owner} means nothing: did you mean "${name}"?`)
  }
}

function checkSchemas(owner: string, { messages = {}, requests = {}, events = {} }: Parts): void {
  for (const [type, schema] of Object.entries({ ...messages, ...events })) {
    if (!isSchema(schema)) throw noSchema(owner, type, 'type() or a validator, such as z.object({ … })')
  }
  for (const [type, definition] of Object.entries(requests)) {
    const { input, output } = (definition ?? {}) as { input?: unknown; output?: unknown }
    if (!isSchema(input) || !isSchema(output)) throw noSchema(owner, type, 'request(input, output)')
  }
}

function isSchema(value: unknown): boolean {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}

function noSchema(owner: string, type: string, what: string): PPError {
  return new PPError('INVALID_ARGUMENT', `"${type}" of ${owner} has no schema.`, { hint: `Write ${what}.` })
}
