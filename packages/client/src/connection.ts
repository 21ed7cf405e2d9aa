// The connection as states. Each state owns its timers and sockets and gives them back when it is left; every change
// goes through `move`.
import { DEV, CLOSE_NORMAL, PPError, toPPError } from '@painda/protocol'
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
import { describe } from './connection-state.js'
import type { Ask, State } from './connection-state.js'
import { createDialer } from './dialer.js'
import type { DialerOptions } from './dialer.js'
import { createLink } from './link.js'
import type { Link, LinkOptions } from './link.js'
import { lossOfClose, lossOfError, planAfterLoss } from './loss.js'
import type { Loss, RetryPolicy } from './loss.js'
import { startProbe } from './probe.js'
import type { ConnectionSnapshot } from './types.js'

export interface ConnectionOptions extends Omit<RetryPolicy, 'getToken'>, DialerOptions {
  time: Time
  random: Pick<Random, 'next'>
  /** One for each connection: a decoder may remember what came before. */
  createCodec: () => Codec
  connectTimeoutMs: number
  hello: (token: string | null) => Hello
  /** The hello leaves with the end of this turn: what is sent on `link` now rides with it. */
  onHello: (link: Link) => void
  /** A welcome came: adopt its session. What is sent inside this call travels first. `leave` runs when the connection is no longer open. */
  onWelcome: (welcome: Welcome, link: Link, attempt: number) => { ask: Ask; leave: Undo }
  onMessage: (message: Message) => void
  onFrame: (apply: () => void) => void
  onState: (snapshot: ConnectionSnapshot) => void
  /** The attempt or the open connection is over. `isFinal`: the client does not reconnect by itself. */
  onLoss: (loss: Loss, wasOpen: boolean, isFinal: boolean) => void
  inspect: LinkOptions['inspect']
}

export interface Connection {
  connect(): void
  /** Ends the wait before the next attempt. */
  retryNow(): void
  /** The page is visible again or the network is back: check whether the connection still lives. */
  wake(): void
  /** The page goes away: the connection is closed with this code, and nothing is tried until `wake`. */
  leave(closeCode: number): void
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
  const dialer = createDialer(options)
  let state: State = { name: 'idle' }
  let snapshot = describe(state, null)
  /** From the server's `bye`: however the socket ends after it, that was why. */
  let goodbye: PPError | null = null
  let retryAfterMs: number | null = null

  function move(next: State): void {
    state = next
    const changed = describe(next, snapshot)
    if (changed === snapshot) return
    snapshot = changed
    onState(snapshot)
  }

  /** A function, so that the compiler forgets what it knew of the state before a listener ran. */
  function now(): State {
    return state
  }

  function leave(): void {
    if ('leave' in state) state.leave()
  }

  function connect(): void {
    if (state.name === 'idle' || state.name === 'closed' || state.name === 'away') connecting(0)
    else if (state.name === 'waiting') connecting(state.attempt)
  }

  function forgetGoodbye(): void {
    goodbye = null
    retryAfterMs = null
  }

  function connecting(attempt: number): void {
    leave()
    forgetGoodbye()
    const undos: Undo[] = []
    const since = time.now()
    move({ name: 'connecting', attempt, since, leave: () => undos.splice(0).forEach((undo) => undo()) })
    undos.push(
      time.after(connectTimeoutMs, () => fail(timedOut('Connecting', connectTimeoutMs))),
      dialer.start({
        ready: (transport, token) => handshaking(attempt, since, transport, token),
        failed: lose,
      }),
    )
  }

  function handshaking(attempt: number, since: number, transport: Transport, token: string | null): void {
    leave()
    forgetGoodbye()
    const codec = createCodec()
    const link = createLink({
      transport,
      codec,
      onFrame: receive,
      onClose: (info) => lose(goodbye === null ? lossOfClose(info) : lossOfError(goodbye)),
      onFault: (error) => fail(error),
      inspect: options.inspect,
    })
    const rest = Math.max(0, since + connectTimeoutMs - time.now())
    const cancel = time.after(rest, () => fail(timedOut('The handshake', connectTimeoutMs)))
    move({ name: 'handshaking', attempt, since, token, link, leave: cancel })
    const hello = options.hello(token)
    link.send({ message: hello, body: codec.encode(hello) })
    options.onHello(link)
    link.listen()
  }

  function open(from: State & { name: 'handshaking' }, welcome: Welcome): void {
    from.leave()
    dialer.refused(null)
    const { link } = from
    link.maxFrameBytes = welcome.maxPayloadBytes
    // A place to put the undo before there is one: what `onWelcome` starts may end the connection at once.
    const undos: Undo[] = []
    const entered: State & { name: 'open' } = {
      name: 'open',
      link,
      ask: null,
      stopProbe: null,
      leave() {
        entered.stopProbe?.()
        for (const undo of undos.splice(0)) undo()
      },
    }
    move(entered)
    const peer = onWelcome(welcome, link, from.attempt)
    if (now() !== entered) return peer.leave()
    entered.ask = peer.ask
    undos.push(peer.leave)
  }

  function lose(loss: Loss): void {
    if (state.name === 'idle' || state.name === 'closed' || state.name === 'away') return
    const wasOpen = state.name === 'open'
    const attempt = 'attempt' in state ? state.attempt : 0
    if ('link' in state) state.link.close(loss.closeCode, loss.reason)
    leave()
    if (loss.error?.code === 'UNAUTHORIZED' && state.name === 'handshaking') dialer.refused(state.token)
    const plan = planAfterLoss(loss, attempt, options)
    if (plan.name === 'closed') {
      move({ name: 'closed', error: plan.loss.error })
      onLoss(plan.loss, wasOpen, true)
      return
    }
    const isDirected = retryAfterMs !== null
    const wait = retryAfterMs ?? nextDelay(plan.attempt, options.backoff, random)
    const cancel = time.after(wait, () => retry())
    const nextRetryAt = time.wallNow() + wait
    const { error } = loss
    move({ name: 'waiting', attempt: plan.attempt, nextRetryAt, isDirected, error, leave: cancel })
    onLoss(loss, wasOpen, false)
  }

  function retry(): void {
    if (state.name === 'waiting') connecting(state.attempt)
  }

  function wake(): void {
    switch (state.name) {
      case 'away':
        connecting(0)
        return
      case 'waiting':
        // The server gave everybody another moment; a crowd that looks at the news at once must not undo that.
        if (!state.isDirected) retry()
        return
      case 'connecting':
      case 'handshaking':
        // It may have begun before the machine slept, on a network that is gone.
        if (time.now() - state.since < connectTimeoutMs / 2) return
        if (state.name === 'handshaking') state.link.terminate()
        connecting(state.attempt)
        return
      case 'open':
        probe(state)
        return
      case 'idle':
      case 'closed':
    }
  }

  function probe(probed: State & { name: 'open' }): void {
    if (probed.stopProbe !== null || probed.ask === null) return
    probed.stopProbe = startProbe({
      time,
      dialer,
      ask: probed.ask,
      timeoutMs: connectTimeoutMs,
      onDone: () => (probed.stopProbe = null),
      onOvertaken: overtake,
      onSilence: (error) => fail(error),
    })
  }

  /** A fresh socket was there before the old one answered: it goes on from here. */
  function overtake(transport: Transport, token: string | null, error: PPError): void {
    if (state.name !== 'open') return transport.terminate()
    leave()
    state.link.terminate()
    const since = time.now()
    const between: State & { name: 'connecting' } = {
      name: 'connecting',
      attempt: 1,
      since,
      leave: () => transport.terminate(),
    }
    move(between)
    onLoss(lossOfError(error), true, false)
    // A listener may have closed the client meanwhile.
    if (now() !== between) return
    between.leave = () => {}
    handshaking(1, since, transport, token)
  }

  function leavePage(closeCode: number): void {
    if (state.name === 'idle' || state.name === 'closed' || state.name === 'away') return
    const wasOpen = state.name === 'open'
    if ('link' in state) {
      state.link.close(closeCode, 'page left')
      state.link.flush()
    }
    leave()
    move({ name: 'away' })
    onLoss({ reason: 'transport close', next: 'retry', error: null, closeCode }, wasOpen, false)
  }

  function close(): void {
    // After an error there may be something that waits for a `connect()`, or runs on for a moment.
    if (state.name === 'closed' && state.error === null) return
    const wasOpen = state.name === 'open'
    // Code 1000 ends the session at the server too.
    if ('link' in state) state.link.close(CLOSE_NORMAL, 'client disconnect')
    leave()
    move({ name: 'closed', error: null })
    onLoss({ reason: 'client disconnect', next: 'stop', error: null, closeCode: CLOSE_NORMAL }, wasOpen, true)
  }

  function fail(error: PPError, next?: NextStep): void {
    lose(lossOfError(error, next))
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
      goodbye = new PPError('SERVER_SHUTDOWN', message.reason)
      retryAfterMs = clamp(message.retryAfterMs ?? null)
    } else if (message.kind === 'welcome') {
      if (state.name === 'handshaking') open(state, message)
      else fail(new PPError('MALFORMED_FRAME', DEV && 'The server said welcome twice.'))
    } else if (state.name === 'open') {
      onMessage(message)
    } else {
      fail(new PPError('MALFORMED_FRAME', DEV && `The server sent "${message.kind}" before its welcome.`))
    }
  }

  return {
    connect,
    retryNow: retry,
    wake,
    leave: leavePage,
    fail: (error) => fail(error),
    close,
    snapshot: () => snapshot,
    get isOpen() {
      return state.name === 'open'
    },
  }
}

function clamp(retryAfter: number | null): number | null {
  return retryAfter === null ? null : Math.min(Math.max(0, retryAfter), MAX_RETRY_AFTER_MS)
}

function timedOut(what: string, ms: number): PPError {
  return new PPError('HANDSHAKE_TIMEOUT', `${what} took longer than ${ms} ms.`)
}
