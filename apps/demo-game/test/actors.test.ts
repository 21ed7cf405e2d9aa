// When the players' canvas is drawn, and when it is left alone.
import { expect, test } from 'vitest'
import { createActorLayer } from '../src/client/canvas/actor-layer.js'
import type { Actor, ActorScene } from '../src/client/canvas/actor-layer.js'
import { layoutFor } from '../src/client/canvas/layout.js'
import type { Look } from '../src/client/canvas/look.js'

const LOOK: Look = {
  tile: '#eee',
  ink: '#111',
  paper: '#fff',
  coin: '#fc0',
  ice: '#9df',
  font: 'sans-serif',
  paints: ['#f00', '#00f'],
  marks: false,
  moves: true,
}

test('a scene that looks like the last one is not drawn again; whatever changes in it is', () => {
  const { layer, drawn } = createLayer(LOOK)
  expect(drawn(scene())).toBe(true)
  expect(drawn(scene({ nowMs: 16 }))).toBe(false)
  expect(drawn(scene({ actors: [ann({ at: { x: 2.01, y: 3 } })] }))).toBe(true)
  expect(drawn(scene())).toBe(true)
  for (const change of [{ isAway: true }, { name: 'Anna' }, { emote: 1 }, { isTyping: true }, { wins: 1 }]) {
    expect(drawn(scene({ actors: [ann(change)] })), JSON.stringify(change)).toBe(true)
    expect(drawn(scene({ actors: [ann(change)] })), `${JSON.stringify(change)} again`).toBe(false)
  }
  expect(drawn(scene({ actors: [] }))).toBe(true)
  layer.restyle(layoutFor(600, 400), LOOK)
  expect(drawn(scene({ actors: [] })), 'a canvas that was cleared').toBe(true)
})

test('what moves by itself is drawn in every frame, and once more when it is over', () => {
  const { layer, drawn } = createLayer(LOOK)
  const coins = [{ x: 5, y: 5 }]
  expect(drawn(scene({ coins }))).toBe(true)
  expect(drawn(scene({ coins })), 'a coin bobs').toBe(true)
  expect(drawn(scene({ nowMs: 50 })), 'it is gone').toBe(true)
  expect(drawn(scene({ nowMs: 50 }))).toBe(false)
  layer.blast({ x: 2, y: 2 }, { color: 1, nowMs: 100 })
  expect(drawn(scene({ nowMs: 110 })), 'a ring spreads').toBe(true)
  expect(drawn(scene({ nowMs: 120 }))).toBe(true)
  expect(drawn(scene({ nowMs: 900 })), 'it is over').toBe(true)
  expect(drawn(scene({ nowMs: 910 })), 'the canvas without it').toBe(true)
  expect(drawn(scene({ nowMs: 920 }))).toBe(false)
})

test('for people who asked for less motion coins stand still and cost nothing', () => {
  const { drawn } = createLayer({ ...LOOK, moves: false })
  const coins = [{ x: 5, y: 5 }]
  expect(drawn(scene({ coins }))).toBe(true)
  expect(drawn(scene({ coins, nowMs: 16 }))).toBe(false)
  expect(drawn(scene({ coins: [{ x: 6, y: 5 }] }))).toBe(true)
})

function ann(change: Partial<Actor> = {}): Actor {
  return {
    at: { x: 2, y: 3 },
    name: 'Ann',
    color: 0,
    isSelf: true,
    isAway: false,
    isTyping: false,
    isFrozen: false,
    isShielded: false,
    isDashing: false,
    wins: 0,
    emote: null,
    ...change,
  }
}

const scene = (change: Partial<ActorScene> = {}): ActorScene => ({
  actors: [ann()],
  coins: [],
  particles: [],
  nowMs: 0,
  ...change,
})

function createLayer(look: Look) {
  let clears = 0
  const context = new Proxy({} as CanvasRenderingContext2D, {
    // Every method does nothing; a drawing begins by clearing the canvas.
    get: (_, name) => {
      if (name === 'measureText') return () => ({ width: 10 })
      return name === 'clearRect' ? () => void clears++ : () => {}
    },
    set: () => true,
  })
  const layer = createActorLayer({ context, resize() {} })
  layer.restyle(layoutFor(600, 400), look)
  const drawn = (next: ActorScene) => {
    const before = clears
    layer.draw(next)
    return clears > before
  }
  return { layer, drawn }
}
