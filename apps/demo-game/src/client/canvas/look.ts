// Colours and habits of the page for the canvas, which no stylesheet reaches.
import { PALETTE } from '../../shared/palette.js'
import { PAINTS_EVENT } from '../paints.js'
import { currentSettings } from '../settings.js'

export interface Look {
  tile: string
  ink: string
  paper: string
  coin: string
  ice: string
  font: string
  /** By colour. */
  paints: readonly string[]
  /** A mark on every tile, so that colour is not all that tells them apart. */
  marks: boolean
  /** False for people who asked for less motion. */
  moves: boolean
}

/**
 * Calls back at once and whenever light and dark, the wish for less motion, the paints, or the window's size or sharpness
 * changes, or a font has come.
 */
export function watchLook(onLook: (look: Look) => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)'].map((query) =>
    matchMedia(query),
  )
  const tell = () => onLook(readLook())
  for (const query of queries) query.addEventListener('change', tell)
  window.addEventListener('resize', tell)
  document.addEventListener(PAINTS_EVENT, tell)
  document.fonts.addEventListener('loadingdone', tell)
  tell()
  return () => {
    for (const query of queries) query.removeEventListener('change', tell)
    window.removeEventListener('resize', tell)
    document.removeEventListener(PAINTS_EVENT, tell)
    document.fonts.removeEventListener('loadingdone', tell)
  }
}

function readLook(): Look {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    tile: read('--tile'),
    ink: read('--ink'),
    paper: read('--paper'),
    coin: read('--coin'),
    ice: read('--ice'),
    font: read('--font'),
    paints: PALETTE.map(({ hex }, color) => read(`--p${color}`) || hex),
    marks: currentSettings().palette === 'safe',
    moves: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  }
}
