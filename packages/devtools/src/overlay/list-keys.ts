// Where a key leads in a list of which one entry may be chosen.

/** As many entries as a dock of usual height shows. */
const PAGE = 12

/**
 * The entry to choose next; null when the key is for somebody else. `at`: the chosen one, −1 for none; then arrows begin at `start`.
 */
export function nextInList(key: string, at: number, count: number, start: number): number | null {
  if (count === 0) return null
  const step = (by: number): number => (at === -1 ? start : Math.min(count - 1, Math.max(0, at + by)))
  switch (key) {
    case 'ArrowDown':
      return step(1)
    case 'ArrowUp':
      return step(-1)
    case 'PageDown':
      return step(PAGE)
    case 'PageUp':
      return step(-PAGE)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
