// The colours players choose from. A seat owns one colour, so a tile's colour also says whose it is.

export interface Paint {
  readonly name: string
  readonly hex: string
}

export const PALETTE: readonly Paint[] = [
  { name: 'Coral', hex: '#ff5f57' },
  { name: 'Tangerine', hex: '#ff9433' },
  { name: 'Sunflower', hex: '#f7c325' },
  { name: 'Lime', hex: '#9bd13f' },
  { name: 'Emerald', hex: '#22b573' },
  { name: 'Teal', hex: '#12b5b0' },
  { name: 'Sky', hex: '#38a3ff' },
  { name: 'Indigo', hex: '#5a63f2' },
  { name: 'Violet', hex: '#9b5cf2' },
  { name: 'Magenta', hex: '#dd4fd0' },
  { name: 'Rose', hex: '#ff77a6' },
  { name: 'Cocoa', hex: '#ab744f' },
]

/** The paint of a seat or of a tile's owner; out of range it is the first, so that a stale index still draws. */
export function paintOf(color: number): Paint {
  return PALETTE[color] ?? FIRST
}

const FIRST: Paint = { name: 'Coral', hex: '#ff5f57' }
