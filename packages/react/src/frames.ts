// One loop for everything that moves: a single requestAnimationFrame, asked for only while somebody listens.

export interface Frame {
  /** Milliseconds on the page's clock, as `requestAnimationFrame` gives it. */
  readonly time: number
  /** Milliseconds since the frame before; 0 in the first of a loop. */
  readonly delta: number
}

/** The number of the frame that is being drawn; 0 between frames. What is worked out for one holds for all who draw in it. */
export function frameNow(): number {
  return isDrawing ? frames : 0
}

let frames = 0
let isDrawing = false

const listeners = new Set<(frame: Frame) => void>()
let next: number | null = null
let last: number | null = null

/** Calls `listener` in every frame until it is taken back. What it throws is reported and harms nobody else. */
export function onFrame(listener: (frame: Frame) => void): () => void {
  // A wrapper of its own, so that one function given twice is called twice and taken back once.
  const entry = (frame: Frame): void => listener(frame)
  listeners.add(entry)
  next ??= requestAnimationFrame(run)
  return () => {
    if (!listeners.delete(entry) || listeners.size > 0 || next === null) return
    cancelAnimationFrame(next)
    next = last = null
  }
}

function run(time: number): void {
  const frame = { time, delta: last === null ? 0 : time - last }
  last = time
  next = requestAnimationFrame(run)
  frames++
  isDrawing = true
  for (const listener of listeners) {
    try {
      listener(frame)
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown
      })
    }
  }
  isDrawing = false
}
