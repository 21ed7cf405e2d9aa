// What the overlay remembers between reloads of the page. A page may forbid storage (a sandboxed frame, a privacy
// setting): then it remembers nothing, and works.

/** In the order in which they stand. */
export const TAB_NAMES = ['frames', 'state', 'timeline', 'players', 'messages', 'network', 'status'] as const
export type TabName = (typeof TAB_NAMES)[number]

export interface Preferences {
  readonly isOpen: boolean
  readonly tab: TabName
  readonly theme: 'auto' | 'light' | 'dark'
  readonly side: 'bottom' | 'right'
  /** The dock's height or width, as a share of the window. */
  readonly size: number
}

export interface PreferenceStore {
  read(): Preferences
  write(change: Partial<Preferences>): void
}

const KEY = 'painda-devtools'

export const DEFAULTS: Preferences = {
  isOpen: false,
  tab: 'frames',
  theme: 'auto',
  side: 'bottom',
  size: 0.46,
}

export const MIN_SIZE = 0.2
export const MAX_SIZE = 0.92

/**
 * `storage` is asked for each time: already naming `sessionStorage` throws in some pages. `keepsOpen`: whether a reload finds the
 * dock open as it was.
 */
export function createPreferences(
  storage: () => Storage,
  keepsOpen: () => boolean = () => true,
): PreferenceStore {
  let current = load(storage)
  return {
    read: () => current,
    write(change) {
      current = { ...current, ...change }
      try {
        const kept = { ...current, isOpen: current.isOpen && keepsOpen() }
        storage().setItem(KEY, JSON.stringify(kept))
      } catch {
        // Not kept over a reload; nothing else is lost.
      }
    },
  }
}

function load(storage: () => Storage): Preferences {
  try {
    const found: unknown = JSON.parse(storage().getItem(KEY) ?? 'null')
    return typeof found === 'object' && found !== null ? checked(found) : DEFAULTS
  } catch {
    return DEFAULTS
  }
}

/** Storage belongs to the page: any script may have written there. */
function checked(found: object): Preferences {
  const size: unknown = Reflect.get(found, 'size')
  return {
    isOpen: Reflect.get(found, 'isOpen') === true,
    tab: oneOf(Reflect.get(found, 'tab'), TAB_NAMES, DEFAULTS.tab),
    theme: oneOf(Reflect.get(found, 'theme'), ['auto', 'light', 'dark'], DEFAULTS.theme),
    side: oneOf(Reflect.get(found, 'side'), ['bottom', 'right'], DEFAULTS.side),
    size: typeof size === 'number' ? clampSize(size) : DEFAULTS.size,
  }
}

export function clampSize(size: number): number {
  return Number.isFinite(size) ? Math.min(MAX_SIZE, Math.max(MIN_SIZE, size)) : DEFAULTS.size
}

function oneOf<const T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((candidate) => candidate === value) ?? otherwise
}
