// The arena on the screen: frames of the room go in, one picture per animation frame comes out. React has no part in it.
import { createRandom } from '@painda/protocol'
import type { RoomHandle } from '@painda/react'
import { TICK_HZ, playerOf } from '../../shared/game.js'
import type { Arena, ArenaState, Player, Point } from '../../shared/game.js'
import { createControls } from '../input/controls.js'
import { createPadReader } from '../input/gamepad.js'
import { createJoystick } from '../input/joystick.js'
import { giveOrder, onOrder } from '../input/orders.js'
import { STANDING } from '../input/steering.js'
import { createActorLayer } from './actor-layer.js'
import type { Actor } from './actor-layer.js'
import { createEffects } from './effects.js'
import { createFloorLayer } from './floor-layer.js'
import { layoutFor, turn } from './layout.js'
import type { Layout } from './layout.js'
import { watchLook } from './look.js'
import type { Look } from './look.js'
import { createLegs } from './legs.js'
import { createMotion } from './motion.js'
import { createOwnMotion } from './own-motion.js'
import { createSurface } from './surface.js'

const TICK_MS = 1000 / TICK_HZ
/** A tab that slept is not to walk its own player across the floor in one frame. */
const MAX_FRAME_MS = 100
/** Until the first answer of the server tells. */
const GUESSED_RTT_MS = 60

export interface ArenaViewOptions {
  room: RoomHandle<typeof Arena>
  selfId: () => string | null
  rttMs: () => number | null
  /** False for who only looks on. */
  canSteer: boolean
  elements: {
    stage: HTMLElement
    board: HTMLElement
    floor: HTMLCanvasElement
    actors: HTMLCanvasElement
    stick: HTMLElement
  }
}

/** Draws and listens to the controls until `close`. */
export function createArenaView({ room, selfId, rttMs, canSteer, elements }: ArenaViewOptions): {
  close(): void
} {
  const floorSurface = createSurface(elements.floor)
  const actorSurface = createSurface(elements.actors)
  const floorLayer = createFloorLayer(floorSurface)
  const actorLayer = createActorLayer(actorSurface)
  const motion = createMotion(TICK_MS)
  const own = createOwnMotion()
  const legs = createLegs()
  const pads = createPadReader()
  const effects = createEffects({ room, selfId, layer: actorLayer, random: createRandom(5) })
  let layout: Layout = layoutFor(0, 0)
  let look: Look | null = null
  /** Of the floor, not of the screen. */
  let direction: Point = STANDING
  let lastFrameAt = performance.now()

  const fit = () => {
    if (look === null) return
    layout = layoutFor(elements.stage.clientWidth, elements.stage.clientHeight)
    for (const surface of [floorSurface, actorSurface]) surface.resize(layout.width, layout.height)
    elements.board.style.width = `${layout.width}px`
    elements.board.style.height = `${layout.height}px`
    floorLayer.repaint(layout, {
      bare: look.tile,
      paints: look.paints,
      marks: look.marks,
      pops: look.moves,
    })
    actorLayer.restyle(layout, look)
    effects.restyle(look)
  }

  const sendDirection = () => {
    if (canSteer && room.status === 'joined') room.send('move', { dx: direction.x, dy: direction.y })
  }

  const dash = () => {
    const self = ownPlayer()
    if (!canSteer || self === undefined || self.isFrozen || room.status !== 'joined') return
    if (!legs.dash(performance.now())) return
    room.send('dash', {})
    effects.dashed()
  }

  const takePositions = (players: ArenaState['players']) => {
    motion.push({ tick: room.tick, positions: new Map(Object.entries(players)) }, performance.now())
  }

  const controls = createControls({
    surface: elements.board,
    onThumb: createJoystick(elements.stick),
    onDirection: (onScreen) => {
      direction = turn(onScreen, layout)
      sendDirection()
    },
  })
  const resizes = new ResizeObserver(fit)
  resizes.observe(elements.stage)

  let status = room.status
  const undos = [
    watchLook((next) => {
      look = next
      fit()
    }),
    room.subscribe((state) => state.players, takePositions, { fireImmediately: true }),
    // The server forgot where we walk when the seat was lost, and never heard what was steered meanwhile.
    room.subscribe(() => {
      if (room.status !== status && room.status === 'joined') sendDirection()
      status = room.status
    }),
    onOrder((order) => order === 'dash' && dash()),
    () => effects.close(),
    () => resizes.disconnect(),
    () => controls.close(),
  ]

  let frame = requestAnimationFrame(draw)
  return {
    close() {
      cancelAnimationFrame(frame)
      for (const undo of undos.splice(0).reverse()) undo()
    },
  }

  function draw() {
    frame = requestAnimationFrame(draw)
    const nowMs = performance.now()
    const dtMs = Math.min(MAX_FRAME_MS, nowMs - lastFrameAt)
    lastFrameAt = nowMs
    readPad()
    const { state } = room
    if (state === undefined) return

    effects.advance(dtMs, nowMs)
    const { x, y } = effects.shake
    elements.board.style.translate = x === 0 && y === 0 ? '' : `${x}px ${y}px`
    floorLayer.draw(state.floor, nowMs)
    actorLayer.draw({
      actors: actorsOf(state, nowMs, dtMs),
      coins: Object.values(state.coins),
      particles: effects.particles,
      nowMs,
    })
  }

  function readPad() {
    const said = pads.read(navigator.getGamepads?.().find((pad) => pad !== null) ?? null)
    if (said === null) return
    controls.pad(said.direction)
    for (const button of said.pressed) giveOrder(button)
  }

  function actorsOf(state: ArenaState, nowMs: number, dtMs: number): Actor[] {
    const self = selfId()
    return Object.entries(state.players).map(([id, player]) => {
      const { name, color, x, y, wins, isFrozen, isShielded, isDashing } = player
      const isSelf = id === self
      const presence = room.presence.get(id)
      return {
        name,
        color,
        at: (isSelf ? ownPlace(state, player, nowMs, dtMs) : motion.at(id, nowMs)) ?? { x, y },
        isSelf,
        // While it is our own connection that is lost, the whole floor is shown as old.
        isAway: !isSelf && presence?.connected === false,
        isTyping: presence?.data.isTyping === true,
        isFrozen,
        isShielded,
        isDashing,
        wins,
        emote: effects.emoteOf(id, nowMs),
      }
    })
  }

  function ownPlayer(): Player | undefined {
    const id = selfId()
    return id === null || room.state === undefined ? undefined : playerOf(room.state, id)
  }

  function ownPlace(state: ArenaState, player: Player, nowMs: number, dtMs: number): Point {
    const isOn = state.phase === 'play' || state.phase === 'lobby'
    const mayWalk = isOn && !room.stale && !player.isFrozen
    return own.next(player, {
      direction: mayWalk ? direction : STANDING,
      isDashing: legs.isDashing(nowMs),
      dtMs,
      leadMs: (rttMs() ?? GUESSED_RTT_MS) + TICK_MS,
    })
  }
}
