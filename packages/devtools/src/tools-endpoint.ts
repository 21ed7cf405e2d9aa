// What the game server does, for tools, as JSON of the dev server:
//   GET /__painda/frames?last=50    the newest frames, decoded
//   GET /__painda/diffs?last=50     the newest versions of rooms: what changed, once for all who were told
//   GET /__painda/sessions          who is connected, and how well
// Recording begins with the first question and ends a minute after the last one. Only programs on this machine may ask, and pages
// of the dev server itself: everybody's frames are in it.
import { hostTime } from '@painda/protocol'
import type { InspectEvent, Time, Undo } from '@painda/protocol'
import type { FollowedServer } from './server-stream.js'

export interface ToolsEndpoint {
  /** A PPServer of this process. */
  attach(server: ToolsServer): void
  /** Null: the request is not for us. */
  answer(request: ToolsRequest): ToolsAnswer | null
  close(): void
}

/** What is used of a PPServer. */
export type ToolsServer = Pick<FollowedServer, 'inspector' | 'getClients'>

/** What is used of Node's request. */
export interface ToolsRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: { readonly host?: string | undefined; readonly origin?: string | undefined }
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export interface ToolsAnswer {
  readonly status: number
  readonly body: unknown
}

const PATH = /^\/__painda\/(frames|diffs|sessions)$/
/** A dev server that restarts its game often; older ones are closed and have nobody. */
const MAX_SERVERS = 8
const KEPT = 1_000
const DEFAULT_LAST = 50
const PATIENCE_MS = 60_000
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
/** A name that resolves to this machine without being it is how a foreign page would get in. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

export function createToolsEndpoint(time: Time = hostTime(globalThis)): ToolsEndpoint {
  let servers: readonly ToolsServer[] = []
  let kept: object[] = []
  let undos: Undo[] = []
  let stopRest: Undo | null = null

  function take(event: InspectEvent): void {
    if (event.kind === 'tick') return
    kept.push(shown(event))
    if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT)
  }

  function keepListening(): boolean {
    const isNew = stopRest === null
    if (isNew) undos = servers.map(({ inspector }) => inspector.listen(take))
    stopRest?.()
    stopRest = time.after(PATIENCE_MS, rest)
    return isNew
  }

  function rest(): void {
    stopRest?.()
    stopRest = null
    for (const undo of undos.splice(0)) undo()
    kept = []
  }

  return {
    attach(server) {
      servers = [...servers, server].slice(-MAX_SERVERS)
      if (stopRest !== null) undos.push(server.inspector.listen(take))
    },
    answer(request) {
      const [path, query = ''] = (request.url ?? '').split('?')
      const [, what] = PATH.exec(path ?? '') ?? []
      if (what === undefined) return null
      const refused = refusalOf(request)
      if (refused !== null) return refused
      const wish = new URLSearchParams(query)
      const last = Number(wish.get('last') ?? DEFAULT_LAST)
      if (!Number.isInteger(last) || last < 1 || last > KEPT)
        return refusal(400, `last is a number from 1 to ${KEPT}.`)
      if (what === 'sessions')
        return { status: 200, body: { servers: servers.length, sessions: sessionsOf(servers) } }
      const isNew = keepListening()
      const [peer, room] = [wish.get('client'), wish.get('room')]
      const events = kept.filter(
        (event) =>
          (peer === null || Reflect.get(event, 'peer') === peer) && (room === null || isAbout(event, room)),
      )
      const note = isNew ? { note: 'Recording begins now; ask again.' } : {}
      const found =
        what === 'diffs' ? { diffs: diffsOf(events).slice(-last) } : { events: events.slice(-last) }
      return { status: 200, body: { ...note, servers: servers.length, ...found } }
    },
    close() {
      rest()
      servers = []
    },
  }
}

/** Whether who asks from there is on this machine. */
export function isOwnMachine(remoteAddress: string | undefined): boolean {
  return LOOPBACK.has(remoteAddress ?? '')
}

/** Why a question is not answered; null when it is. */
export function refusalOf({ method, headers, socket }: ToolsRequest): ToolsAnswer | null {
  if (!isOwnMachine(socket.remoteAddress) || !OWN_HOST.test(headers.host ?? ''))
    return refusal(403, 'Only this machine may ask.')
  if (headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host)
    return refusal(403, 'Only pages of this dev server may ask.')
  return method === 'GET' ? null : refusal(405, 'Ask with GET.')
}

function refusal(status: number, error: string): ToolsAnswer {
  return { status, body: { error } }
}

/** Tokens are not in it. */
function sessionsOf(servers: readonly ToolsServer[]): object[] {
  return servers.flatMap((server) =>
    server.getClients().map((client) => {
      const { id, userId, protocol, connected, rtt, bufferedBytes, unconfirmedBytes, isBehind, rooms } =
        client
      const line = { rtt, bufferedBytes, unconfirmedBytes, isBehind }
      return { id, userId, protocol, connected, ...line, rooms: [...rooms] }
    }),
  )
}

interface Diff {
  readonly at: unknown
  readonly room: unknown
  readonly from: unknown
  readonly to: unknown
  readonly tick: unknown
  readonly delta: unknown
  readonly clients: unknown[]
}

/** Everybody in a view is told the same: one entry for all. What a member alone is told is an entry of its own. */
function diffsOf(events: readonly object[]): Diff[] {
  const diffs = new Map<string, Diff>()
  for (const event of events) {
    if (Reflect.get(event, 'direction') !== 'out') continue
    const messages: readonly unknown[] = Reflect.get(event, 'messages')
    for (const message of messages) {
      const { kind, room, from, to, tick, delta, scope } = Object(message) as Record<string, unknown>
      if (kind !== 'delta') continue
      const peer: unknown = Reflect.get(event, 'peer')
      const told = JSON.stringify([room, from, to, scope === undefined ? delta : peer])
      const known = diffs.get(told)
      if (known === undefined)
        diffs.set(told, { at: Reflect.get(event, 'at'), room, from, to, tick, delta, clients: [peer] })
      else known.clients.push(peer)
    }
  }
  return [...diffs.values()]
}

/** Written and read back at once: what the server goes on changing must not change here. Whole states are left out. */
function shown(event: InspectEvent): object {
  if (event.kind !== 'frame') return { ...event }
  const { bytes, messages, ...rest } = event
  const told = messages.map((message) =>
    message.kind === 'snapshot' || message.kind === 'delta'
      ? { ...message, state: undefined, before: undefined }
      : message,
  )
  return { ...rest, bytes: bytes.byteLength, messages: JSON.parse(JSON.stringify(told, plain)) as unknown }
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `${value.byteLength} bytes` : value
}

function isAbout(event: object, room: string): boolean {
  if (Reflect.get(event, 'room') === room) return true
  const messages: unknown = Reflect.get(event, 'messages')
  return Array.isArray(messages) && messages.some((message) => Reflect.get(Object(message), 'room') === room)
}
