// What is really drawn: single pixels of the two canvases of the floor.
import type { Page } from '@playwright/test'
import { COLUMNS, ROWS } from '../../apps/demo-game/src/shared/game.js'
import type { Point } from '../../apps/demo-game/src/shared/game.js'

/** The colour at a place of the floor, in tiles, as `#rrggbb`; of the tiles, or of what moves above them. */
export function colorAt(page: Page, layer: 'floor' | 'actors', at: Point): Promise<string> {
  return page.evaluate(
    ({ index, point, columns, rows }) => {
      const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-testid="board"] canvas')[index]
      if (canvas === undefined) throw new Error('There is no floor on this page.')
      const isTurned = canvas.height > canvas.width
      const place = isTurned ? { x: point.y, y: point.x } : point
      const [across, down] = isTurned ? [rows, columns] : [columns, rows]
      const x = Math.round((place.x / across) * canvas.width)
      const y = Math.round((place.y / down) * canvas.height)
      const pixel = canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? []
      return `#${[...pixel.slice(0, 3)].map((part) => part.toString(16).padStart(2, '0')).join('')}`
    },
    { index: layer === 'floor' ? 0 : 1, point: at, columns: COLUMNS, rows: ROWS },
  )
}
