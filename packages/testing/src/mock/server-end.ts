// The far end of a mocked connection: speaks the protocol to one real client, in memory, and does nothing by itself. What
// is said while the line is down waits and comes when the client is back, as a server's session would have it.
//   client → here   Hello, Join, Leave, Event, PresenceUpdate
//   here → client   Welcome, and whatever `say` and `sayBytes` are given
import {
  createTransportPair,
  createServerCodec,
  isReliable,
  type Event,
  type Join,
  type Message,
  type PresenceUpdate,
  type Transport,
} from '@painda/protocol'

export interface ServerEndOptions {
  clientId: string
  onJoin(join: Join): void
  onLeave(room: string): void
  onEvent(event: Event): void
  onPresence(update: PresenceUpdate): void
}

export interface ServerEnd {
  /** True while the client has been welcomed and the line is up. */
  readonly isOpen: boolean
  /** For the client's option of that name. */
  connectTransport(): Transport
  say(message: Message): void
  /** A body that is encoded already. */
  sayBytes(body: Uint8Array): void
  /** The line breaks. New connections wait until `restore`. */
  cut(): void
  /** Connections are welcomed again; `isExpired`: as another session, which knows nothing of the one before. */
  restore(isExpired: boolean): void
  close(): void
}

export function createServerEnd({
  clientId,
  onJoin,
  onLeave,
  onEvent,
  onPresence,
}: ServerEndOptions): ServerEnd {
  const codec = createServerCodec()
  let line: Transport | null = null
  let isOpen = false
  let isDown = false
  let hasExpired = false
  /** Reliable messages of this session that came. */
  let received = 0
  let sessions = 0
  let waiting: { body: Uint8Array; isReliable: boolean }[] = []

  function welcome(isReturn: boolean): void {
    const outcome = !isReturn ? 'new' : hasExpired ? 'expired' : 'resumed'
    if (outcome !== 'resumed') {
      sessions++
      received = 0
      waiting = []
    }
    const missed = waiting
    waiting = []
    isOpen = true
    const message: Message = {
      kind: 'welcome',
      id: clientId,
      token: `${clientId} ${sessions}`,
      outcome,
      ...(outcome === 'expired' ? { reason: 'window' as const, lost: 0 } : {}),
      received,
      missed: missed.filter((one) => one.isReliable).length,
      // Nobody is asked whether they are still there.
      heartbeatMs: 0,
      windowMs: 120_000,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      serverNow: 0,
    }
    send(codec.encode(message))
    for (const { body } of missed) send(body)
    hasExpired = false
  }

  function send(body: Uint8Array): void {
    for (const frame of codec.pack([body])) line?.send(frame)
  }

  function receive(message: Message): void {
    if (isReliable(message)) received++
    switch (message.kind) {
      case 'hello':
        welcome(message.session !== undefined)
        return
      case 'join':
        onJoin(message)
        return
      case 'leave':
        onLeave(message.room)
        return
      case 'event':
        onEvent(message)
        return
      case 'presence':
        onPresence(message)
        return
      default:
      // Pings are not asked for, and what the client has is known: nothing is lost on this line.
    }
  }

  function drop(): void {
    const lost = line
    line = null
    isOpen = false
    lost?.terminate()
  }

  function sayBody(body: Uint8Array, counts: boolean): void {
    if (isOpen) send(body)
    else if (sessions > 0) waiting.push({ body, isReliable: counts })
  }

  return {
    get isOpen() {
      return isOpen
    },
    connectTransport() {
      // At once: what a test says has been heard when the call returns.
      const [near, far] = createTransportPair({ defer: (deliver) => deliver() })
      if (isDown) {
        near.terminate()
        return near
      }
      line = far
      far.onMessage((frame) => {
        if (line === far) for (const message of codec.decode(frame)) receive(message)
      })
      far.onClose(() => {
        if (line !== far) return
        line = null
        isOpen = false
      })
      return near
    },
    say: (message) => sayBody(codec.encode(message), isReliable(message)),
    sayBytes: (body) => sayBody(body, false),
    cut() {
      isDown = true
      drop()
    },
    restore(isExpired) {
      isDown = false
      hasExpired = isExpired
    },
    close: drop,
  }
}

const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
