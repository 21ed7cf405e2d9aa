// A painted floor as decoration: the same layer that draws the game's.
import { createRandom } from '@painda/protocol'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { COLUMNS, ROWS, SEATS, bareFloor } from '../../shared/game.js'
import { createFloorLayer } from '../canvas/floor-layer.js'
import { watchLook } from '../canvas/look.js'
import type { Look } from '../canvas/look.js'
import { createSurface } from '../canvas/surface.js'

export function FloorBackdrop({ color }: { color: number }): ReactNode {
  const canvasRef = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const canvas = canvasRef.current
    if (canvas === null) return
    const surface = createSurface(canvas)
    const layer = createFloorLayer(surface)
    const floor = paintedFloor(color)
    const draw = ({ tile: bare, paints, marks }: Look) => {
      const turned = innerHeight > innerWidth
      const [across, down] = turned ? [ROWS, COLUMNS] : [COLUMNS, ROWS]
      // Covers the window: the part that does not fit is cut off.
      const tile = Math.ceil(Math.max(innerWidth / across, innerHeight / down))
      const layout = { turned, tile, width: tile * across, height: tile * down }
      surface.resize(layout.width, layout.height)
      layer.repaint(layout, { bare, paints, marks, pops: false })
      layer.draw(floor, 0)
    }
    return watchLook(draw)
  }, [color])

  return <canvas className="backdrop" ref={canvasRef} aria-hidden="true" />
}

/** Strolls over a bare floor, always the same ones; two of them, left and right of the card, in the given colour. */
function paintedFloor(color: number): number[][] {
  const floor = bareFloor()
  const random = createRandom(11)
  for (let walker = 0; walker < 12; walker++) {
    const isOwn = walker >= 10
    let [x, y] = [isOwn ? (walker - 10) * 19 + 4 : random.int(0, COLUMNS - 1), random.int(0, ROWS - 1)]
    const paint = isOwn ? color : (color + 1 + walker * 7) % SEATS
    for (let steps = isOwn ? 70 : 40; steps > 0; steps--) {
      const tiles = floor[y]
      if (tiles !== undefined) tiles[x] = paint + 1
      if (random.next() < 0.5) x = Math.min(COLUMNS - 1, Math.max(0, x + random.int(-1, 1)))
      else y = Math.min(ROWS - 1, Math.max(0, y + random.int(-1, 1)))
    }
  }
  return floor
}
