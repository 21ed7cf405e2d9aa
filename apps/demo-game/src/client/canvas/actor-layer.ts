// Everything that moves above the floor: players, coins, splashes, the ring of a bomb. Few things, so all of them, in every
// frame that differs from the one before.
import { EMOTES } from '../../shared/chat.js'
import type { Point } from '../../shared/game.js'
import { BOMB, FREEZE } from '../../shared/items.js'
import { turn } from './layout.js'
import type { Layout } from './layout.js'
import type { Look } from './look.js'
import type { Particle } from './particles.js'
import type { Surface } from './surface.js'

export interface Actor {
  at: Point
  name: string
  color: number
  isSelf: boolean
  /** The connection is lost and may come back: drawn as a ghost. */
  isAway: boolean
  isTyping: boolean
  isFrozen: boolean
  isShielded: boolean
  isDashing: boolean
  /** Rounds won in a row. */
  wins: number
  /** The face over the head; null for none. */
  emote: number | null
}

export interface ActorScene {
  actors: readonly Actor[]
  coins: readonly Point[]
  particles: readonly Particle[]
  nowMs: number
}

const BLAST_MS = 550
/** Below this size of a tile a name hides more than it says; the own one always stays. */
const NAME_FROM_TILE = 18

export interface ActorLayer {
  /** Nothing is drawn for a scene that looks like the last one: a canvas that is left alone costs no battery. */
  draw(scene: ActorScene): void
  /** Starts the ring of a bomb or of a freeze. */
  blast(at: Point, ring: { color: number | 'ice'; nowMs: number }): void
  restyle(layout: Layout, look: Look): void
}

interface Blast {
  at: Point
  color: number | 'ice'
  since: number
}

export function createActorLayer({ context }: Surface): ActorLayer {
  let layout: Layout | null = null
  let look: Look | null = null
  let blasts: Blast[] = []
  /** What the canvas shows; null when it must be drawn whatever comes. */
  let shown: ActorScene | null = null

  return {
    draw(scene) {
      if (layout === null || look === null) return
      const { actors, coins, particles, nowMs } = scene
      const isMoving = blasts.length > 0 || particles.length > 0 || (look.moves && coins.length > 0)
      if (!isMoving && shown !== null && looksLike(scene, shown)) return
      shown = isMoving ? null : scene
      context.clearRect(0, 0, layout.width, layout.height)
      for (const coin of coins) drawCoin(coin, look.moves ? nowMs : 0)
      blasts = blasts.filter(({ since }) => nowMs - since < BLAST_MS)
      for (const blast of blasts) drawBlast(blast, (nowMs - blast.since) / BLAST_MS)
      for (const particle of particles) drawParticle(particle)
      for (const actor of actors) if (!actor.isSelf) drawActor(actor)
      for (const actor of actors) if (actor.isSelf) drawActor(actor)
      for (const actor of actors) drawName(actor)
      for (const actor of actors) drawEmote(actor)
    },
    blast(at, { color, nowMs }) {
      if (look?.moves) blasts.push({ at, color, since: nowMs })
    },
    restyle(nextLayout, nextLook) {
      layout = nextLayout
      look = nextLook
      shown = null
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

  function paint(color: number): string {
    return look?.paints[color] ?? ''
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

  function drawBlast({ at, color }: Blast, share: number) {
    if (look === null) return
    const { x, y, tile } = onScreen(at)
    const reach = color === 'ice' ? FREEZE.radius : BOMB.radius
    context.globalAlpha = 1 - share
    disc(x, y, reach * tile * (0.4 + 0.9 * Math.sqrt(share)))
    context.strokeStyle = color === 'ice' ? look.ice : paint(color)
    context.lineWidth = tile * 0.5 * (1 - share)
    context.stroke()
    context.globalAlpha = 1
  }

  function drawParticle({ x: atX, y: atY, radius, color, leftMs, lifeMs }: Particle) {
    const { x, y, tile } = onScreen({ x: atX, y: atY })
    context.globalAlpha = Math.min(1, (leftMs / lifeMs) * 1.6)
    disc(x, y, radius * tile)
    context.fillStyle = paint(color)
    context.fill()
    context.globalAlpha = 1
  }

  function drawActor({ at, color, isSelf, isAway, isFrozen, isShielded, isDashing }: Actor) {
    if (look === null) return
    const { x, y, tile } = onScreen(at)
    const radius = Math.max(7, tile * (isDashing ? 0.52 : 0.46))
    context.globalAlpha = isAway ? 0.45 : 1
    if (isShielded) {
      disc(x, y, radius + tile * 0.5)
      context.strokeStyle = look.ink
      context.lineWidth = Math.max(2, tile * 0.09)
      context.setLineDash([tile * 0.3, tile * 0.16])
      context.stroke()
      context.setLineDash([])
    }
    if (isSelf) {
      disc(x, y, radius + tile * 0.26)
      context.fillStyle = look.ink
      context.fill()
    }
    disc(x, y, radius + tile * 0.12)
    context.fillStyle = isSelf ? look.paper : look.ink
    context.fill()
    disc(x, y, radius)
    context.fillStyle = paint(color)
    context.fill()
    disc(x - radius * 0.3, y - radius * 0.34, radius * 0.24)
    context.fillStyle = 'rgb(255 255 255 / 0.55)'
    context.fill()
    if (isFrozen) drawIce(x, y, tile)
    context.globalAlpha = 1
  }

  function drawIce(x: number, y: number, tile: number) {
    if (look === null) return
    const edge = tile * 1.35
    context.beginPath()
    context.roundRect(x - edge / 2, y - edge / 2, edge, edge, edge * 0.22)
    context.globalAlpha = 0.55
    context.fillStyle = look.ice
    context.fill()
    context.globalAlpha = 1
    context.strokeStyle = '#fff'
    context.lineWidth = Math.max(1.5, tile * 0.07)
    context.stroke()
  }

  function drawName({ at, name, isSelf, isAway, isTyping, wins }: Actor) {
    if (look === null || layout === null) return
    const { x, y, tile } = onScreen(at)
    if (tile < NAME_FROM_TILE && !isSelf) return

    const size = Math.round(Math.min(14, Math.max(11, tile * 0.4)))
    context.font = `${isSelf ? 700 : 600} ${size}px ${look.font}`
    const text = `${wins > 0 ? '♛ ' : ''}${name}${isAway || isTyping ? ' …' : ''}`
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

  function drawEmote({ at, emote }: Actor) {
    const face = emote === null ? undefined : EMOTES[emote]
    if (look === null || face === undefined) return
    const { x, y, tile } = onScreen(at)
    const size = Math.max(22, tile * 1.1)
    const middle = y - tile * 0.9 - size * 1.35 < 0 ? y + tile * 2 : y - tile * 0.9 - size * 1.2
    disc(x, middle, size * 0.75)
    context.fillStyle = look.paper
    context.fill()
    context.font = `${size}px ${look.font}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillStyle = look.ink
    context.fillText(face, x, middle + size * 0.06)
  }
}

/** Of scenes in which nothing moves by itself. */
function looksLike(a: ActorScene, b: ActorScene): boolean {
  return (
    a.actors.length === b.actors.length &&
    a.coins.length === b.coins.length &&
    a.actors.every((actor, index) => isSameActor(actor, b.actors[index])) &&
    a.coins.every((coin, index) => isSamePlace(coin, b.coins[index]))
  )
}

function isSameActor(a: Actor, b: Actor | undefined): boolean {
  if (b === undefined || !isSamePlace(a.at, b.at)) return false
  // The keys of one literal: both have the same.
  for (const key in a) if (key !== 'at' && a[key as keyof Actor] !== b[key as keyof Actor]) return false
  return true
}

function isSamePlace(a: Point, b: Point | undefined): boolean {
  return b !== undefined && a.x === b.x && a.y === b.y
}
