// What is most likely a mistake of whoever builds the page, said in the console while they develop, each once. In production
// `advice.production.ts` takes this file's place, and nothing of it is left.
import {
  hostTime,
  isDevelopment,
  LOCAL_EVENTS,
  manyPayloads,
  MAX_NAME_LENGTH,
  MAX_TOKEN_LENGTH,
  meant,
  nearest,
  PPError,
  unknownNames,
  warnOnce,
} from '@painda/protocol'
import type { Activity, ContractShape, ErrorCode, Message, RoomShape } from '@painda/protocol'
import type { ClientOptions } from './types.js'
import type { JoinOptions } from './wish.js'

const OPTIONS = {
  url: 0,
  contract: 0,
  registry: 0,
  autoConnect: 0,
  WebSocket: 0,
  connectTransport: 0,
  getToken: 0,
  reconnect: 0,
  reconnectDelay: 0,
  reconnectDelayMax: 0,
  reconnectAttempts: 0,
  ackTimeout: 0,
  connectTimeoutMs: 0,
  buffer: 0,
  lingerMs: 0,
  presenceThrottleMs: 0,
  createStore: 0,
  page: 0,
  idleAfterMs: 0,
  reload: 0,
  time: 0,
  random: 0,
} satisfies Record<keyof ClientOptions, 0>

/** The last two are those of `usePPRoom`, which hands on what it is given. */
const JOIN = { id: 0, spectate: 0, options: 0, how: 0, suspense: 0, throwOnError: 0 } satisfies Record<
  keyof JoinOptions | 'suspense' | 'throwOnError',
  0
>

const HOW = { joinOrCreate: 0, create: 0, joinById: 0 } satisfies Record<NonNullable<JoinOptions['how']>, 0>

/** `options`: nothing where the address was left out. @throws PPError `INVALID_ARGUMENT` for a client without one */
export function checkOptions(options: { readonly url?: unknown } = {}): void {
  const unknown = unknownNames(options, OPTIONS)
  if (unknown !== null) warnOnce(`The options of PPClient have what no client knows: ${unknown}.`)
  if (typeof options.url === 'string') return
  throw new PPError('INVALID_ARGUMENT', 'A client needs the address of its server.', {
    hint: 'new PPClient(\'ws://localhost:3000\'), or <PPProvider url="ws://localhost:3000">.',
  })
}

/** @throws PPError `INVALID_ARGUMENT` for what is neither a definition nor an id */
export function checkJoin(target: unknown, options: object): void {
  const isShape = typeof target === 'object' && target !== null && 'name' in target
  if (!isShape && typeof target !== 'string') {
    throw new PPError('INVALID_ARGUMENT', 'What is to be joined is no room.', {
      hint: 'join(Arena), with what defineRoom returned, or join(id).',
    })
  }
  const { how = 'create', id = '' }: { readonly how?: string; readonly id?: unknown } = options
  if (typeof id !== 'string') {
    throw new PPError('INVALID_ARGUMENT', `The id of a room is a text, and ${String(id)} is none.`, {
      hint: 'Leave id out to join any room.',
    })
  }
  if (!Object.hasOwn(HOW, how)) {
    throw new PPError('INVALID_ARGUMENT', `A room is not joined how: "${how}"${meant(how, HOW)}.`, {
      hint: `It is one of ${Object.keys(HOW).join(', ')}.`,
    })
  }
  const unknown = unknownNames(options, JOIN)
  if (unknown === null) return
  const name = isShape ? String(target.name) : String(target)
  warnOnce(
    `Joining "${name}" with what join does not know: ${unknown}. What the room's onJoin is to get stands in options: { options: { … } }.`,
  )
}

/**
 * A name that no server reads would cost the connection, and the next one too. A join may have any: whoever plays may paste what they
 * like where a code is asked for. @throws PPError `INVALID_ARGUMENT`
 */
export function checkNames(message: Message): void {
  if (message.kind !== 'event') return
  for (const name of [message.type, message.ns ?? '']) {
    if (typeof name === 'string' && name.length <= MAX_NAME_LENGTH) continue
    throw new PPError(
      'INVALID_ARGUMENT',
      `Types and namespaces are texts of at most ${MAX_NAME_LENGTH} characters.`,
    )
  }
}

/** The same of what is said in the hello. @throws TypeError */
export function checkToken(token: string | null): string | null {
  if (token === null || (typeof token === 'string' && token.length <= MAX_TOKEN_LENGTH)) return token
  throw new TypeError(`A token is a text of at most ${MAX_TOKEN_LENGTH} characters.`)
}

/** @throws PPError `INVALID_ARGUMENT` */
export function checkActivity(activity: string): void {
  if (!Object.hasOwn(ACTIVITY, activity))
    throw new PPError(
      'INVALID_ARGUMENT',
      `Nobody is "${activity}": one is ${Object.keys(ACTIVITY).join(', ')}.`,
    )
}

const ACTIVITY = { active: 0, idle: 0, away: 0 } satisfies Record<Activity, 0>

/** A contract, or a definition, which has a name. */
type Declared =
  | (Pick<RoomShape, 'messages' | 'requests' | 'events'> & { readonly name?: string })
  | null
  | undefined

interface HasContract {
  readonly contract: ContractShape | undefined
}

/** Of one that declares some: what it does not declare is dropped by a server with the same contract. */
export function checkSent(declared: Declared, type: string): void {
  const { name, messages, requests } = declared ?? {}
  if (messages !== undefined || requests !== undefined)
    warnOfUndeclared(name, 'message', { ...messages, ...requests }, type)
}

/** Where events are declared, no other ever comes. */
export function checkHeard(declared: Declared, type: string): void {
  if (declared?.events !== undefined) warnOfUndeclared(declared.name, 'event', declared.events, type)
}

function warnOfUndeclared(room: string | undefined, what: string, known: object, type: string): void {
  if (typeof type !== 'string' || Object.hasOwn(known, type)) return
  const owner = room === undefined ? '' : ` of room "${room}"`
  warnOnce(`The contract${owner} has no ${what} "${type}"${meant(type, known)}.`)
}

/** `client`: and not its contract, since bundlers keep a property that may be a getter. `payloads`: more than one is somebody else's `emit`. */
export function checkEmitted(
  { contract }: HasContract,
  type: string,
  payloads: readonly unknown[] = [],
): void {
  checkSent(contract, type)
  if (payloads.length > 1) warnOnce(`client.${manyPayloads(type, payloads.at(-1))}`)
}

/** Of an own wish: a room that ended, or threw the client out, is no mistake of whoever sends. */
export function adviseOfLeft(
  room: string,
  type: string,
  { error }: { readonly error: PPError | null },
): void {
  if (error === null) warnOnce(`"${type}" was sent to the room "${room}" after it was left, and dropped.`)
}

/** `client.on`: one of the client's own events may have been meant. */
export function checkListened({ contract }: HasContract, type: string): void {
  if (contract?.events !== undefined && Object.hasOwn(contract.events, type)) return
  const own = Object.fromEntries([...LOCAL_EVENTS].map((name) => [name, 0]))
  const event = nearest(type, own)
  // Of short names too many are alike, and `connected` may well be a message.
  if (event !== undefined && event.length > 6 && Math.abs(event.length - type.length) < 2)
    warnOnce(`client.on('${type}') waits for a message of that name: did you mean "${event}"?`)
  else checkHeard(contract, type)
}

/** A client that is made to be connected later is, by then. */
const IDLE_MS = 3_000

interface Idle {
  status(): { readonly status: string }
  rooms(): readonly { readonly key: string }[]
}

/** A room waits for a client that nobody connects. Pages only: a process would live on for this timer. */
export function adviseOfIdle(
  client: Idle,
  { autoConnect, time = hostTime(globalThis) }: ClientOptions,
): void {
  if (autoConnect !== false || !isDevelopment() || !('document' in globalThis)) return
  time.after(IDLE_MS, () => {
    const [room] = client.rooms()
    if (room === undefined || client.status().status !== 'idle') return
    warnOnce(
      `The room "${room.key}" waits for a client that nobody connects: see client.connect(). The client of <PPProvider url="…"> is connected ` +
        'once the provider is mounted, from which a Suspense above it keeps it while something below waits: put the Suspense below the provider.',
    )
  })
}

const reached = new WeakSet<object>()

/** `session`: of a client that has been let in. From now on its losses are weather. */
export function wasReached(session: object): void {
  reached.add(session)
}

/** It could not be reached, and never was. */
export function adviseOfUnreachable(
  session: object,
  { url, connectTransport }: ClientOptions,
  error: PPError | null,
): void {
  if (error === null || reached.has(session) || connectTransport !== undefined) return
  if (error.code === 'HANDSHAKE_TIMEOUT' || error.code === 'MALFORMED_FRAME') {
    warnOnce(
      `Something answers at ${url}, but not as a PaindaProtocol server does. Is that its port, and its path?`,
    )
  } else if (error.code === 'TRANSPORT_ERROR') {
    warnOnce(
      `No connection to ${url}: is a PaindaProtocol server running there, with that port and path (beside an HTTP server the path is ` +
        '"/pp" unless it says otherwise), and does a proxy in between pass WebSockets on? It tries again by itself.',
    )
  }
}

/** Those that are nobody's wish and no weather, and what to do about them. */
const TOLD: { readonly [Code in ErrorCode]?: string } = {
  INVALID_ARGUMENT: '',
  INVALID_PAYLOAD: '',
  RESERVED_TYPE: '',
  UNKNOWN_TYPE: '',
  NOT_SUPPORTED: '',
  NAMESPACE_ERROR: '',
  STATE_NOT_JSON: '',
  INTERNAL: '',
  PAYLOAD_TOO_LARGE: '',
  RATE_LIMITED: 'See maxMessagesPerSecond and maxBytesPerSecond of the server.',
  SCHEMA_MISMATCH: '',
  CONTRACT_MISMATCH: '',
  INVALID_PROTOCOL_VERSION: 'Install the same version at both ends.',
  ORIGIN_FORBIDDEN:
    'The server takes pages of its own host name, and those that its option allowedOrigins names.',
}

/** An error that nobody listens to and no browser shows, with its stack. `isBug`: what application code threw. */
export function adviseOfUnheard(error: PPError, isBug: boolean, isSeen: boolean): void {
  if (isSeen) return
  const { code, message, cause, details } = error
  const { type, room } = (details ?? {}) as { type?: string; room?: string }
  const about = type === undefined ? '' : ` ("${type}"${room === undefined ? '' : ` of room "${room}"`})`
  // What `getToken` threw: the server has not been asked yet.
  if (code === 'UNAUTHORIZED' && cause instanceof Error) warnOnce(`${message} ${String(cause)}`)
  const hint = TOLD[code]
  if (hint === undefined) return
  const thrown = isBug && cause instanceof Error && cause.stack !== undefined ? ` ${cause.stack}` : ''
  // The text of an INTERNAL names an id, another each time.
  const told = code === 'INTERNAL' && !isBug ? `${code}${about}` : `${code}${about}${message}`
  warnOnce([`${code}${about}: ${message}${thrown}`, hint].filter((part) => part !== '').join(' '), told)
}

/**
 * A write into a state that is for reading fails at once, where it would show as a DESYNC later. What was frozen before is not looked at
 * again: of a thousand objects of which ten move, a step takes half a millisecond more. Pages only: a process may hold a hundred bots.
 */
export function freeze(state: unknown): void {
  if (isDevelopment() && 'document' in globalThis) freezeNew(state)
}

function freezeNew(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeNew(part)
}
