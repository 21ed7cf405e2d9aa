// One session: what outlives connections. It counts what arrives, keeps what is not confirmed, and moves between
// connections. Only the connection that its state holds is current, so what arrives late on an old one changes nothing.
import { assertNever, CLOSE_NORMAL, ERRORS, isReliable, PPError, toPPError } from '@painda/protocol'
import type {
  DisconnectReason,
  ExpiryReason,
  Message,
  MessageOf,
  Time,
  Undo,
  Welcome,
  WireError,
} from '@painda/protocol'
import { createAcks } from './ack.js'
import type { Acks } from './ack.js'
import type { Connection, ConnectionEnd, ConnectionOwner } from './connection.js'
import type { Flush, Flushable } from './flush.js'
import type { Lane } from './member.js'
import { fence, isCurrent } from './epoch.js'
import { createOutbox } from './outbox.js'
import type { Outbox, Replay } from './outbox.js'
import { outgoing } from './outgoing.js'
import type { Outgoing, PeerCodec } from './outgoing.js'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'
import { Receipts } from './receipts.js'
import { createResumeTokens } from './resume-tokens.js'
import type { Recovery } from './options.js'
import { windowOf } from './recovery-window.js'
import type { ServerNow } from './server-clock.js'
import { isCountedByV2, NO_CURSOR } from './v2-session.js'
import type { V2Cursor } from './v2-session.js'

/** Twice what a client asks while it measures its clock: ten probes, 100 ms apart. */
const PINGS_PER_SECOND = 20
/** Of what may be unread: so much more, and its address is looked at. 256 connections with less have left no more than four may. */
const MUCH_UNREAD = 1 / 64

/** What a client may say inside a session and the session does not handle itself. */
export type ClientMessage = MessageOf<'event' | 'join' | 'leave' | 'resync' | 'presence'>

export interface SessionHooks {
  message(message: ClientMessage): void
  refused(error: WireError): void
  dropped(reason: DisconnectReason): void
  /** `expiry` when its time ran out or it could no longer be continued. */
  ended(reason: DisconnectReason, expiry: ExpiryReason | null): void
}

export interface SessionOptions {
  id: string
  codec: PeerCodec
  time: Time
  serverNow: ServerNow
  flush: Flush
  /** `windowMs` 0: it ends with its connection. */
  recovery: Recovery
  maxOutboxBytes: number
  /** The same for all connections of an address. */
  maxUnreadPerAddress: number
  /** What the connections of its address have not read, this one included. */
  unreadFrom: (connection: Connection) => number
  /** Decodes a body of either v3 codec. */
  reread: (body: Uint8Array) => Message
  /** For v2 clients with recovery. */
  cursor?: V2Cursor
  hooks: SessionHooks
  /** What the application's callbacks throw. */
  onFault: (thrown: unknown, where: string) => void
}

type State =
  /** Not welcomed yet: what is sent waits behind the welcome. */
  | { name: 'opening' }
  | { name: 'open'; connection: Connection }
  | { name: 'dropped'; reason: DisconnectReason; cancelExpiry: Undo }
  | { name: 'ended'; reason: DisconnectReason }

export class Session implements Flushable, ConnectionOwner {
  readonly id: string
  /** The wire format of its newest connection. */
  codec: PeerCodec
  readonly acks: Acks
  readonly tokens = createResumeTokens()
  isMarked = false

  readonly #options: SessionOptions
  readonly #hooks: SessionHooks
  readonly #outbox: Outbox
  readonly #cursor: V2Cursor
  readonly #pings: TokenBucket
  readonly #receipts: Receipts
  #state: State = { name: 'opening' }
  /** The welcome, until `#greet` has put it before everything that its connection is sent. */
  #greeting: Outgoing | null = null
  /** State rooms that its client is in. */
  #rooms = 0
  /** What was unread when that was last asked. */
  #unreadBefore = 0
  /** The peer has spoken since its first welcome … */
  #isKnown = false
  /** … and since the one on this connection. */
  #hasSpoken = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#hooks = options.hooks
    this.id = options.id
    this.codec = options.codec
    const { codec, recovery, time, onFault } = options
    const { maxMessages, maxBytes } = recovery
    const counting = codec.name === 'v2' ? { isCounted: isCountedByV2 } : {}
    this.#outbox = createOutbox({ codec, maxMessages, maxBytes, ...counting })
    this.#cursor = options.cursor ?? NO_CURSOR
    this.#pings = createTokenBucket(time, PINGS_PER_SECOND, 2 * PINGS_PER_SECOND)
    this.#receipts = new Receipts(time, (count) => this.send(outgoing({ kind: 'received', count })))
    this.acks = createAcks({ time, onError: (thrown) => onFault(thrown, 'An ack callback') })
  }

  get isConnected(): boolean {
    return this.#state.name === 'open'
  }

  get isEnded(): boolean {
    return this.#state.name === 'ended'
  }

  get bufferedBytes(): number {
    return this.#state.name === 'open' ? this.#state.connection.bufferedBytes : 0
  }

  get unconfirmedBytes(): number {
    return this.#state.name === 'open' ? this.#state.connection.unconfirmedBytes : 0
  }

  get isBehind(): boolean {
    return this.#state.name === 'open' && this.#state.connection.isBehind
  }

  get lane(): Lane | null {
    return this.#state.name === 'open' && this.codec.name !== 'v2' ? this.#state.connection : null
  }

  enlist(by: 1 | -1): void {
    this.#rooms += by
    if (this.#state.name === 'open') this.#state.connection.isCrowded = this.#rooms > 1
  }

  get rtt(): number | null {
    return this.#state.name === 'open' ? this.#state.connection.rtt : null
  }

  get received(): number {
    return this.#receipts.received
  }

  /** What waits to be confirmed. */
  get kept(): { readonly messages: number; readonly bytes: number } {
    return this.#outbox.kept()
  }

  get sent(): number {
    return this.#outbox.sent()
  }

  /** Queues one message for the end of this turn. @throws PPError `INVALID_PAYLOAD` */
  send(out: Outgoing): void {
    if (this.#state.name === 'ended') return
    this.#outbox.push(out)
    if (this.#state.name === 'open') this.#mark(this.#state.connection)
  }

  /** Like `send`, and dropped unless the peer is there and keeps up. */
  sendVolatile(out: Outgoing): void {
    if (this.#state.name === 'open' && !this.#state.connection.isBehind) this.send(out)
  }

  /** Can the session be continued, as far as the kept messages decide that? @throws PPError `MALFORMED_FRAME` */
  replay(received: number): Replay {
    return this.#outbox.inspect(received)
  }

  /**
   * First connection: `welcome` leaves before anything that was sent meanwhile, and `announce` runs before the first
   * message is read.
   */
  open(connection: Connection, welcome: Welcome, announce: () => void): void {
    if (this.#state.name !== 'opening') return
    this.#cursor.start(0)
    this.#attach(connection, welcome, announce)
  }

  /**
   * Another connection of a living session. The one before, if there still is one, is closed. `introduce` says what the peer
   * must know before it hears what it missed.
   * @throws PPError when what is kept cannot be said as that connection speaks; nothing has changed then
   */
  resume(
    connection: Connection,
    received: number,
    welcome: Welcome,
    announce: () => void,
    introduce: () => void = () => {},
  ): void {
    const state = this.#state
    if (state.name === 'ended' || state.name === 'opening') return
    // First, because it may throw: then nothing has changed, and the window goes on running.
    if (this.codec !== connection.codec) {
      this.#outbox.translate(connection.codec, this.#options.reread)
      this.codec = connection.codec
    }
    if (state.name === 'dropped') state.cancelExpiry()
    else {
      // Left first, so that its end is not taken for the loss of this session's connection.
      this.#release(state.connection)
      fence(state.connection)
    }
    // Only who has read a welcome knows the secret that is in it.
    this.#isKnown = true
    this.#outbox.restore(received)
    this.#outbox.precede(introduce)
    this.#cursor.start(received)
    const isV2 = this.codec.name === 'v2'
    this.#attach(connection, welcome, isV2 ? announce : () => this.#outbox.lead(announce))
  }

  /** Hands everything that waits to the connection, as one frame. */
  flush(): void {
    if (this.#state.name !== 'open') return
    const { connection } = this.#state
    connection.isAwaited = false
    this.#greet()
    const outs = this.#outbox.take()
    if (outs.length === 0) return
    connection.send(this.#cursor.mark(outs))
    if (this.#cursor !== NO_CURSOR && outs[0]?.message.kind === 'welcome') this.#settleOnArrival(connection)
    if (this.#isTooSlow(connection)) {
      connection.end(
        new PPError('SLOW_CONSUMER', 'Too much was waiting for this client to read it (maxOutboxBytes).'),
      )
      // A closing handshake would keep all of it in memory until a peer that does not read has read it.
      connection.terminate()
    }
  }

  /** What it leaves unread is too much, or much where all that its address leaves unread is too much. */
  #isTooSlow(connection: Connection): boolean {
    const { maxOutboxBytes, maxUnreadPerAddress, unreadFrom } = this.#options
    const { bufferedBytes } = connection
    if (bufferedBytes <= this.#unreadBefore + maxOutboxBytes * MUCH_UNREAD) {
      if (bufferedBytes < this.#unreadBefore) this.#unreadBefore = bufferedBytes
      return bufferedBytes > maxOutboxBytes
    }
    this.#unreadBefore = bufferedBytes
    return bufferedBytes > maxOutboxBytes || unreadFrom(connection) > maxUnreadPerAddress
  }

  /** Ends the session for good; the peer, if it is there, is told by `code`. Safe to call twice. */
  end(error: PPError, closeCode?: number): void {
    const state = this.#state
    if (state.name === 'ended') return
    if (state.name === 'open') {
      // A close code of the application's own does not keep our client away: the error before it does. v2 clients go by the close code.
      if (closeCode !== undefined && this.codec.name !== 'v2') {
        const { code, message } = error
        this.#outbox.push(outgoing({ kind: 'error', code, message, fatal: true }))
      }
      this.flush()
      this.#release(state.connection)
      state.connection.close(error.code, error.message, closeCode)
    }
    this.#finish(ERRORS[error.code].reason, null)
  }

  /** It cannot be continued, and its client is told so: another session begins. */
  expire(expiry: ExpiryReason): void {
    if (this.#state.name === 'open') {
      const { connection } = this.#state
      this.#release(connection)
      connection.end(new PPError('SESSION_EXPIRED', 'This session could not be continued.'))
    }
    this.#finish('session expired', expiry)
  }

  /** Ends the connection; the session may come back when the error lets it. */
  fail(error: PPError): void {
    if (this.#state.name === 'open') this.#state.connection.end(error)
  }

  #attach(connection: Connection, welcome: Welcome, announce: () => void): void {
    this.#receipts.begin(welcome.received)
    this.#hasSpoken = false
    this.#unreadBefore = 0
    this.#state = { name: 'open', connection }
    connection.peer = this.id
    connection.isCrowded = this.#rooms > 1
    this.#mark(connection)
    this.#greeting = outgoing(welcome)
    announce()
    this.#greet()
    connection.open(this)
  }

  /**
   * Puts the welcome before everything that is queued, so it runs after the queueing is done; earlier when a listener ends the
   * connection or the server at once.
   */
  #greet(): void {
    if (this.#greeting === null) return
    this.#outbox.pushFirst(this.#greeting)
    this.#greeting = null
  }

  #mark(connection: Connection): void {
    connection.isAwaited = true
    this.#options.flush.mark(this)
  }

  // What follows is for its connection.

  hear(connection: Connection, message: Message): void {
    if (this.#state.name !== 'open' || !isCurrent(this.#state.connection, connection)) return
    if (!this.#hasSpoken && !connection.isEarly) this.#spoke()
    try {
      this.#handle(connection, message)
    } catch (thrown) {
      connection.end(toPPError(thrown, 'MALFORMED_FRAME'))
    }
  }

  refuse(error: PPError): void {
    this.#hooks.refused(error)
  }

  tellReceived(): number {
    return this.#receipts.tell()
  }

  marked(outs: readonly Outgoing[]): readonly Outgoing[] {
    return this.#cursor.mark(outs)
  }

  lost(connection: Connection, end: ConnectionEnd): void {
    const state = this.#state
    if (state.name !== 'open' || !isCurrent(state.connection, connection)) return
    this.#release(connection)
    const { recovery, time } = this.#options
    // A client that leaves on purpose; only what the network, a page or a limit ended may come back.
    const isOver = end.code === null && end.closeCode === CLOSE_NORMAL
    if (isOver || recovery.windowMs === 0) {
      this.#finish(end.reason, null)
      return
    }
    const windowMs = windowOf(end, { recovery, isV2: this.codec.name === 'v2', isKnown: this.#isKnown })
    this.#state = {
      name: 'dropped',
      reason: end.reason,
      cancelExpiry: time.after(windowMs, () => this.#finish(end.reason, 'window')),
    }
    this.#hooks.dropped(end.reason)
  }

  #spoke(): void {
    this.#isKnown = true
    this.#hasSpoken = true
    // A v2 client speaks before it has read its new secret.
    if (this.codec.name !== 'v2') this.tokens.settle()
  }

  /** A v2 client never says that it has its new secret; a pong after it says so. */
  #settleOnArrival(connection: Connection): void {
    connection.onceArrived(() => {
      if (this.#state.name === 'open' && isCurrent(this.#state.connection, connection)) this.tokens.settle()
    })
  }

  #handle(connection: Connection, message: Message): void {
    switch (message.kind) {
      case 'ping': {
        this.#outbox.confirm(message.received)
        // A pong is larger than its ping: answering all of a flood would amplify it.
        if (!this.#pings.take()) return
        const { time, serverNow } = this.#options
        const heldMs = time.now() - connection.heardAt
        const held = heldMs > 0 ? { heldMs } : {}
        const { at } = message
        this.send(
          outgoing({ kind: 'pong', at, received: this.#receipts.tell(), serverNow: serverNow(), ...held }),
        )
        return
      }
      case 'pong':
        this.#outbox.confirm(message.received)
        connection.ponged(message.at)
        return
      case 'received':
        this.#outbox.confirm(message.count)
        return
      case 'hello':
        // A v2 client may bring its token late; it is read with the first frame only.
        if (this.codec.name === 'v2') return
        throw new PPError('MALFORMED_FRAME', 'A hello comes once, first.')
      case 'ack':
        this.#count(message)
        this.acks.answer(message)
        return
      case 'error':
        // The peer refused something that we sent: the application learns of it through its acks.
        this.#count(message)
        return
      case 'event':
      case 'join':
      case 'leave':
      case 'resync':
      case 'presence':
        this.#count(message)
        this.#hooks.message(message)
        return
      case 'interest':
      case 'input':
        // Their form is settled; no room takes them yet, and nobody is left to wait for an InputAck.
        this.#count(message)
        this.#hooks.refused({
          code: 'NOT_SUPPORTED',
          message: `This server does not take "${message.kind}" messages.`,
        })
        return
      case 'welcome':
      case 'bye':
      case 'inputAck':
      case 'joined':
      case 'snapshot':
      case 'delta':
      case 'left':
      case 'presences':
        throw new PPError('MALFORMED_FRAME', `A client does not say "${message.kind}".`)
      default:
        assertNever(message)
    }
  }

  #count(message: Message): void {
    if (!isReliable(message)) return
    this.#receipts.count(this.#state.name === 'open' && this.codec.name !== 'v2')
  }

  /** Lets go of a connection: nothing more of it reaches the session. */
  #release(connection: Connection): void {
    const state = this.#state
    if (state.name !== 'open' || !isCurrent(state.connection, connection)) return
    this.#receipts.rest()
    this.#outbox.hold()
    this.#state = { name: 'opening' }
  }

  #finish(reason: DisconnectReason, expiry: ExpiryReason | null): void {
    const state = this.#state
    if (state.name === 'ended') return
    if (state.name === 'dropped') state.cancelExpiry()
    this.#state = { name: 'ended', reason }
    // An error notes where it was made, which costs more than the rest of this: mostly nobody waits for one.
    if (this.acks.pending > 0)
      this.acks.rejectAll(new PPError('SESSION_EXPIRED', `The session has ended: ${reason}.`))
    this.#hooks.ended(reason, expiry)
  }
}
