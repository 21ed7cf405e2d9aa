// A canvas as sharp as its screen: CSS pixels outside, device pixels inside.

export interface Surface {
  readonly context: CanvasRenderingContext2D
  /**
   * Sets the size in CSS pixels; this clears the canvas. With `bleed` it reaches that far beyond each edge, so that what
   * stands at the edge is not cut; (0, 0) stays the inner corner.
   */
  resize(width: number, height: number, bleed?: number): void
}

/** More device pixels than this per CSS pixel cost battery and are not seen. */
const MAX_RATIO = 2.5

/** @throws Error where the browser has no canvas. */
export function createSurface(canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser cannot draw on a canvas.')
  return {
    context,
    resize(width, height, bleed = 0) {
      const ratio = Math.min(globalThis.devicePixelRatio || 1, MAX_RATIO)
      const [outerWidth, outerHeight] = [width + 2 * bleed, height + 2 * bleed]
      canvas.width = Math.round(outerWidth * ratio)
      canvas.height = Math.round(outerHeight * ratio)
      canvas.style.width = `${outerWidth}px`
      canvas.style.height = `${outerHeight}px`
      canvas.style.margin = `${-bleed}px`
      context.setTransform(ratio, 0, 0, ratio, bleed * ratio, bleed * ratio)
    },
  }
}
