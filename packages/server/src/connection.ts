// One connection: bytes in, messages out, and the rules that hold before anybody asks whose messages they are: size,
// form, the hello that comes first, the time it may take, and the heartbeat. It knows nothing of sessions.
import { ERRORS, PPError, readCloseCode, toPPError } from '@painda/protocol'
import type {
  CloseInfo,
  DisconnectReason,
  ErrorCode,
  Hello,
  Inspector,
  Message,
  Time,
  Transport,
  Undo,
} from '@painda/protocol'
import { Gauge } from './backpressure.js'
import { startHeartbeat } from './heartbeat.js'
import type { Lane } from './member.js'
import { memorySize } from './memory-size.js'
import { outgoing } from './outgoing.js'
import type { Outgoing, PeerCodec } from './outgoing.js'
import { bytesOf } from './packing.js'
import type { PackedFrame, Packer } from './packing.js'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'
import { redact } from './redact.js'

/** A v2 client has no hello: its first frame may be its token. After this long without one it is let in without. */
const V2_GREETING_MS = 150

/**
 * How much larger than their bytes compressed frames and columns may become when they are read: per second, in largest messages
 * (`maxPayloadBytes`). Reading them costs time before any other limit applies.
 */
const GROWTH_PER_SECOND = 4

/** The burst of a connection, in largest messages: one message, and what a client has kept while it was away. */
const LARGEST_AT_ONCE = 2

export interface ConnectionEnd {
  readonly reason: DisconnectReason
  /** The code that this end named, or null when the other end or the network ended it. */
  readonly code: ErrorCode | null
  /** The close code as it was seen. */
  readonly closeCode: number
}

/**
 * Gets what an open connection receives. The session implements it itself, so a connection needs no closures of its own; that is why
 * each call names the connection.
 */
export interface ConnectionOwner {
  hear(connection: Connection, message: Message): void
  /** A refusal that does not end the connection. */
  refuse(error: PPError): void
  /** How many reliable messages the session has received; the caller tells the peer. */
  tellReceived(): number
  /** Messages that bypass the session, with the cursor that a v2 client wants beside them. */
  marked(outs: readonly Outgoing[]): readonly Outgoing[]
  lost(connection: Connection, end: ConnectionEnd): void
}

/** The same for all connections of a server. */
export interface ConnectionOptions {
  /** One for all connections of a server: they share frames. */
  packer: Packer
  time: Time
  inspector: Inspector
  /** 0: any time. */
  handshakeTimeoutMs: number
  /** 0: no heartbeat. */
  heartbeatMs: number
  maxPayloadBytes: number
  /** 0: no limit. */
  maxBytesPerSecond: number
  /** What a client may send between its hello and the answer. */
  maxBacklog: { readonly messages: number; readonly bytes: number }
  onHello: (connection: Connection, hello: Hello) => void
  /** Called with what a transport throws: ours throw nothing, an application's own may. */
  onFault: (thrown: unknown) => void
  /** It ended before it had an owner. */
  onEnd: (connection: Connection, end: ConnectionEnd) => void
}

type State =
  | { name: 'greeting'; cancel: Undo }
  | { name: 'opening'; cancel: Undo; backlog: Message[]; backlogBytes: number }
  | { name: 'open'; cancel: Undo; owner: ConnectionOwner }
  | { name: 'closed' }

export class Connection implements Lane {
  // What a tick reads for each of hundreds of members stands first, together in memory.
  /** Bytes that may still be posted before anything else is checked … */
  #free = 0
  /** … of so many that the gauge granted. 0: none are granted. */
  #granted = 0
  /** Its wire format; final once its hello has been read. */
  codec: PeerCodec
  readonly #transport: Transport
  readonly #packer: Packer
  #frames = 0
  /** How the inspect stream names the other end. */
  peer = 'new'
  /** Round trip in milliseconds; null until the first answer. */
  rtt: number | null = null
  /** True while the messages that came before the welcome are delivered. */
  isEarly = true
  #isAwaited = false
  #isCrowded = false

  /** For what is rarely needed. What every frame needs is copied into fields, which saves a look into cold memory. */
  readonly #options: ConnectionOptions
  readonly #time: Time
  readonly #inspector: Inspector
  readonly #maxPayloadBytes: number
  readonly #undos: Undo[] = []
  readonly #gauge: Gauge
  #state: State
  #cancelHandshake: Undo
  #lastHeard: number
  /** Limits `GROWTH_PER_SECOND`. Made for the first frame that grows: most clients never send one. */
  #growth: TokenBucket | null = null
  /** Limits the bytes per second that arrive, before they are decoded. */
  readonly #incoming: TokenBucket
  /** True while the state is `open`. */
  #isLane = false

  constructor(transport: Transport, codec: PeerCodec, options: ConnectionOptions) {
    this.#transport = transport
    this.codec = codec
    this.#options = options
    const { time, handshakeTimeoutMs } = options
    this.#packer = options.packer
    this.#time = time
    this.#inspector = options.inspector
    this.#maxPayloadBytes = options.maxPayloadBytes
    const { maxBytesPerSecond } = options
    const atOnce = Math.max(maxBytesPerSecond, options.maxPayloadBytes * LARGEST_AT_ONCE)
    this.#incoming = createTokenBucket(time, maxBytesPerSecond, atOnce)
    this.#lastHeard = time.now()
    this.#gauge = new Gauge(() => time.now())
    const late = (): void =>
      this.end(
        new PPError('HANDSHAKE_TIMEOUT', `The handshake was not over within ${handshakeTimeoutMs} ms.`),
      )
    this.#cancelHandshake = handshakeTimeoutMs === 0 ? () => {} : time.after(handshakeTimeoutMs, late)
    const greet =
      this.codec.name === 'v2' ? time.after(V2_GREETING_MS, () => this.#hello(v2Hello())) : () => {}
    this.#state = { name: 'greeting', cancel: greet }
  }

  /** Begins to read. Apart from the making: what came before is delivered inside this call, and may already end the connection. */
  listen(): void {
    this.#undos.push(this.#transport.onClose((info) => this.#closed(info)))
    const undo = this.#transport.onMessage((frame) => this.#receive(frame))
    if (this.isOpen) this.#undos.push(undo)
    else undo()
  }

  get isOpen(): boolean {
    return this.#state.name !== 'closed'
  }

  /** Its hello has been accepted. */
  get isAdmitted(): boolean {
    return this.#state.name === 'open'
  }

  /** When the last frame came, on the clock of Time. */
  get heardAt(): number {
    return this.#lastHeard
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedAmount
  }

  /** Its session will write to it at the end of this turn. */
  set isAwaited(isAwaited: boolean) {
    this.#isAwaited = isAwaited
    if (isAwaited) this.#settle()
  }

  /** Its client is in more than one room; what these send in one turn becomes one frame. */
  set isCrowded(isCrowded: boolean) {
    this.#isCrowded = isCrowded
    this.#settle()
  }

  get isClear(): boolean {
    const mayPost =
      this.#free > 0 || (this.#isLane && !this.#isAwaited && !this.#isCrowded && this.#gauge.isQuiet)
    return mayPost && this.#transport.bufferedAmount === 0
  }

  post(outs: readonly Outgoing[], now: number): boolean {
    const { frames, bytes } = this.#packer.pack(this.codec, outs)
    const [frame] = frames
    if (frame === undefined || frames.length > 1 || !this.#spend(bytes, now)) return false
    try {
      this.#transport.send(frame.bytes)
    } catch {
      // Then it is sent through the session, where a failure is reported and ends this connection, and the room goes on.
      return false
    }
    this.#frames++
    return true
  }

  /** Takes them from what is granted. False when a ping is due with these. */
  #spend(bytes: number, now: number): boolean {
    if (this.#free < bytes) {
      this.#settle()
      this.#granted = this.#gauge.grant(bytes, now)
      if (this.#granted === 0) return false
      this.#free = this.#granted
    }
    this.#free -= bytes
    return true
  }

  /** Tells the gauge what was posted, and gives back what is left: the next post checks everything again. */
  #settle(): void {
    if (this.#granted === 0) return
    this.#gauge.note(this.#granted - this.#free)
    this.#granted = 0
    this.#free = 0
  }

  /** Bytes handed over of which the peer has not said that they came. */
  get unconfirmedBytes(): number {
    return this.#gauge.unconfirmedBytes + this.#granted - this.#free
  }

  /** True when what is sent now would wait behind what was sent before, wherever that waits. */
  get isBehind(): boolean {
    return this.#gauge.isBehind(this.bufferedBytes)
  }

  /** The hello was accepted: from here on `owner` gets what comes, what has come meanwhile first. */
  open(owner: ConnectionOwner): void {
    if (this.#state.name !== 'opening') return
    const { backlog } = this.#state
    this.#cancelHandshake()
    this.#state = { name: 'open', cancel: this.#startHeartbeat(), owner }
    this.#isLane = true
    for (const message of backlog) this.#deliver(message)
  }

  /** Sends messages as one frame where the format can, and where the other end accepts as many in one. */
  send(outs: readonly Outgoing[]): void {
    if (this.#state.name === 'closed') return
    this.#settle()
    // Decided before packing: appending the ping afterwards would mean packing again.
    const probe = this.#gauge.sent(bytesOf(this.codec, outs)) ? this.#probe() : null
    const { frames } = this.#packer.pack(this.codec, probe === null ? outs : [...outs, probe])
    for (const frame of frames) this.#write(frame)
  }

  /** Calls back when what was sent until now has arrived; never where the transport cannot tell. */
  onceArrived(run: () => void): void {
    this.#transport.ping?.(() => {
      if (this.isOpen) run()
    })
  }

  /** A pong came for the ping sent `at` that time. One that answers no ping of ours measures nothing. */
  ponged(at: number): void {
    this.rtt = this.#gauge.answered(at) ?? this.rtt
  }

  /** Ends the connection for a reason that the peer is told, in words and as a close code. */
  end(error: PPError): void {
    if (this.#state.name === 'closed') return
    const last = [outgoing({ kind: 'error', code: error.code, message: error.message, fatal: true })]
    const said = this.#state.name === 'open' ? this.#state.owner.marked(last) : last
    this.#guarded(() => this.send(said))
    this.close(error.code, error.message)
  }

  /** Ends the connection with the close code of `code` and no message before it. */
  close(code: ErrorCode, detail = '', closeCode: number = ERRORS[code].closeCode): void {
    if (this.#state.name === 'closed') return
    const { reason } = ERRORS[code]
    const text = detail === '' || detail.includes(reason) ? detail || reason : `${reason}: ${detail}`
    this.#guarded(() => this.#transport.close(closeCode, text))
    this.#finish({ reason, code, closeCode })
  }

  /** Drops it as a cut cable would. */
  terminate(): void {
    this.#guarded(() => this.#transport.terminate())
  }

  /** Asks whether the other end is there. */
  ping(): void {
    if (this.#guarded(() => this.#ask())) return
    this.close('TRANSPORT_ERROR', 'What was to be sent could not be written.')
  }

  #ask(): void {
    if (this.codec.name === 'v2') return this.#pingSocket()
    if (this.#state.name !== 'open') return
    const at = this.#time.now()
    this.send([outgoing({ kind: 'ping', at, received: this.#state.owner.tellReceived() })])
    this.#gauge.asked(at)
  }

  /**
   * Runs what a timer or a failure asks of the transport, where nobody else would catch: an application's own transport that throws
   * costs its connection, not the process. False when it threw.
   */
  #guarded(run: () => void): boolean {
    try {
      run()
      return true
    } catch (thrown) {
      this.#options.onFault(thrown)
      return false
    }
  }

  /**
   * A ping to append to what is sent, whose answer tells whether the peer keeps up. Null before the connection is open, and for v2,
   * whose socket is pinged instead.
   */
  #probe(): Outgoing | null {
    if (this.#state.name !== 'open') return null
    if (this.codec.name === 'v2') {
      this.#pingSocket()
      return null
    }
    const at = this.#time.now()
    this.#gauge.asked(at)
    return outgoing({ kind: 'ping', at, received: this.#state.owner.tellReceived() })
  }

  /** A v2 client knows no ping of ours; its socket answers one. */
  #pingSocket(): void {
    const transport = this.#transport
    if (transport.ping === undefined) return
    const at = this.#time.now()
    this.#gauge.asked(at)
    transport.ping(() => {
      this.#lastHeard = this.#time.now()
      this.ponged(at)
    })
  }

  #startHeartbeat(): Undo {
    const { heartbeatMs } = this.#options
    const canAsk = this.codec.name !== 'v2' || this.#transport.ping !== undefined
    if (heartbeatMs === 0 || !canAsk) return () => {}
    this.#lastHeard = this.#time.now()
    return startHeartbeat(this, { time: this.#time, heartbeatMs })
  }

  #write({ bytes, messages }: PackedFrame): void {
    this.#transport.send(bytes)
    this.#inspect('out', bytes, messages)
  }

  #receive(frame: Uint8Array): void {
    if (this.#state.name === 'closed') return
    if (this.#state.name === 'open') this.isEarly = false
    const now = this.#time.now()
    this.#lastHeard = now
    if (frame.byteLength > this.#maxPayloadBytes) {
      this.end(
        new PPError(
          'PAYLOAD_TOO_LARGE',
          `A message may have ${this.#maxPayloadBytes} bytes at most (maxPayloadBytes).`,
        ),
      )
      return
    }
    if (!this.#incoming.take(frame.byteLength, now)) {
      const { maxBytesPerSecond } = this.#options
      this.end(
        new PPError(
          'RATE_LIMITED',
          `More than ${maxBytesPerSecond} bytes a second were sent (maxBytesPerSecond).`,
        ),
      )
      return
    }

    const cost = { bytes: frame.byteLength }
    let messages: Message[] = []
    let fault: PPError | null = null
    try {
      messages = this.codec.decode(frame, cost)
    } catch (thrown) {
      fault = toPPError(thrown, 'MALFORMED_FRAME')
    }
    // Before the handshake is over, what cannot be read may hold a token.
    const isSafe = fault === null || this.#state.name === 'open'
    this.#inspect('in', isSafe ? frame : new Uint8Array(frame.byteLength), messages)
    if (fault !== null && !this.#survives(fault)) {
      this.end(ending(fault))
      return
    }
    // Finding out that a frame cannot be read costs as much as reading it.
    const growth = cost.bytes - frame.byteLength
    if (growth > 0 && !this.#mayGrow(growth)) {
      this.end(
        new PPError(
          'RATE_LIMITED',
          'Too much was sent compressed: reading it takes more than maxPayloadBytes allows.',
        ),
      )
      return
    }
    if (fault !== null && this.#state.name === 'open') this.#state.owner.refuse(fault)
    // Each message may end the connection; what follows it in the frame is then not read.
    for (const message of messages) this.#deliver(message)
  }

  #mayGrow(bytes: number): boolean {
    this.#growth ??= createTokenBucket(this.#time, this.#maxPayloadBytes * GROWTH_PER_SECOND)
    return this.#growth.take(bytes)
  }

  #deliver(message: Message): void {
    const state = this.#state
    switch (state.name) {
      case 'greeting':
        this.#greeted(message)
        return
      case 'opening':
        this.#keep(state, message)
        return
      case 'open':
        state.owner.hear(this, message)
        return
      case 'closed':
    }
  }

  #keep(state: State & { name: 'opening' }, message: Message): void {
    const { maxBacklog } = this.#options
    state.backlogBytes += memorySize(message, maxBacklog.bytes)
    if (state.backlog.length < maxBacklog.messages && state.backlogBytes <= maxBacklog.bytes) {
      state.backlog.push(message)
    } else {
      this.end(new PPError('RATE_LIMITED', 'Too much was sent before the handshake was over.'))
    }
  }

  #greeted(message: Message): void {
    if (message.kind === 'hello') {
      this.#hello(message)
    } else if (this.codec.name === 'v2') {
      this.#hello(v2Hello())
      this.#deliver(message)
    } else {
      this.end(new PPError('MALFORMED_FRAME', `The first message must be a hello, not "${message.kind}".`))
    }
  }

  #hello(hello: Hello): void {
    if (this.#state.name !== 'greeting') return
    this.#state.cancel()
    this.#state = { name: 'opening', cancel: () => {}, backlog: [], backlogBytes: 0 }
    this.#options.onHello(this, hello)
  }

  /** What cannot be read ends the connection, unless its error is one that a connection survives. */
  #survives({ code }: PPError): boolean {
    return this.#state.name === 'open' && ERRORS[code].next === 'none'
  }

  #closed({ code }: CloseInfo): void {
    // 1001 from a peer is a page that goes away, not a server that shuts down.
    const reason = code === ERRORS.SERVER_SHUTDOWN.closeCode ? 'transport close' : readCloseCode(code).reason
    this.#finish({ reason, code: null, closeCode: code })
  }

  #finish(end: ConnectionEnd): void {
    const state = this.#state
    if (state.name === 'closed') return
    this.#state = { name: 'closed' }
    this.#isLane = false
    this.#settle()
    this.#cancelHandshake()
    for (const undo of this.#undos.reverse()) undo()
    if (state.name === 'open') {
      state.cancel()
      state.owner.lost(this, end)
    } else {
      state.cancel()
      this.#options.onEnd(this, end)
    }
  }

  #inspect(direction: 'in' | 'out', bytes: Uint8Array, messages: readonly Message[]): void {
    const inspector = this.#inspector
    this.#frames++
    if (direction === 'in') inspector.journal?.frame(this.peer, this.#frames)
    if (!inspector.active) return
    inspector.emit({
      kind: 'frame',
      at: this.#time.now(),
      wallAt: this.#time.wallNow(),
      direction,
      seq: this.#frames,
      peer: this.peer,
      ...redact(this.codec, bytes, messages),
    })
  }
}

/** The error to close with when a frame cannot be read during the handshake. Refusals have no close code, so they become `MALFORMED_FRAME`. */
function ending(fault: PPError): PPError {
  if (ERRORS[fault.code].next !== 'none') return fault
  return new PPError('MALFORMED_FRAME', fault.message, { cause: fault })
}

function v2Hello(): Hello {
  return { kind: 'hello', version: 2 }
}
