// The stick under the thumb: two circles, moved by hand. A render per touch event would be work for nothing.
import type { Point } from '../../shared/game.js'
import { FULL_PX } from './steering.js'

export function createJoystick(element: HTMLElement): (thumb: { from: Point; to: Point } | null) => void {
  return (thumb) => {
    element.hidden = thumb === null
    if (thumb === null) return
    const dx = thumb.to.x - thumb.from.x
    const dy = thumb.to.y - thumb.from.y
    const share = Math.min(1, FULL_PX / (Math.hypot(dx, dy) || 1))
    element.style.setProperty('--from-x', `${thumb.from.x}px`)
    element.style.setProperty('--from-y', `${thumb.from.y}px`)
    element.style.setProperty('--knob-x', `${dx * share}px`)
    element.style.setProperty('--knob-y', `${dy * share}px`)
  }
}
