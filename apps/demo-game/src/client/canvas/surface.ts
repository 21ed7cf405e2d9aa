// A canvas as sharp as its screen: CSS pixels outside, device pixels inside.

export interface Surface {
  readonly context: CanvasRenderingContext2D
  /** Sets the size in CSS pixels; this clears the canvas. */
  resize(width: number, height: number): void
}

/** More device pixels than this per CSS pixel cost battery and are not seen. */
const MAX_RATIO = 2.5

/** @throws Error where the browser has no canvas. */
export function createSurface(canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser cannot draw on a canvas.')
  return {
    context,
    resize(width, height) {
      const ratio = Math.min(globalThis.devicePixelRatio || 1, MAX_RATIO)
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
    },
  }
}
