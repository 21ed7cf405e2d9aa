// A small mark per colour, for those to whom two paints look alike: it says whose a tile is without its colour.

/** Draws the mark of a colour into a square whose corner is at `x`, `y`. */
export function drawMark(
  context: CanvasRenderingContext2D,
  color: number,
  { x, y, size }: { x: number; y: number; size: number },
): void {
  const middle = { x: x + size / 2, y: y + size / 2 }
  const reach = size * 0.2
  context.beginPath()
  switch (color % 6) {
    case 0:
      context.arc(middle.x, middle.y, reach, 0, Math.PI * 2)
      break
    case 1:
      context.rect(middle.x - reach, middle.y - reach, reach * 2, reach * 2)
      break
    case 2:
      context.moveTo(middle.x, middle.y - reach)
      context.lineTo(middle.x + reach, middle.y + reach)
      context.lineTo(middle.x - reach, middle.y + reach)
      context.closePath()
      break
    case 3:
      context.rect(middle.x - reach, middle.y - reach / 4, reach * 2, reach / 2)
      break
    case 4:
      context.rect(middle.x - reach / 4, middle.y - reach, reach / 2, reach * 2)
      break
    default:
      context.rect(middle.x - reach, middle.y - reach / 4, reach * 2, reach / 2)
      context.rect(middle.x - reach / 4, middle.y - reach, reach / 2, reach * 2)
  }
  // The second half of the palette has the same shapes in the other tone.
  context.fillStyle = color < 6 ? 'rgb(0 0 0 / 0.55)' : 'rgb(255 255 255 / 0.75)'
  context.fill()
}
