// What a player wants done, whichever key, button or pad said it. Buttons and canvas listen; neither knows the other.
import type { Item } from '../../shared/items.js'

export type Order = Item | 'dash'

const listeners = new Set<(order: Order) => void>()

export function giveOrder(order: Order): void {
  for (const listener of listeners) listener(order)
}

export function onOrder(listener: (order: Order) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Keys by their place on the keyboard. */
const KEYS: Readonly<Record<string, Order>> = {
  Space: 'bomb',
  KeyQ: 'freeze',
  KeyE: 'shield',
  ShiftLeft: 'dash',
  ShiftRight: 'dash',
}

export const orderOfKey = (code: string): Order | undefined =>
  Object.hasOwn(KEYS, code) ? KEYS[code] : undefined
