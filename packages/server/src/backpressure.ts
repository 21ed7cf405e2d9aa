// Does this connection keep up? What the socket still holds says it late: the kernel and every proxy on the way take
// megabytes before they push back. So pings ride with what is sent; the stream is ordered, and the pong says that
// everything before its ping has arrived. An answer that is late by more than the way itself is data that waits in
// somebody's queue, and more of it would only wait behind that.

/** More than this in our own memory is more than the network took in a whole turn. */
const MAX_BUFFERED_BYTES = 16 * 1024

/** A ping after this much: at 40 kB/s a tenth of a second. It and its answer cost less than 1 % of that. */
const PROBE_BYTES = 4096
/** … and this often for a trickle: an answer costs as much as two of its frames, and little can pile up meanwhile. */
const PROBE_MS = 2000
const TRICKLE_BYTES = 1024

/**
 * After this many answers in a row that met no queue the questions become rarer: a question per as much as the socket itself
 * may hold. A link that takes longer than this for a question's 4 kB is too narrow to be left alone with more: for four times as
 * much it would take longer than an answer may. Busy machines add less than this to most answers.
 */
const CALM_AFTER = 4
const CALM_SLACK_MS = 30
/** One that fell behind is narrow, and is again once its pace has recovered: it is not left alone for so long. */
const NOT_CALM_MS = 30_000
const CALM_BYTES = 16 * 1024
/**
 * The same for a trickle: reading an answer costs as much as sending some of its frames, and what a stall lets pile up unseen
 * is still less than the bytes above. Sooner than two silent ends would ask each other.
 */
const CALM_MS = 20_000

/** A trickle that has become worth a question looks at the clock once for so many bytes. */
const UNTIMED_BYTES = 256

/** An answer may be late by half the way, inside these bounds: jitter grows with distance. */
const SLACK = 0.5
const MIN_SLACK_MS = 30
const MAX_SLACK_MS = 150
/** The way before anything was measured: once round the earth. */
const UNKNOWN_RTT_MS = 250

/**
 * Late answers count when they are still missing so much later: after a stall of our own they may have come, and be the
 * next thing that is read.
 */
const SECOND_LOOK_MS = 8

/** A peer that never answers is late by the oldest; more are not kept for it. */
const MAX_PROBES = 64

/** After a late answer every frame is asked about, until one meets no queue again: where that ends is worth knowing. For so long at most. */
const ALERT_MS = 1000

/** Answers closer together than this say nothing about a pace: a stall that ends lets all of them through at once. */
const MIN_PACE_MS = 20

interface Probe {
  readonly at: number
  /** What had been sent when it left. */
  readonly mark: number
  /** Nothing was under way before it: it measures the way, and no queue. */
  readonly isAlone: boolean
}

export class Gauge {
  readonly #now: () => number
  readonly #probes: Probe[] = []
  #sentBytes = 0
  #askedBytes = 0
  #confirmedBytes = 0
  #askedAt = -Infinity
  #wasIdle = true
  #alertUntil = -Infinity
  /** Answers in a row that met no queue. */
  #inTime = 0
  #behindAt = -Infinity
  /** The shortest way known. Longer only when a probe that was alone says so. */
  #way: number | null = null
  /** Bytes per millisecond between the last answers. */
  #pace: number | null = null
  #answer: { at: number; mark: number } | null = null
  #lateSince: number | null = null

  constructor(now: () => number) {
    this.#now = now
  }

  /** Bytes handed over of which nobody has said that they came. */
  get unconfirmedBytes(): number {
    return this.#sentBytes - this.#confirmedBytes
  }

  /** No question is under way, and none before was late just now: `isBehind` would say no. */
  get isQuiet(): boolean {
    return this.#probes.length === 0 && this.#alertUntil === -Infinity
  }

  /** Notes bytes that are handed over now. True when a ping should travel behind them, noted by `asked`. */
  sent(bytes: number): boolean {
    this.note(bytes)
    const fresh = this.#sentBytes - this.#askedBytes
    if (fresh >= this.#limit) return true
    // The clock costs as much as the rest of this: it is read only where its word counts.
    if (fresh < TRICKLE_BYTES && this.#alertUntil === -Infinity) return false
    const time = this.#now()
    if (time >= this.#alertUntil) this.#alertUntil = -Infinity
    return time < this.#alertUntil || this.#isOverdue(fresh, time)
  }

  /**
   * The same while it `isQuiet`, for many frames at a time: 0 when a ping is due with these bytes, else how many may leave,
   * these among them, before it is to be asked again. The caller notes what has left.
   */
  grant(bytes: number, time: number): number {
    const fresh = this.#sentBytes + bytes - this.#askedBytes
    if (fresh >= this.#limit || this.#isOverdue(fresh, time)) return 0
    const untimed = Math.max(TRICKLE_BYTES - fresh - 1, UNTIMED_BYTES)
    return bytes + Math.min(this.#limit - fresh - 1, untimed)
  }

  /** Notes bytes that were handed over. */
  note(bytes: number): void {
    this.#wasIdle = this.#confirmedBytes === this.#sentBytes
    this.#sentBytes += bytes
  }

  asked(at: number): void {
    if (this.#probes.length < MAX_PROBES)
      this.#probes.push({ at, mark: this.#sentBytes, isAlone: this.#wasIdle })
    this.#askedAt = at
    this.#askedBytes = this.#sentBytes
  }

  /** The round trip, or null for a ping that nobody waits for. */
  answered(at: number): number | null {
    const index = this.#probes.findIndex((probe) => probe.at === at)
    const probe = this.#probes[index]
    if (probe === undefined) return null
    this.#probes.splice(0, index + 1)
    if (this.#probes.length === 0) this.#lateSince = null
    // Where the queue ended is known.
    if (this.#now() - at <= this.#usual + this.#slack) this.#alertUntil = -Infinity
    return this.#measure(probe)
  }

  /** True when what is sent now would wait behind what was sent before. */
  isBehind(bufferedBytes: number): boolean {
    if (bufferedBytes > MAX_BUFFERED_BYTES) return true
    if (this.#probes.length === 0) {
      this.#lateSince = null
      return false
    }
    const time = this.#now()
    if (!this.#isLate(time)) {
      this.#lateSince = null
      return false
    }
    this.#inTime = 0
    this.#lateSince ??= time
    this.#alertUntil = time + ALERT_MS
    if (time - this.#lateSince < SECOND_LOOK_MS) return false
    this.#behindAt = time
    return true
  }

  get #limit(): number {
    return this.#inTime >= CALM_AFTER ? CALM_BYTES : PROBE_BYTES
  }

  get #usual(): number {
    return this.#way ?? UNKNOWN_RTT_MS
  }

  get #slack(): number {
    return Math.min(MAX_SLACK_MS, Math.max(MIN_SLACK_MS, this.#usual * SLACK))
  }

  #isOverdue(fresh: number, time: number): boolean {
    return fresh >= TRICKLE_BYTES && time - this.#askedAt >= (this.#inTime >= CALM_AFTER ? CALM_MS : PROBE_MS)
  }

  #measure({ at, mark, isAlone }: Probe): number {
    const time = this.#now()
    const rtt = time - at
    const isCalm = rtt <= (this.#way ?? rtt) + CALM_SLACK_MS && time - this.#behindAt >= NOT_CALM_MS
    this.#inTime = isCalm ? this.#inTime + 1 : 0
    if (this.#way === null || rtt < this.#way) this.#way = rtt
    else if (isAlone) this.#way += (rtt - this.#way) / 2
    if (this.#answer === null) this.#answer = { at: time, mark }
    else if (time - this.#answer.at >= MIN_PACE_MS) {
      this.#pace = (mark - this.#answer.mark) / (time - this.#answer.at)
      this.#answer = { at: time, mark }
    }
    this.#confirmedBytes = mark
    return rtt
  }

  /** Is the answer that is longest under way later than the way explains? */
  #isLate(time: number): boolean {
    const oldest = this.#probes[0]
    if (oldest === undefined) return false
    const [usual, slack] = [this.#usual, this.#slack]
    if (time - oldest.at <= usual + slack) return false
    // A queue that moves, and is short again by now: waiting for its end would let the wire run empty.
    if (this.#pace === null || this.#answer === null || time - this.#answer.at > slack) return true
    return this.unconfirmedBytes > this.#pace * (usual + slack / 2)
  }
}
