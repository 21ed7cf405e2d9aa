// Colours and habits of the page for the canvas, which no stylesheet reaches.

export interface Look {
  tile: string
  ink: string
  paper: string
  coin: string
  font: string
  /** False for people who asked for less motion. */
  moves: boolean
}

/** Calls back at once and whenever light and dark, the wish for less motion, or the window's size or sharpness changes. */
export function watchLook(onLook: (look: Look) => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)'].map((query) =>
    matchMedia(query),
  )
  const tell = () => onLook(readLook())
  for (const query of queries) query.addEventListener('change', tell)
  window.addEventListener('resize', tell)
  tell()
  return () => {
    for (const query of queries) query.removeEventListener('change', tell)
    window.removeEventListener('resize', tell)
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
    font: read('--font'),
    moves: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  }
}
