// The connection as states. Each state owns its timers and sockets and gives them back when it is left; every change
// goes through `dispatch`, so that a late event of an old socket finds no state that listens to it.
//
//   idle → connecting → handshaking → open → waiting → connecting …        any → closed
//   connecting   asking for the token            handshaking  hello is out, the welcome is not here
//   waiting      until the next attempt          closed       nothing more happens by itself
import { CLOSE_NORMAL, PPError, toPPError } from '@painda/protocol'
import type {
  Codec,
  Hello,
  Message,
  NextStep,
  Random,
  Time,
  Transport,
  Undo,
  Welcome,
} from '@painda/protocol'
import { nextDelay } from './backoff.js'
import { createLink } from './link.js'
import type { Link, LinkOptions } from './link.js'
import { lossOfClose, lossOfError, planAfterLoss } from './loss.js'
import type { Loss, RetryPolicy } from './loss.js'
import type { ConnectionSnapshot } from './types.js'

type State =
  | { name: 'idle' }
  | { name: 'connecting'; attempt: number; leave: Undo }
  | { name: 'handshaking'; attempt: number; link: Link; leave: Undo }
  | { name: 'open'; link: Link; leave: Undo }
  | { name: 'waiting'; attempt: number; nextRetryAt: number; error: PPError | null; leave: Undo }
  | { name: 'closed'; error: PPError | null }

type Action =
  | { type: 'connect' }
  | { type: 'retry' }
  | { type: 'dial'; token: string | null }
  | { type: 'welcome'; welcome: Welcome }
  | { type: 'lose'; loss: Loss }
  | { type: 'close' }

export interface ConnectionOptions extends RetryPolicy {
  time: Time
  random: Random
  /** One for each connection: a decoder may remember what came before. */
  createCodec: () => Codec
  connectTimeoutMs: number
  dial: () => Transport
  getToken: (() => string | null | undefined | Promise<string | null | undefined>) | undefined
  hello: (token: string | null) => Hello
  /** The session is to be adopted: what is sent now travels first. The undo runs when the connection is no longer open. */
  onWelcome: (welcome: Welcome, link: Link, attempt: number) => Undo
  onMessage: (message: Message) => void
  onFrame: (apply: () => void) => void
  onState: (snapshot: ConnectionSnapshot) => void
  /** The attempt or the open connection is over. `isFinal`: nothing more happens by itself. */
  onLoss: (loss: Loss, wasOpen: boolean, isFinal: boolean) => void
  inspect: LinkOptions['inspect']
}

export interface Connection {
  connect(): void
  /** Ends the wait before the next attempt. */
  retryNow(): void
  /** Ends the connection because of what the server sent or did not send. */
  fail(error: PPError): void
  close(): void
  snapshot(): ConnectionSnapshot
  readonly isOpen: boolean
}

/** Nothing from the wire reaches a timer unbounded: a server may ask for a pause of five minutes at most. */
const MAX_RETRY_AFTER_MS = 300_000

export function createConnection(options: ConnectionOptions): Connection {
  const { time, random, createCodec, connectTimeoutMs, onWelcome, onMessage, onFrame, onState, onLoss } =
    options
  let state: State = { name: 'idle' }
  let snapshot = describe(state, null)
  /** From the server's `bye`. */
  let retryAfterMs: number | null = null
  /** The token that was refused last: asking again with the same one cannot help. */
  let refusedToken: string | null = null
  let lastToken: string | null = null

  function dispatch(action: Action): void {
    switch (action.type) {
      case 'connect':
        if (state.name === 'idle' || state.name === 'closed') connecting(0)
        else if (state.name === 'waiting') connecting(state.attempt)
        return
      case 'retry':
        if (state.name === 'waiting') connecting(state.attempt)
        return
      case 'dial':
        if (state.name === 'connecting') handshaking(state.attempt, action.token)
        return
      case 'welcome':
        if (state.name === 'handshaking') open(state, action.welcome)
        return
      case 'lose':
        if (state.name !== 'idle' && state.name !== 'closed') lose(action.loss)
        return
      case 'close':
        if (state.name !== 'closed') close()
    }
  }

  function move(next: State): void {
    state = next
    const changed = describe(next, snapshot)
    if (changed === snapshot) return
    snapshot = changed
    onState(snapshot)
  }

  function leave(): void {
    if ('leave' in state) state.leave()
  }

  function connecting(attempt: number): void {
    leave()
    retryAfterMs = null
    let isOver = false
    const cancel = time.after(connectTimeoutMs, () => {
      dispatch({ type: 'lose', loss: lossOfError(timedOut('getToken', connectTimeoutMs)) })
    })
    move({
      name: 'connecting',
      attempt,
      leave() {
        isOver = true
        cancel()
      },
    })
    askToken(options.getToken).then(
      (token) => {
        if (isOver) return
        dispatch(
          token !== null && token === refusedToken
            ? { type: 'lose', loss: lossOfError(sameToken(), 'stop') }
            : { type: 'dial', token },
        )
      },
      (thrown: unknown) => {
        if (!isOver) dispatch({ type: 'lose', loss: lossOfError(toPPError(thrown, 'UNAUTHORIZED'), 'retry') })
      },
    )
  }

  function handshaking(attempt: number, token: string | null): void {
    leave()
    lastToken = token
    let transport: Transport
    try {
      transport = options.dial()
    } catch (thrown) {
      // No socket can be made at all: the URL or the host is wrong, and stays wrong.
      const error = toPPError(thrown, 'TRANSPORT_ERROR')
      lose(lossOfError(error, error.code === 'INVALID_ARGUMENT' ? 'stop' : 'retry'))
      return
    }
    const codec = createCodec()
    const link = createLink({
      transport,
      codec,
      onFrame: receive,
      onClose: (info) => dispatch({ type: 'lose', loss: lossOfClose(info) }),
      onFault: (error) => fail(error),
      inspect: options.inspect,
    })
    const cancel = time.after(connectTimeoutMs, () => fail(timedOut('The handshake', connectTimeoutMs)))
    move({ name: 'handshaking', attempt, link, leave: cancel })
    const hello = options.hello(token)
    link.send({ message: hello, body: codec.encode(hello) })
    link.listen()
  }

  function open(from: { attempt: number; link: Link; leave: Undo }, welcome: Welcome): void {
    from.leave()
    refusedToken = null
    from.link.maxFrameBytes = welcome.maxPayloadBytes
    // A place to put the undo before there is one: what `onWelcome` starts may end the connection at once.
    const undos: Undo[] = []
    move({ name: 'open', link: from.link, leave: () => undos.splice(0).forEach((undo) => undo()) })
    const undo = onWelcome(welcome, from.link, from.attempt)
    if (state.name === 'open' && state.link === from.link) undos.push(undo)
    else undo()
  }

  function lose(loss: Loss): void {
    const wasOpen = state.name === 'open'
    const attempt = 'attempt' in state ? state.attempt : 0
    if ('link' in state) state.link.close(loss.closeCode, loss.reason)
    leave()
    if (loss.error?.code === 'UNAUTHORIZED') refusedToken = lastToken
    const plan = planAfterLoss(loss, attempt, options)
    if (plan.name === 'closed') {
      move({ name: 'closed', error: plan.loss.error })
      onLoss(plan.loss, wasOpen, true)
      return
    }
    const wait = retryAfterMs ?? nextDelay(plan.attempt, options.backoff, random)
    const cancel = time.after(wait, () => dispatch({ type: 'retry' }))
    const nextRetryAt = time.wallNow() + wait
    move({ name: 'waiting', attempt: plan.attempt, nextRetryAt, error: loss.error, leave: cancel })
    onLoss(loss, wasOpen, false)
  }

  function close(): void {
    const wasOpen = state.name === 'open'
    // Code 1000 ends the session at the server too.
    if ('link' in state) state.link.close(CLOSE_NORMAL, 'client disconnect')
    leave()
    move({ name: 'closed', error: null })
    onLoss({ reason: 'client disconnect', next: 'stop', error: null, closeCode: CLOSE_NORMAL }, wasOpen, true)
  }

  function fail(error: PPError, next?: NextStep): void {
    dispatch({ type: 'lose', loss: lossOfError(error, next) })
  }

  function receive(messages: readonly Message[]): void {
    const link = 'link' in state ? state.link : null
    onFrame(() => {
      for (const message of messages) {
        // A message may have ended the connection: the rest of its frame is void.
        if (!('link' in state) || state.link !== link) return
        try {
          read(message)
        } catch (thrown) {
          // Listeners' errors never come this far: what is thrown here is about the message.
          fail(toPPError(thrown, 'MALFORMED_FRAME'))
        }
      }
    })
  }

  function read(message: Message): void {
    if (message.kind === 'error' && message.fatal === true) {
      fail(new PPError(message.code, message.message))
    } else if (message.kind === 'bye') {
      retryAfterMs = clamp(message.retryAfterMs ?? null)
    } else if (message.kind === 'welcome') {
      if (state.name === 'handshaking') dispatch({ type: 'welcome', welcome: message })
      else fail(new PPError('MALFORMED_FRAME', 'The server said welcome twice.'))
    } else if (state.name === 'open') {
      onMessage(message)
    } else {
      fail(new PPError('MALFORMED_FRAME', `The server sent "${message.kind}" before its welcome.`))
    }
  }

  return {
    connect: () => dispatch({ type: 'connect' }),
    retryNow: () => dispatch({ type: 'retry' }),
    fail: (error) => fail(error),
    close: () => dispatch({ type: 'close' }),
    snapshot: () => snapshot,
    get isOpen() {
      return state.name === 'open'
    },
  }
}

/** The state as applications see it; `before` itself when it looks the same. */
function describe(state: State, before: ConnectionSnapshot | null): ConnectionSnapshot {
  const next: ConnectionSnapshot = {
    status: state.name === 'handshaking' ? 'connecting' : state.name,
    attempt: 'attempt' in state ? state.attempt : 0,
    nextRetryAt: state.name === 'waiting' ? state.nextRetryAt : null,
    error: 'error' in state ? state.error : null,
  }
  const isSame =
    before !== null &&
    before.status === next.status &&
    before.attempt === next.attempt &&
    before.nextRetryAt === next.nextRetryAt &&
    before.error === next.error
  return isSame ? before : next
}

async function askToken(getToken: ConnectionOptions['getToken']): Promise<string | null> {
  if (getToken === undefined) return null
  try {
    return (await getToken()) ?? null
  } catch (cause) {
    throw new PPError('UNAUTHORIZED', 'getToken failed.', { cause })
  }
}

function clamp(retryAfter: number | null): number | null {
  return retryAfter === null ? null : Math.min(Math.max(0, retryAfter), MAX_RETRY_AFTER_MS)
}

function timedOut(what: string, ms: number): PPError {
  return new PPError('HANDSHAKE_TIMEOUT', `${what} took longer than ${ms} ms.`)
}

function sameToken(): PPError {
  return new PPError(
    'UNAUTHORIZED',
    'The server refused the token, and getToken returned the same one again.',
    {
      hint: 'Let the user log in, then call connect().',
    },
  )
}
