// Keyboard and thumb, joined into one direction of the screen. The latest word counts: a thumb on the floor beats keys.
import type { Point } from '../../shared/game.js'
import { giveOrder, orderOfKey } from './orders.js'
import { STANDING, directionOfDrag, directionOfKeys, isSameDirection, isSteeringKey } from './steering.js'

export interface ControlsOptions {
  /** Where a thumb may be put down. */
  surface: HTMLElement
  onDirection: (direction: Point) => void
  /** The thumb, in pixels of the window; null when it is lifted. */
  onThumb: (thumb: { from: Point; to: Point } | null) => void
}

export interface Controls {
  /** The direction of a pad, asked once per frame; it counts where neither keys nor thumb say anything. */
  pad(direction: Point): void
  close(): void
}

/** Listens until `close`. Losing the window's focus lets go of everything: nobody walks on by themselves. */
export function createControls({ surface, onDirection, onThumb }: ControlsOptions): Controls {
  const listening = new AbortController()
  const { signal } = listening
  const down = new Set<string>()
  let thumb: { pointer: number; from: Point } | null = null
  let last = STANDING
  let fromPad = STANDING

  const tell = (direction: Point) => {
    if (isSameDirection(direction, last)) return
    last = direction
    onDirection(direction)
  }
  const release = () => {
    down.clear()
    liftThumb()
  }
  const liftThumb = () => {
    thumb = null
    onThumb(null)
    tell(fromKeys())
  }
  const fromKeys = (): Point => (down.size > 0 ? directionOfKeys(down) : fromPad)

  window.addEventListener(
    'keydown',
    (event) => {
      const order = orderOfKey(event.code)
      if (order !== undefined && !event.repeat && !isTaken(event.target)) {
        event.preventDefault()
        giveOrder(order)
      }
      if (
        !isSteeringKey(event.code) ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTyping(event.target)
      )
        return
      event.preventDefault()
      down.add(event.code)
      if (thumb === null) tell(fromKeys())
    },
    { signal },
  )
  window.addEventListener(
    'keyup',
    (event) => {
      if (down.delete(event.code) && thumb === null) tell(fromKeys())
    },
    { signal },
  )
  window.addEventListener('blur', release, { signal })
  document.addEventListener('visibilitychange', release, { signal })

  surface.addEventListener(
    'pointerdown',
    (event) => {
      if (thumb !== null || event.button !== 0) return
      surface.setPointerCapture(event.pointerId)
      thumb = { pointer: event.pointerId, from: { x: event.clientX, y: event.clientY } }
      onThumb({ from: thumb.from, to: thumb.from })
    },
    { signal },
  )
  surface.addEventListener(
    'pointermove',
    (event) => {
      if (thumb?.pointer !== event.pointerId) return
      const to = { x: event.clientX, y: event.clientY }
      onThumb({ from: thumb.from, to })
      tell(directionOfDrag(thumb.from, to))
    },
    { signal },
  )
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    surface.addEventListener(end, (event) => thumb?.pointer === event.pointerId && liftThumb(), { signal })
  }

  return {
    pad(direction) {
      if (isSameDirection(direction, fromPad)) return
      fromPad = direction
      if (thumb === null) tell(fromKeys())
    },
    close() {
      listening.abort()
      tell(STANDING)
    },
  }
}

/** A key that presses a button, or is typed, gives no order. */
function isTaken(target: EventTarget | null): boolean {
  return isTyping(target) || (target instanceof HTMLElement && target.closest('button, a, summary') !== null)
}

/** A key that goes into a text field, or picks a radio button, steers nobody. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  )
}
