// What of a room's definition would never be called, told where it is written: hooks and options that no room knows, and handlers of
// messages that the contract does not have. TypeScript says the same, and plain JavaScript nothing.
import { meant, PPError, unknownNames } from '@painda/protocol'
import type { RoomShape } from '@painda/protocol'
import type { Advise } from './advice.js'
import type { RoomBehaviour, RoomOptions, UntypedShape } from './definition.js'
import type { Member } from './member.js'

const BEHAVIOUR = {
  onCreate: 'function',
  onRestore: 'function',
  onReload: 'function',
  onAuth: 'function',
  onJoin: 'function',
  onReturn: 'function',
  onLeave: 'function',
  onDrop: 'function',
  onResume: 'function',
  view: 'function',
  viewKey: 'function',
  onDispose: 'function',
  tick: 'function',
  mayChooseId: 'function',
  tickHz: '',
  sendHz: '',
  maxClients: '',
  maxSpectators: '',
  onFull: '',
  maxQueue: '',
  persist: '',
  isPrivate: '',
  autoDisposeMs: '',
  metadata: '',
  messages: '',
  requests: '',
} satisfies Record<keyof RoomBehaviour<UntypedShape, Member>, 'function' | ''>

const OPTIONS = {
  messages: 0,
  requests: 0,
  maxClients: 0,
  tickRate: 0,
  maxSpectators: 0,
  onFull: 0,
  maxQueue: 0,
  isPrivate: 0,
  metadata: 0,
  sync: 0,
  view: 0,
  viewKey: 0,
  auth: 0,
  join: 0,
  syncOnJoin: 0,
} satisfies Record<keyof RoomOptions<Member>, 0>

/** @throws PPError `INVALID_ARGUMENT` for a hook or handler that is no function, and for what is no definition */
export function checkBehaviour(shape: RoomShape, behaviour: object, advise: Advise): void {
  const { name, messages = {}, requests = {} } = shape
  const owner = `room "${name}"`
  for (const [hook, kind] of Object.entries(BEHAVIOUR)) {
    const given: unknown = Reflect.get(behaviour, hook)
    if (kind === 'function' && given !== undefined) assertFunction(hook, owner, given)
  }
  const unknown = unknownNames(behaviour, BEHAVIOUR)
  if (unknown !== null) advise(`The definition of ${owner} has what no room knows: ${unknown}.`)
  const handlers = behaviour as { readonly messages?: object; readonly requests?: object }
  checkHandlers(owner, 'messages', handlers.messages, { messages, requests }, advise)
  checkHandlers(owner, 'requests', handlers.requests, { messages, requests }, advise)
}

/** @throws PPError `INVALID_ARGUMENT` for a handler that is no function */
export function checkRoomOptions(id: string, options: object, advise: Advise): void {
  const owner = `room "${id}"`
  const unknown = unknownNames(options, OPTIONS)
  if (unknown !== null) advise(`The options of ${owner} have what no room knows: ${unknown}.`)
  const { messages = {}, requests = {} } = options as { messages?: object; requests?: object }
  for (const [type, handler] of Object.entries({ ...messages, ...requests }))
    assertFunction(`The handler of "${type}"`, owner, handler)
}

/** @throws PPError `INVALID_ARGUMENT` */
export function assertShape(shape: unknown): void {
  const isShape = typeof shape === 'object' && shape !== null && 'name' in shape && 'state' in shape
  if (isShape && typeof shape.name === 'string' && typeof shape.state === 'function') return
  throw new PPError('INVALID_ARGUMENT', 'What is defined is no room of a contract.', {
    hint: 'First comes what defineRoom({ name, state, … }) returned: server.define(Arena, { onJoin, … }).',
  })
}

type Kind = 'messages' | 'requests'

function checkHandlers(
  owner: string,
  kind: Kind,
  handlers: object = {},
  declared: { readonly [Of in Kind]: object },
  advise: Advise,
): void {
  const other = kind === 'messages' ? 'requests' : 'messages'
  for (const [type, handler] of Object.entries(handlers)) {
    if (handler === undefined) continue
    assertFunction(`The handler of "${type}"`, owner, handler)
    if (Object.hasOwn(declared[kind], type)) continue
    const why = Object.hasOwn(declared[other], type)
      ? `the contract has it among its ${other}, and its handler belongs there`
      : `the contract does not have it among the ${kind} of the room${meant(type, declared[kind])}`
    advise(`The handler of "${type}" under ${kind} of ${owner} is never called: ${why}.`)
  }
}

function assertFunction(what: string, owner: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new PPError('INVALID_ARGUMENT', `${what} of ${owner} is no function.`)
}
