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

/** After a late answer every frame is asked about for so long: where the queue ends is worth knowing then. */
const ALERT_MS = 1000

/** Answers closer together than this say nothing about a pace: a stall that ends lets all of them through at once. */
const MIN_PACE_MS = 20

export interface Gauge {
  /** Notes bytes that are handed over now. True when a ping should travel behind them, noted by `asked`. */
  sent(bytes: number): boolean
  asked(at: number): void
  /** The round trip, or null for a ping that nobody waits for. */
  answered(at: number): number | null
  /** Bytes handed over of which nobody has said that they came. */
  readonly unconfirmedBytes: number
  /** True when what is sent now would wait behind what was sent before. */
  isBehind(bufferedBytes: number): boolean
}

interface Probe {
  readonly at: number
  /** What had been sent when it left. */
  readonly mark: number
  /** Nothing was under way before it: it measures the way, and no queue. */
  readonly isAlone: boolean
}

export function createGauge(now: () => number): Gauge {
  const probes: Probe[] = []
  let sentBytes = 0
  let askedBytes = 0
  let confirmedBytes = 0
  let askedAt = -Infinity
  let wasIdle = true
  let alertUntil = -Infinity
  /** The shortest way known. Longer only when a probe that was alone says so. */
  let way: number | null = null
  /** Bytes per millisecond between the last answers. */
  let pace: number | null = null
  let answer: { at: number; mark: number } | null = null
  let lateSince: number | null = null

  function measure({ at, mark, isAlone }: Probe): number {
    const time = now()
    const rtt = time - at
    if (way === null || rtt < way) way = rtt
    else if (isAlone) way += (rtt - way) / 2
    if (answer === null) answer = { at: time, mark }
    else if (time - answer.at >= MIN_PACE_MS) {
      pace = (mark - answer.mark) / (time - answer.at)
      answer = { at: time, mark }
    }
    confirmedBytes = mark
    return rtt
  }

  /** Is the answer that is longest under way later than the way explains? */
  function isLate(time: number): boolean {
    const oldest = probes[0]
    if (oldest === undefined) return false
    const usual = way ?? UNKNOWN_RTT_MS
    const slack = Math.min(MAX_SLACK_MS, Math.max(MIN_SLACK_MS, usual * SLACK))
    if (time - oldest.at <= usual + slack) return false
    // A queue that moves, and is short again by now: waiting for its end would let the wire run empty.
    if (pace === null || answer === null || time - answer.at > slack) return true
    return sentBytes - confirmedBytes > pace * (usual + slack / 2)
  }

  return {
    sent(bytes) {
      wasIdle = confirmedBytes === sentBytes
      sentBytes += bytes
      const fresh = sentBytes - askedBytes
      if (fresh >= PROBE_BYTES) return true
      // The clock costs as much as the rest of this: it is read only where its word counts.
      if (fresh < TRICKLE_BYTES && alertUntil === -Infinity) return false
      const time = now()
      if (time >= alertUntil) alertUntil = -Infinity
      return time < alertUntil || (fresh >= TRICKLE_BYTES && time - askedAt >= PROBE_MS)
    },
    asked(at) {
      if (probes.length < MAX_PROBES) probes.push({ at, mark: sentBytes, isAlone: wasIdle })
      askedAt = at
      askedBytes = sentBytes
    },
    answered(at) {
      const index = probes.findIndex((probe) => probe.at === at)
      const probe = probes[index]
      if (probe === undefined) return null
      probes.splice(0, index + 1)
      return measure(probe)
    },
    get unconfirmedBytes() {
      return sentBytes - confirmedBytes
    },
    isBehind(bufferedBytes) {
      if (bufferedBytes > MAX_BUFFERED_BYTES) return true
      if (probes.length === 0) {
        lateSince = null
        return false
      }
      const time = now()
      if (!isLate(time)) {
        lateSince = null
        return false
      }
      lateSince ??= time
      alertUntil = time + ALERT_MS
      return time - lateSince >= SECOND_LOOK_MS
    },
  }
}
