// A session outlives its connections: who we are, the secret that proves it, and what each end has of the other's
// messages.
//   client → server  Hello.session  "this was I, and so much of yours has come"
//   server → client  Welcome        the session goes on, or it is another one; so much of yours has come
//   either → other   Received       after 64 messages or a second, so that the other end may forget them
// The secret lives in memory; `keep` and `restore` carry it over a reload.
import type { ExpiryReason, Hello, Message, RoomVersions, Time, Undo, Welcome } from '@painda/protocol'
import { isReliable } from '@painda/protocol'
import type { Letter, Link } from './link.js'
import type { Gate, Outbox } from './outbox.js'
import { createPace } from './pace.js'
import type { Recovery } from './types.js'

export interface SessionOptions {
  time: Time
  outbox: Outbox
  encode: (message: Message) => Uint8Array
  /** A message that waited is more than this server takes. */
  onTooLarge: (letter: Letter, maxBytes: number) => void
}

/** What a welcome means for those who wait. */
export interface Adoption {
  /** False: whatever was known under the session before is void. */
  isSame: boolean
  /** True at the first welcome, and after `forget`. */
  isFirst: boolean
  /** The page was loaded anew: its rooms are told behind the welcome. */
  isFresh: boolean
  /** Null at a first welcome. */
  recovery: Recovery | null
}

export interface Session {
  readonly id: string | null
  /** The id of the user, where the server knows one; else the same. */
  readonly userId: string | null
  /** The last hello presented no session. */
  readonly isNew: boolean
  /** How many reliable messages have come in this session, for a message that tells the server so. */
  tell(): number
  /** `versions`: the state rooms whose replicas can go on. */
  hello(versions: RoomVersions): Pick<Hello, 'session'>
  /** Sends a message right behind the hello. False when that does not begin a session, or takes no more with it. */
  sendEarly(letter: Letter, link: Link): boolean
  adopt(welcome: Welcome): Adoption
  /**
   * The link is ready: sends again what was not confirmed. From here on `post` sends. The server takes so many messages a
   * second, 0 for any number. The undo ends that.
   */
  attach(link: Link, messagesPerSecond: number): Undo
  /** Sends a message, or keeps it until it can be sent. */
  post(letter: Letter, gate: Gate | null): void
  /** Sends what waited and can be sent by now. */
  release(): void
  /** To be called for every message that came. */
  count(message: Message): void
  /** The server has this many of ours. @throws PPError `MALFORMED_FRAME` for more than were sent. */
  confirmed(count: number): void
  /** The session is over for this end. */
  forget(): void
  /** What the next page needs to go on; null when the session cannot be resumed. */
  keep(): SessionKey | null
  /** Goes on with the session of the page before. */
  restore(key: SessionKey): void
  /** The session is another page's: this one gets a new one, and is told that its own has expired. */
  abandon(): void
}

export interface SessionKey {
  readonly id: string
  readonly token: string
  readonly received: number
}

/** Rule RC6. */
const CONFIRM_AFTER_MESSAGES = 64
const CONFIRM_AFTER_MS = 1_000

/** What rides with a hello. The server has not said yet what it takes, and keeps this while it asks who we are. */
const MAX_EARLY = 16
const MAX_EARLY_BYTES = 1024

/** How often a buffer that is too full for one go sends its next part. */
const PACE_MS = 100

/** A server that confirms nothing must not fill our memory: past these the session can no longer be resumed. */
const MAX_UNCONFIRMED = 16_384
const MAX_UNCONFIRMED_BYTES = 16 * 1024 * 1024

export function createSession({ time, outbox, encode, onTooLarge }: SessionOptions): Session {
  let current: { id: string; token: string; userId: string } | null = null
  /** The id stays known when the session cannot be resumed, so that its end can be named. */
  let lastId: string | null = null
  let hasOverflowed = false
  /** Restored, and not welcomed since: nothing is known but the key. */
  let isRestored = false
  /** The last hello presented no session: nothing that was sent before it counts. */
  let isNew = false
  let received = 0
  let told = 0
  let link: Link | null = null
  let confirmTimer: Undo | null = null
  const pace = createPace(time)
  /** Set while what can be sent waits for its second. */
  let paceTimer: Undo | null = null

  function send(letter: Letter): void {
    if (isReliable(letter.message) && !hasOverflowed) {
      outbox.keep(letter)
      hasOverflowed =
        outbox.unconfirmed().length > MAX_UNCONFIRMED || outbox.unconfirmedBytes > MAX_UNCONFIRMED_BYTES
      if (hasOverflowed) outbox.restart()
    }
    link?.send(letter)
  }

  function tell(): number {
    confirmTimer?.()
    confirmTimer = null
    told = received
    return received
  }

  function confirm(): void {
    if (told === received) return
    const message: Message = { kind: 'received', count: tell() }
    link?.send({ message, body: encode(message) })
  }

  function release(): void {
    paceTimer?.()
    paceTimer = null
    if (link === null) return
    const letters = outbox.release(pace.allowance())
    pace.take(letters.length)
    for (const letter of letters) {
      // Sent, it would end this connection, and after the reconnect the next one.
      if (letter.body.byteLength > link.maxFrameBytes) onTooLarge(letter, link.maxFrameBytes)
      else send(letter)
    }
    if (outbox.hasReady) paceTimer = time.after(PACE_MS, release)
  }

  function forget(): void {
    current = null
    lastId = null
    hasOverflowed = false
    isRestored = false
    received = 0
    told = 0
    outbox.restart()
  }

  return {
    get id() {
      return current?.id ?? lastId
    },
    get userId() {
      return current?.userId ?? lastId
    },
    get isNew() {
      return isNew
    },
    tell,
    hello(versions) {
      isNew = current === null || hasOverflowed
      if (current === null || hasOverflowed) {
        outbox.restart()
        return {}
      }
      const held = versions.length === 0 ? {} : { versions }
      const fresh = isRestored ? { fresh: true } : {}
      return { session: { id: current.id, token: current.token, received, ...held, ...fresh } }
    },
    sendEarly(letter, newLink) {
      const sent = outbox.unconfirmed().length
      const bytes = outbox.unconfirmedBytes + letter.body.byteLength
      if (!isNew || sent >= MAX_EARLY || bytes > MAX_EARLY_BYTES) return false
      outbox.keep(letter)
      newLink.send(letter)
      return true
    },
    adopt(welcome) {
      const isFirst = lastId === null
      const isSame = current !== null && (welcome.outcome === 'resumed' || welcome.outcome === 'snapshot')
      if (!isSame && !isNew) outbox.restart()
      const isFresh = isSame && isRestored
      isRestored = false
      if (isFresh) outbox.startAt(welcome.received)
      else if (isSame) outbox.confirm(welcome.received)
      else received = 0
      told = received
      const reason = hasOverflowed ? 'overflow' : (welcome.reason ?? 'restart')
      hasOverflowed = false
      current = { id: welcome.id, token: welcome.token, userId: welcome.userId ?? welcome.id }
      lastId = welcome.id
      const recovery = isFirst ? null : recoveryOf(welcome, isSame ? null : reason)
      return { isSame, isFirst, isFresh, recovery }
    },
    attach(newLink, messagesPerSecond) {
      link = newLink
      const sent = outbox.unconfirmed()
      pace.start(messagesPerSecond, sent.length)
      if (!isNew) for (const letter of sent) link.send(letter)
      return () => {
        link = null
        paceTimer?.()
        paceTimer = null
        confirmTimer?.()
        confirmTimer = null
      }
    },
    post(letter, gate) {
      if (isReliable(letter.message)) {
        const isNext = paceTimer === null || letter.message.kind !== 'event'
        if (link !== null && isNext && (gate === null || gate.roomId !== null)) send(letter)
        else outbox.hold(letter, gate)
      } else if (link !== null && !(letter.message.kind === 'event' && link.isBehind)) send(letter)
    },
    release,
    count(message) {
      if (!isReliable(message)) return
      received++
      if (received - told >= CONFIRM_AFTER_MESSAGES) confirm()
      else confirmTimer ??= time.after(CONFIRM_AFTER_MS, confirm)
    },
    confirmed(count) {
      // After an overflow there is nothing left to compare with.
      if (!hasOverflowed) outbox.confirm(count)
    },
    forget,
    keep() {
      if (current === null || hasOverflowed) return null
      return { id: current.id, token: current.token, received }
    },
    restore(key) {
      if (lastId !== null) return
      // Who one is, is told with the welcome.
      current = { id: key.id, token: key.token, userId: key.id }
      lastId = key.id
      received = key.received
      told = received
      isRestored = true
    },
    abandon: () => void (current = null),
  }
}

function recoveryOf(welcome: Welcome, expired: ExpiryReason | null): Recovery {
  return {
    sid: welcome.id,
    recovered: expired === null,
    missedCount: expired === null ? welcome.missed : 0,
    outcome: expired !== null ? 'expired' : welcome.outcome === 'resumed' ? 'resumed' : 'snapshot',
    lost: welcome.lost ?? 0,
    reason: expired,
  }
}
