// A gamepad, asked once per frame while one is plugged in: browsers tell of its buttons in no other way.
import type { Point } from '../../shared/game.js'
import { STANDING } from './steering.js'

/** A stick that lies nearer to its middle than this is at rest. */
const DEAD = 0.28

export type PadButton = 'bomb' | 'freeze' | 'shield' | 'dash'
/** Of the standard mapping: the four under the right thumb. */
const BUTTONS: readonly PadButton[] = ['dash', 'freeze', 'shield', 'bomb']

export interface PadLike {
  readonly axes: readonly number[]
  readonly buttons: readonly { readonly pressed: boolean }[]
}

/** Where a pad's left stick, or its cross, points. */
export function directionOfPad({ axes, buttons }: PadLike): Point {
  const isDown = (index: number) => (buttons[index]?.pressed === true ? 1 : 0)
  const cross = { x: isDown(15) - isDown(14), y: isDown(13) - isDown(12) }
  const stick = { x: axes[0] ?? 0, y: axes[1] ?? 0 }
  const { x, y } = cross.x !== 0 || cross.y !== 0 ? cross : stick
  const length = Math.hypot(x, y)
  if (length < DEAD) return STANDING
  // Sixteenths of a turn, as with a thumb: a trembling stick does not send a message per frame.
  const angle = (Math.round((Math.atan2(y, x) / Math.PI) * 8) / 8) * Math.PI
  return { x: Math.round(Math.cos(angle) * 100) / 100 + 0, y: Math.round(Math.sin(angle) * 100) / 100 + 0 }
}

export interface PadReader {
  /** Null while no pad is plugged in. Buttons are told once per press. */
  read(pad: PadLike | null): { direction: Point; pressed: readonly PadButton[] } | null
}

export function createPadReader(): PadReader {
  let down: readonly boolean[] = []
  return {
    read(pad) {
      if (pad === null) return null
      const now = BUTTONS.map((_, index) => pad.buttons[index]?.pressed === true)
      const pressed = BUTTONS.filter((_, index) => now[index] === true && down[index] !== true)
      down = now
      return { direction: directionOfPad(pad), pressed }
    },
  }
}
