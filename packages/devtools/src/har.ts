// A recording as HAR 1.2, with the messages of its WebSockets as Chrome writes them: for tools that know nothing of sessions. Bytes, not
// decoded messages: what is decoded is in the session file.
import type { DevtoolsHook } from './hook.js'
import { SERVER_SOURCE } from './server-lane.js'

interface HarMessage {
  readonly type: 'send' | 'receive'
  /** Seconds since the epoch. */
  readonly time: number
  /** Binary. */
  readonly opcode: 2
  /** Base64. */
  readonly data: string
}

/** One entry per client. The text of a `.har` file. */
export function harOf(hook: DevtoolsHook): string {
  const messages = new Map<number, HarMessage[]>()
  const { recorder } = hook
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded?.event.kind !== 'frame' || recorded.source >= SERVER_SOURCE) continue
    const { direction, wallAt, bytes } = recorded.event
    const list = messages.get(recorded.source) ?? []
    list.push({
      type: direction === 'in' ? 'receive' : 'send',
      time: wallAt / 1_000,
      opcode: 2,
      data: base64(bytes),
    })
    messages.set(recorded.source, list)
  }
  const entries = [...messages].map(([source, list]) => entryOf(urlOf(hook, source), list))
  const log = { version: '1.2', creator: { name: 'Painda devtools', version: '1' }, pages: [], entries }
  return `${JSON.stringify({ log }, null, 1)}\n`
}

function urlOf(hook: DevtoolsHook, source: number): string {
  return hook.clients().find((attached) => attached.source === source)?.client.url ?? 'ws://unknown'
}

/** What HAR asks for of every entry, of which a WebSocket has little. */
function entryOf(url: string, messages: readonly HarMessage[]): unknown {
  const first = messages[0]?.time ?? 0
  const last = messages.at(-1)?.time ?? first
  const nothing = { httpVersion: 'HTTP/1.1', headers: [], cookies: [], headersSize: -1, bodySize: -1 }
  return {
    startedDateTime: new Date(first * 1_000).toISOString(),
    time: (last - first) * 1_000,
    request: { ...nothing, method: 'GET', url, queryString: [] },
    response: {
      ...nothing,
      status: 101,
      statusText: 'Switching Protocols',
      content: { size: 0, mimeType: 'x-unknown' },
      redirectURL: '',
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _resourceType: 'websocket',
    _webSocketMessages: messages,
  }
}

const CHUNK = 8_192

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}
