// What coins buy, and what the legs give for free. Durations in milliseconds, radii in tiles.

export type Item = 'bomb' | 'freeze' | 'shield'
export const ITEM_NAMES = ['bomb', 'freeze', 'shield'] as const satisfies readonly Item[]

export interface ItemKind {
  readonly label: string
  /** Begins a sentence: "A paint bomb costs …". */
  readonly article: string
  readonly price: number
  readonly cooldownMs: number
  readonly does: string
}

export const BOMB = {
  label: 'Paint bomb',
  article: 'A paint bomb',
  price: 3,
  cooldownMs: 5_000,
  radius: 2.3,
  does: 'Paints a circle around you.',
} as const

export const FREEZE = {
  label: 'Freeze',
  article: 'A freeze',
  price: 4,
  cooldownMs: 9_000,
  radius: 6,
  ms: 2_000,
  does: 'Rivals nearby stand still for two seconds.',
} as const

export const SHIELD = {
  label: 'Shield',
  article: 'A shield',
  price: 2,
  cooldownMs: 9_000,
  ms: 4_000,
  does: 'Nobody takes your tiles for four seconds.',
} as const

export const ITEMS: Readonly<Record<Item, ItemKind>> = { bomb: BOMB, freeze: FREEZE, shield: SHIELD }

/** As long as a blink, three times as fast, and then a breath. */
export const DASH = { ms: 220, factor: 2.8, cooldownMs: 2_500 } as const
