// Draws at most once per animation frame, and under a steady stream at most ten times a second: nobody reads faster, and
// the game needs the time more. What comes alone is drawn in the next frame.

const MIN_GAP_MS = 100

export interface FrameHost {
  requestAnimationFrame(run: (now: number) => void): number
  cancelAnimationFrame(handle: number): void
}

export interface Refresh {
  /** Something came in. */
  request(): void
  /** Somebody pressed a key: an answer must not wait for the stream. */
  now(): void
  close(): void
}

export function createRefresh(host: FrameHost, draw: () => void): Refresh {
  let handle: number | null = null
  let lastDrawn = -Infinity

  function onFrame(now: number): void {
    // A host that stops its frames (a hidden tab) simply draws when it is seen again.
    if (now - lastDrawn < MIN_GAP_MS) {
      handle = host.requestAnimationFrame(onFrame)
      return
    }
    handle = null
    lastDrawn = now
    draw()
  }

  return {
    request() {
      handle ??= host.requestAnimationFrame(onFrame)
    },
    now: draw,
    close() {
      if (handle !== null) host.cancelAnimationFrame(handle)
      handle = null
    },
  }
}
