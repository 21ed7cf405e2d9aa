/** @jsxImportSource preact */
// The edge that resizes the dock: by mouse, finger, or arrow keys.
import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { clampSize, MAX_SIZE, MIN_SIZE } from './preferences.js'

interface GripProps {
  side: 'bottom' | 'right'
  size: number
  onResize: (size: number) => void
}

const KEY_STEP = 0.04

export function Grip({ side, size, onResize }: GripProps) {
  function onPointerMove(event: TargetedPointerEvent<HTMLDivElement>): void {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const share =
      side === 'bottom' ? 1 - event.clientY / window.innerHeight : 1 - event.clientX / window.innerWidth
    onResize(clampSize(share))
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const grow = side === 'bottom' ? 'ArrowUp' : 'ArrowLeft'
    const shrink = side === 'bottom' ? 'ArrowDown' : 'ArrowRight'
    if (event.key !== grow && event.key !== shrink) return
    event.preventDefault()
    onResize(clampSize(size + (event.key === grow ? KEY_STEP : -KEY_STEP)))
  }

  return (
    <div
      class="grip"
      role="separator"
      aria-label="Resize"
      aria-orientation={side === 'bottom' ? 'horizontal' : 'vertical'}
      aria-valuenow={Math.round(size * 100)}
      aria-valuemin={MIN_SIZE * 100}
      aria-valuemax={MAX_SIZE * 100}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  )
}
