// What events look and sound like: splashes, rings, a shaken floor, faces over heads. The state stays what it is.
import type { Random } from '@painda/protocol'
import type { RoomHandle } from '@painda/react'
import { playerOf } from '../../shared/game.js'
import type { Arena, Point } from '../../shared/game.js'
import { play } from '../sound.js'
import type { ActorLayer } from './actor-layer.js'
import type { Look } from './look.js'
import { createParticles } from './particles.js'
import type { Particle } from './particles.js'

const EMOTE_MS = 2_400
/** A shake is over after this; longer is seasickness. */
const SHAKE_MS = 260
const SHAKE_PX = 7
/** Bombs farther off than this, in tiles, shake nothing. */
const SHAKE_REACH = 9

export interface Effects {
  readonly particles: readonly Particle[]
  /** Where the floor is pushed to, in pixels. */
  readonly shake: Point
  advance(dtMs: number, nowMs: number): void
  emoteOf(id: string, nowMs: number): number | null
  /** The own dash began. */
  dashed(): void
  restyle(look: Pick<Look, 'moves'>): void
  close(): void
}

export interface EffectsOptions {
  room: RoomHandle<typeof Arena>
  selfId: () => string | null
  layer: Pick<ActorLayer, 'blast'>
  random: Random
}

export function createEffects({ room, selfId, layer, random }: EffectsOptions): Effects {
  const particles = createParticles(random)
  const emotes = new Map<string, { emote: number; until: number }>()
  let moves = true
  let shaken = { leftMs: 0, strength: 0 }

  const seat = (id: string | null) =>
    id === null || room.state === undefined ? undefined : playerOf(room.state, id)
  const splash = (at: Point, color: number, count: number, speed: number) => {
    if (moves) particles.burst(at, color, count, speed)
  }

  const undos = [
    room.on('boom', ({ x, y, color }) => {
      const self = seat(selfId())
      const distance = self === undefined ? SHAKE_REACH : Math.hypot(self.x - x, self.y - y)
      layer.blast({ x, y }, { color, nowMs: performance.now() })
      splash({ x, y }, color, 42, 11)
      play('boom')
      if (moves) shaken = { leftMs: SHAKE_MS, strength: Math.max(0, 1 - distance / SHAKE_REACH) }
    }),
    room.on('power', ({ item, by }) => {
      const player = seat(by)
      if (player === undefined) return
      if (item === 'freeze') layer.blast(player, { color: 'ice', nowMs: performance.now() })
      play(item)
    }),
    room.on('combo', ({ by, level }) => {
      const player = seat(by)
      if (player === undefined) return
      splash(player, player.color, 10 + level * 4, 6)
      if (by === selfId()) play('combo', 1 + level / 12)
    }),
    room.on('emote', ({ by, emote }) => {
      emotes.set(by, { emote, until: performance.now() + EMOTE_MS })
    }),
    room.subscribe(
      (state) => playerOf(state, selfId() ?? '')?.score ?? 0,
      (score, before) => {
        const self = seat(selfId())
        if (self === undefined || score <= before || score - before > 3) return
        splash(self, self.color, 3, 3.2)
        play('tile', 1 + self.combo / 8)
      },
    ),
    room.subscribe(
      (state) => playerOf(state, selfId() ?? '')?.coins ?? 0,
      (coins, before) => coins > before && play('coin'),
    ),
    room.subscribe(
      (state) => (state.phase === 'countdown' ? state.secondsLeft : -1),
      (seconds, before) => {
        if (seconds > 0) play('tick')
        else if (before > 0) play('go')
      },
    ),
    room.subscribe(
      (state) => state.phase,
      (phase) => phase === 'podium' && play('win'),
    ),
  ]

  return {
    get particles() {
      return particles.all
    },
    get shake() {
      const { leftMs, strength } = shaken
      if (leftMs <= 0) return { x: 0, y: 0 }
      const reach = SHAKE_PX * strength * (leftMs / SHAKE_MS)
      return {
        x: Math.round((random.next() * 2 - 1) * reach),
        y: Math.round((random.next() * 2 - 1) * reach),
      }
    },
    advance(dtMs, nowMs) {
      particles.advance(dtMs)
      shaken.leftMs -= dtMs
      for (const [id, { until }] of emotes) if (until < nowMs) emotes.delete(id)
    },
    emoteOf: (id, nowMs) => {
      const shown = emotes.get(id)
      return shown === undefined || shown.until < nowMs ? null : shown.emote
    },
    dashed() {
      const self = seat(selfId())
      if (self !== undefined) splash(self, self.color, 8, 5)
      play('dash')
    },
    restyle(look) {
      moves = look.moves
    },
    close() {
      for (const undo of undos.splice(0).reverse()) undo()
    },
  }
}
