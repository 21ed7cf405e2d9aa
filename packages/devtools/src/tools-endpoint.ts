// What the game server does, for tools: `GET /__painda/frames?last=50` of the dev server answers with the newest frames, decoded, as
// JSON. Recording begins with the first question and ends a minute after the last one. Only programs on this machine may ask, and pages
// of the dev server itself: everybody's frames are in it.
import { hostTime } from '@painda/protocol'
import type { InspectEvent, Inspector, Time, Undo } from '@painda/protocol'

export interface ToolsEndpoint {
  /** A PPServer of this process. */
  attach(server: { readonly inspector: Inspector }): void
  /** Null: the request is not for us. */
  answer(request: ToolsRequest): ToolsAnswer | null
  close(): void
}

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

const PATH = '/__painda/frames'
const KEPT = 1_000
const DEFAULT_LAST = 50
const PATIENCE_MS = 60_000
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
/** A name that resolves to this machine without being it is how a foreign page would get in. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

export function createToolsEndpoint(time: Time = hostTime(globalThis)): ToolsEndpoint {
  const inspectors = new Set<Inspector>()
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
    if (isNew) undos = [...inspectors].map((inspector) => inspector.listen(take))
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
    attach({ inspector }) {
      inspectors.add(inspector)
      if (stopRest !== null) undos.push(inspector.listen(take))
    },
    answer(request) {
      const [path, query = ''] = (request.url ?? '').split('?')
      if (path !== PATH) return null
      const refused = refusalOf(request)
      if (refused !== null) return refused
      const wish = new URLSearchParams(query)
      const last = Number(wish.get('last') ?? DEFAULT_LAST)
      if (!Number.isInteger(last) || last < 1 || last > KEPT)
        return refusal(400, `last is a number from 1 to ${KEPT}.`)
      const isNew = keepListening()
      const [peer, room] = [wish.get('client'), wish.get('room')]
      const events = kept.filter(
        (event) =>
          (peer === null || Reflect.get(event, 'peer') === peer) && (room === null || isAbout(event, room)),
      )
      const note = isNew ? { note: 'Recording begins now; ask again.' } : {}
      return { status: 200, body: { ...note, servers: inspectors.size, events: events.slice(-last) } }
    },
    close() {
      rest()
      inspectors.clear()
    },
  }
}

/** Why a question is not answered; null when it is. */
export function refusalOf({ method, headers, socket }: ToolsRequest): ToolsAnswer | null {
  if (!LOOPBACK.has(socket.remoteAddress ?? '') || !OWN_HOST.test(headers.host ?? ''))
    return refusal(403, 'Only this machine may ask.')
  if (headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host)
    return refusal(403, 'Only pages of this dev server may ask.')
  return method === 'GET' ? null : refusal(405, 'Ask with GET.')
}

function refusal(status: number, error: string): ToolsAnswer {
  return { status, body: { error } }
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
