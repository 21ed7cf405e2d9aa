// Splashes of paint: small discs that fly, slow down and fade. Bounded, so that a full room costs no more than this.
import type { Random } from '@painda/protocol'
import type { Point } from '../../shared/game.js'

export interface Particle extends Point {
  vx: number
  vy: number
  /** In tiles. */
  radius: number
  color: number
  leftMs: number
  lifeMs: number
}

const MAX_PARTICLES = 240
/** Two thirds of the speed are gone after this long. */
const DRAG_MS = 260

export interface Particles {
  readonly all: readonly Particle[]
  /** `count` discs from one place, in tiles and tiles per second. */
  burst(at: Point, color: number, count: number, speed: number): void
  advance(dtMs: number): void
}

export function createParticles(random: Random): Particles {
  let all: Particle[] = []
  return {
    get all() {
      return all
    },
    burst({ x, y }, color, count, speed) {
      for (let index = Math.min(count, MAX_PARTICLES - all.length); index > 0; index--) {
        const angle = random.next() * Math.PI * 2
        const fast = speed * (0.35 + 0.65 * random.next())
        const lifeMs = 260 + 380 * random.next()
        const radius = 0.07 + 0.13 * random.next()
        const [vx, vy] = [Math.cos(angle) * fast, Math.sin(angle) * fast]
        all.push({ x, y, vx, vy, radius, color, lifeMs, leftMs: lifeMs })
      }
    },
    advance(dtMs) {
      const slower = Math.exp(-dtMs / DRAG_MS)
      for (const particle of all) {
        particle.x += (particle.vx * dtMs) / 1000
        particle.y += (particle.vy * dtMs) / 1000
        particle.vx *= slower
        particle.vy *= slower
        particle.leftMs -= dtMs
      }
      all = all.filter(({ leftMs }) => leftMs > 0)
    },
  }
}
