// The colours players choose from. A seat owns one colour, so a tile's colour also says whose it is.

export interface Paint {
  readonly name: string
  readonly hex: string
  /** The same seat for eyes that tell red and green apart badly: steps of lightness as well as of hue. */
  readonly safeHex: string
}

export const PALETTE: readonly Paint[] = [
  { name: 'Coral', hex: '#ff5f57', safeHex: '#d55e00' },
  { name: 'Tangerine', hex: '#ff9433', safeHex: '#e69f00' },
  { name: 'Sunflower', hex: '#f7c325', safeHex: '#f0e442' },
  { name: 'Lime', hex: '#9bd13f', safeHex: '#b8d8a0' },
  { name: 'Emerald', hex: '#22b573', safeHex: '#009e73' },
  { name: 'Teal', hex: '#12b5b0', safeHex: '#3f7f78' },
  { name: 'Sky', hex: '#38a3ff', safeHex: '#56b4e9' },
  { name: 'Indigo', hex: '#5a63f2', safeHex: '#0072b2' },
  { name: 'Violet', hex: '#9b5cf2', safeHex: '#5b3f8c' },
  { name: 'Magenta', hex: '#dd4fd0', safeHex: '#cc79a7' },
  { name: 'Rose', hex: '#ff77a6', safeHex: '#f2c6dc' },
  { name: 'Cocoa', hex: '#ab744f', safeHex: '#7a5230' },
]

/** In a room of two teams everybody paints in the colour of theirs. */
export const TEAMS: readonly [Paint, Paint] = [
  { name: 'Coral', hex: '#ff5f57', safeHex: '#e69f00' },
  { name: 'Sky', hex: '#38a3ff', safeHex: '#0072b2' },
]

/** The paint of a seat or of a tile's owner; out of range it is the first, so that a stale index still draws. */
export function paintOf(color: number): Paint {
  return PALETTE[color] ?? FIRST
}

const FIRST: Paint = { name: 'Coral', hex: '#ff5f57', safeHex: '#d55e00' }
