// Draws at most once per animation frame, and under a steady stream at most ten times a second: nobody reads faster, and
// the game needs the time more. Where drawing is expensive it draws more rarely still, so that its share of the time stays
// below a hundredth. What comes alone is drawn in the next frame.

import type { Undo } from '@painda/protocol'

const MIN_GAP_MS = 100
/** What still looks alive … */
const MAX_GAP_MS = 250
/** … and what is enough for a stream so fast that between two drawings everything in sight is another. */
const MAX_FLOOD_GAP_MS = 1_000
const FLOOD_PER_SECOND = 300
/** Of the time that a drawing took: its script is measured, and the browser takes about as long again to lay it out. */
const GAPS_PER_DRAW = 200

export interface FrameHost {
  readonly performance: { now(): number }
  requestAnimationFrame(run: (now: number) => void): number
  cancelAnimationFrame(handle: number): void
  setTimeout(run: () => void, ms: number): number
  clearTimeout(handle: number): void
}

export interface Refresh {
  /** Something came in. */
  request(): void
  /** Somebody pressed a key: an answer must not wait for the stream. */
  now(): void
  close(): void
}

export function createRefresh(host: FrameHost, draw: () => void): Refresh {
  let cancel: Undo | null = null
  let lastDrawn = -Infinity
  let gapMs = MIN_GAP_MS
  /** Asked for since the last drawing. */
  let asked = 0

  function drawMeasured(now: number): void {
    const isFlood = (asked / (now - lastDrawn)) * 1_000 > FLOOD_PER_SECOND
    const maxGapMs = isFlood ? MAX_FLOOD_GAP_MS : MAX_GAP_MS
    cancel = null
    asked = 0
    lastDrawn = now
    const start = host.performance.now()
    draw()
    // Preact draws in a microtask, which was asked for before this one.
    void Promise.resolve().then(() => {
      const spent = host.performance.now() - start
      gapMs = Math.min(maxGapMs, Math.max(MIN_GAP_MS, spent * GAPS_PER_DRAW))
    })
  }

  // A host that stops its frames (a hidden tab) simply draws when it is seen again.
  function inNextFrame(): void {
    const handle = host.requestAnimationFrame(drawMeasured)
    cancel = () => host.cancelAnimationFrame(handle)
  }

  return {
    request() {
      asked++
      if (cancel !== null) return
      const wait = lastDrawn + gapMs - host.performance.now()
      if (wait <= 0) {
        inNextFrame()
        return
      }
      // Not a frame after the other until it is time: each one makes the browser go through the whole page.
      const handle = host.setTimeout(inNextFrame, wait)
      cancel = () => host.clearTimeout(handle)
    },
    now: draw,
    close() {
      cancel?.()
      cancel = null
    },
  }
}

/** A sixtieth of a second. */
const FRAME_MS = 16

/**
 * The frames of a page. In a window of its own (`isOut`) the overlay is seen while the page may not be, and a page that nobody sees has
 * none: then a timer stands in.
 */
export function framesOf(page: FrameHost, isOut: () => boolean): FrameHost {
  return {
    performance: page.performance,
    // Timers have numbers below zero here, so that each is cancelled as what it is.
    requestAnimationFrame: (run) =>
      isOut()
        ? -page.setTimeout(() => run(page.performance.now()), FRAME_MS)
        : page.requestAnimationFrame(run),
    cancelAnimationFrame: (handle) =>
      handle < 0 ? page.clearTimeout(-handle) : page.cancelAnimationFrame(handle),
    setTimeout: (run, ms) => page.setTimeout(run, ms),
    clearTimeout: (handle) => page.clearTimeout(handle),
  }
}
