// Everything that moves above the floor: players, coins, the ring of a bomb. Few things, so all of them, every frame.
import { BOMB } from '../../shared/game.js'
import type { Point } from '../../shared/game.js'
import { paintOf } from '../../shared/palette.js'
import { turn } from './layout.js'
import type { Layout } from './layout.js'
import type { Surface } from './surface.js'

export interface Actor {
  at: Point
  name: string
  color: number
  isSelf: boolean
  /** The connection is lost and may come back: drawn as a ghost. */
  isAway: boolean
}

export interface ActorLook {
  ink: string
  paper: string
  coin: string
  font: string
  moves: boolean
}

export interface ActorScene {
  actors: readonly Actor[]
  coins: readonly Point[]
  nowMs: number
}

const BLAST_MS = 550
/** Below this size of a tile a name hides more than it says; the own one always stays. */
const NAME_FROM_TILE = 18

export interface ActorLayer {
  draw(scene: ActorScene): void
  /** Starts the ring of a bomb. */
  blast(at: Point, color: number, nowMs: number): void
  restyle(layout: Layout, look: ActorLook): void
}

export function createActorLayer({ context }: Surface): ActorLayer {
  let layout: Layout | null = null
  let look: ActorLook | null = null
  let blasts: { at: Point; color: number; since: number }[] = []

  return {
    draw({ actors, coins, nowMs }) {
      if (layout === null || look === null) return
      context.clearRect(0, 0, layout.width, layout.height)
      for (const coin of coins) drawCoin(coin, look.moves ? nowMs : 0)
      blasts = blasts.filter(({ since }) => nowMs - since < BLAST_MS)
      for (const { at, color, since } of blasts) drawBlast(at, color, (nowMs - since) / BLAST_MS)
      for (const actor of actors) if (!actor.isSelf) drawActor(actor)
      for (const actor of actors) if (actor.isSelf) drawActor(actor)
      for (const actor of actors) drawName(actor)
    },
    blast(at, color, since) {
      if (look?.moves) blasts.push({ at, color, since })
    },
    restyle(nextLayout, nextLook) {
      layout = nextLayout
      look = nextLook
    },
  }

  function onScreen(at: Point): Point & { tile: number } {
    const place = layout === null ? at : turn(at, layout)
    const tile = layout?.tile ?? 0
    return { x: place.x * tile, y: place.y * tile, tile }
  }

  function disc(x: number, y: number, radius: number) {
    context.beginPath()
    context.arc(x, y, radius, 0, Math.PI * 2)
  }

  function drawCoin(at: Point, nowMs: number) {
    if (look === null) return
    const { x, y, tile } = onScreen(at)
    const bob = Math.sin(nowMs / 320 + at.x * 2) * tile * 0.05
    const radius = tile * 0.27
    disc(x, y + bob, radius + Math.max(1.5, tile * 0.06))
    context.fillStyle = look.paper
    context.fill()
    disc(x, y + bob, radius)
    context.fillStyle = look.coin
    context.fill()
    disc(x, y + bob, radius * 0.55)
    context.strokeStyle = look.paper
    context.lineWidth = Math.max(1, tile * 0.06)
    context.stroke()
  }

  function drawBlast(at: Point, color: number, share: number) {
    const { x, y, tile } = onScreen(at)
    context.globalAlpha = 1 - share
    disc(x, y, BOMB.radius * tile * (0.4 + 0.9 * Math.sqrt(share)))
    context.strokeStyle = paintOf(color).hex
    context.lineWidth = tile * 0.5 * (1 - share)
    context.stroke()
    context.globalAlpha = 1
  }

  function drawActor({ at, color, isSelf, isAway }: Actor) {
    if (look === null) return
    const { x, y, tile } = onScreen(at)
    const radius = Math.max(7, tile * 0.46)
    context.globalAlpha = isAway ? 0.45 : 1
    if (isSelf) {
      disc(x, y, radius + tile * 0.26)
      context.fillStyle = look.ink
      context.fill()
    }
    disc(x, y, radius + tile * 0.12)
    context.fillStyle = isSelf ? look.paper : look.ink
    context.fill()
    disc(x, y, radius)
    context.fillStyle = paintOf(color).hex
    context.fill()
    disc(x - radius * 0.3, y - radius * 0.34, radius * 0.24)
    context.fillStyle = 'rgb(255 255 255 / 0.55)'
    context.fill()
    context.globalAlpha = 1
  }

  function drawName({ at, name, isSelf, isAway }: Actor) {
    if (look === null || layout === null) return
    const { x, y, tile } = onScreen(at)
    if (tile < NAME_FROM_TILE && !isSelf) return

    const size = Math.round(Math.min(14, Math.max(11, tile * 0.4)))
    context.font = `${isSelf ? 700 : 600} ${size}px ${look.font}`
    const text = isAway ? `${name} …` : name
    const width = context.measureText(text).width + size * 0.9
    const height = size * 1.45
    const above = y - tile * 0.85 - height
    const top = above < 0 ? y + tile * 0.85 : above
    const left = Math.min(Math.max(0, x - width / 2), layout.width - width)

    context.globalAlpha = isSelf ? 1 : 0.9
    context.beginPath()
    context.roundRect(left, top, width, height, height / 2)
    context.fillStyle = isSelf ? look.ink : look.paper
    context.fill()
    context.globalAlpha = 1
    context.fillStyle = isSelf ? look.paper : look.ink
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(text, left + width / 2, top + height / 2 + size * 0.04)
  }
}
