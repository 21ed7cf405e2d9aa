// Sessions of v2 clients, where the server's `recovery` is set. This wire confirms nothing; the client counts the
// application messages that it got, and names the count when it comes back.
//   first connection   server → client  __pp_session { sid, offset: 0, rtoken }
//   reconnect          client → server  ?pp_sid=…&pp_offset=…&pp_rtoken=… in the URL
//                      server → client  __pp_recovery { sid, offset, recovered, missedCount }, __pp_session, what was missed
//   any time           server → client  __pp_session after frames that are no application messages: clients count those
//                                       too, and the absolute number sets their count right
import type { Hello, Message, PPMessageInput, Welcome } from '@painda/protocol'
import type { Outgoing } from './outgoing.js'

/** What a v2 client counts: every application message, also one that nobody would miss. */
export function isCountedByV2({ kind }: Message): boolean {
  return kind === 'event'
}

/** The hello of a v2 client together with what its URL says. A wish without secret or count opens nothing. */
export function withUrl(hello: Hello, url: string): Hello {
  const parameters = new URLSearchParams(url.split('?')[1] ?? '')
  const token = hello.token ?? parameters.get('token')
  const id = parameters.get('pp_sid') ?? ''
  const received = readOffset(parameters.get('pp_offset'))
  return {
    ...hello,
    ...(token === null ? {} : { token }),
    ...(id === '' ? {} : { session: { id, token: parameters.get('pp_rtoken') ?? '', received } }),
  }
}

/** What is no count is one that nobody can have reached. */
function readOffset(text: string | null): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER
}

/** The frames about one session, among the others. */
export interface V2Cursor {
  /** A connection begins whose client has this many application messages. */
  start(received: number): void
  /** What goes to the connection, with the session's own frames where the client needs them. */
  mark(outs: readonly Outgoing[]): readonly Outgoing[]
}

export function createV2Cursor(sid: string, say: (message: PPMessageInput) => Uint8Array): V2Cursor {
  let offset = 0
  let welcome: Welcome | null = null

  /** For inspectors each of these is the welcome: they may hold its secret. */
  const frame = (about: Welcome, type: string, payload: object): Outgoing => {
    const bytes = say({ type, payload })
    return { message: about, body: () => bytes }
  }

  function greeting(about: Welcome): Outgoing[] {
    const { outcome, missed, reason, lost } = about
    if (outcome === 'new') return []
    const recovered = outcome !== 'expired'
    const known = lost === undefined ? {} : { lost }
    const payload = { sid, offset: offset + missed, recovered, missedCount: missed, ...known }
    const answer = frame(about, '__pp_recovery', payload)
    // A forged secret and one of a session that is forgotten look alike here, and to whoever guesses.
    if (reason !== 'restart') return [answer]
    const error = { code: 'RECOVERY_AUTH_ERROR', message: 'Invalid recovery token' }
    return [frame(about, '__pp_error', error), answer]
  }

  return {
    start(received) {
      offset = received
    },
    mark(outs) {
      const marked: Outgoing[] = []
      let isOff = false
      const setRight = (): void => {
        if (!isOff || welcome === null) return
        // The token comes each time: a client may take a frame without one for "there is none".
        marked.push(frame(welcome, '__pp_session', { sid, offset, rtoken: welcome.token }))
        isOff = false
      }
      for (const out of outs) {
        if (isCountedByV2(out.message)) {
          setRight()
          offset++
          marked.push(out)
          continue
        }
        isOff = true
        if (out.message.kind === 'welcome') {
          welcome = out.message
          marked.push(...greeting(welcome))
        } else {
          marked.push(out)
        }
      }
      setRight()
      return marked
    },
  }
}

/** A session's outgoing messages when its client has no sessions. */
export const NO_CURSOR: V2Cursor = { start: () => {}, mark: (outs) => outs }
