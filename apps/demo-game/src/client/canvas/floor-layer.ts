// The floor: a canvas of its own on which only tiles that changed are drawn again. The replica keeps the identity of
// untouched rows, so finding them costs one comparison per row.
import { BARE, COLUMNS } from '../../shared/game.js'
import { turn } from './layout.js'
import type { Layout } from './layout.js'
import { drawMark } from './marks.js'
import type { Surface } from './surface.js'

type Floor = readonly (readonly number[])[]

/** A fresh tile pops into place for this long. */
const POP_MS = 220

export interface FloorLayer {
  /** Draws what changed since the last call, and what is still popping. */
  draw(floor: Floor, nowMs: number): void
  /** Everything is drawn again: after a resize, or a change of light and dark. */
  repaint(layout: Layout, look: FloorLook): void
}

export interface FloorLook {
  bare: string
  /** By colour. */
  paints: readonly string[]
  /** A mark on every painted tile. */
  marks: boolean
  /** False for people who asked for less motion. */
  pops: boolean
}

export function createFloorLayer({ context }: Surface): FloorLayer {
  let shown: Floor = []
  let layout: Layout | null = null
  let look: FloorLook = { bare: '#eee', paints: [], marks: false, pops: false }
  /** Tile index → when it changed, and what it was. */
  const popping = new Map<number, { since: number; before: number }>()

  return {
    draw(floor, nowMs) {
      if (layout === null) return
      const first = shown.length === 0
      for (const [row, tiles] of floor.entries()) {
        if (tiles !== shown[row]) drawRow(tiles, shown[row], row, first || !look.pops ? null : nowMs)
      }
      shown = floor
      for (const [index, { since, before }] of popping) {
        const share = Math.min(1, (nowMs - since) / POP_MS)
        const [column, row] = [index % COLUMNS, Math.floor(index / COLUMNS)]
        drawTile(column, row, floor[row]?.[column] ?? BARE, share, before)
        if (share === 1) popping.delete(index)
      }
    },
    repaint(nextLayout, nextLook) {
      layout = nextLayout
      look = nextLook
      popping.clear()
      context.clearRect(0, 0, layout.width, layout.height)
      for (const [row, tiles] of shown.entries()) drawRow(tiles, undefined, row, null)
    },
  }

  function drawRow(
    tiles: readonly number[],
    before: readonly number[] | undefined,
    row: number,
    popSince: number | null,
  ) {
    for (const [column, tile] of tiles.entries()) {
      if (tile === before?.[column]) continue
      if (popSince === null) drawTile(column, row, tile, 1, BARE)
      else popping.set(row * COLUMNS + column, { since: popSince, before: before?.[column] ?? BARE })
    }
  }

  function drawTile(column: number, row: number, tile: number, share: number, before: number) {
    if (layout === null) return
    const { x, y } = turn({ x: column, y: row }, layout)
    const size = layout.tile
    context.clearRect(x * size, y * size, size, size)
    if (share < 1) fillTile(x, y, before, 1)
    fillTile(x, y, tile, easeOut(share))
  }

  function fillTile(x: number, y: number, tile: number, scale: number) {
    if (layout === null || scale <= 0) return
    const gap = Math.max(1, Math.round(layout.tile * 0.06))
    const edge = (layout.tile - gap) * scale
    const inset = (layout.tile - edge) / 2
    context.fillStyle = tile === BARE ? look.bare : (look.paints[tile - 1] ?? look.bare)
    context.beginPath()
    context.roundRect(x * layout.tile + inset, y * layout.tile + inset, edge, edge, edge * 0.2)
    context.fill()
    if (look.marks && tile !== BARE)
      drawMark(context, tile - 1, {
        x: x * layout.tile + inset,
        y: y * layout.tile + inset,
        size: edge,
      })
  }
}

/** Quick, a little too far, and back. */
function easeOut(share: number): number {
  if (share >= 1) return 1
  const left = share - 1
  return 1 + 2.2 * left ** 3 + 1.2 * left ** 2
}
