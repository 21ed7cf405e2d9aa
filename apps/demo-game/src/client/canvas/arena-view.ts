// The arena on the screen: frames of the room go in, one picture per animation frame comes out. React has no part in it.
import type { RoomHandle } from '@painda/react'
import { TICK_HZ, playerOf } from '../../shared/game.js'
import type { Arena, ArenaState, Point } from '../../shared/game.js'
import { createControls } from '../input/controls.js'
import { createJoystick } from '../input/joystick.js'
import { STANDING } from '../input/steering.js'
import { createActorLayer } from './actor-layer.js'
import type { Actor } from './actor-layer.js'
import { createFloorLayer } from './floor-layer.js'
import { layoutFor, turn } from './layout.js'
import type { Layout } from './layout.js'
import { watchLook } from './look.js'
import type { Look } from './look.js'
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
  elements: {
    stage: HTMLElement
    board: HTMLElement
    floor: HTMLCanvasElement
    actors: HTMLCanvasElement
    stick: HTMLElement
  }
}

/** Draws and listens to the controls until `close`. */
export function createArenaView({ room, selfId, rttMs, elements }: ArenaViewOptions): { close(): void } {
  const floorSurface = createSurface(elements.floor)
  const actorSurface = createSurface(elements.actors)
  const floorLayer = createFloorLayer(floorSurface)
  const actorLayer = createActorLayer(actorSurface)
  const motion = createMotion(TICK_MS)
  const own = createOwnMotion()
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
    floorLayer.repaint(layout, { bare: look.tile, pops: look.moves })
    actorLayer.restyle(layout, look)
  }

  const sendDirection = () => {
    if (room.status === 'joined') room.send('move', { dx: direction.x, dy: direction.y })
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
    room.on('boom', ({ x, y, color }) => actorLayer.blast({ x, y }, color, performance.now())),
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
    const { state } = room
    if (state === undefined) return

    floorLayer.draw(state.floor, nowMs)
    actorLayer.draw({ actors: actorsOf(state, nowMs, dtMs), coins: Object.values(state.coins), nowMs })
  }

  function actorsOf(state: ArenaState, nowMs: number, dtMs: number): Actor[] {
    const self = selfId()
    return Object.entries(state.players).map(([id, { name, color, x, y }]) => ({
      name,
      color,
      at: (id === self ? ownPlace(state, id, dtMs) : motion.at(id, nowMs)) ?? { x, y },
      isSelf: id === self,
      // While it is our own connection that is lost, the whole floor is shown as old.
      isAway: id !== self && room.presence.get(id)?.connected === false,
    }))
  }

  function ownPlace(state: ArenaState, id: string, dtMs: number): Point | undefined {
    const player = playerOf(state, id)
    if (player === undefined) return undefined
    const mayWalk = state.phase === 'play' && !room.stale
    return own.next(player, mayWalk ? direction : STANDING, dtMs, (rttMs() ?? GUESSED_RTT_MS) + TICK_MS)
  }
}
