// What this browser was told once and remembers: colours, sound, the bar. Storage may be full, forbidden or hold nonsense.
import { useSyncExternalStore } from 'react'
import { isPlainObject } from '@painda/protocol'

export interface Settings {
  /** `safe`: other colours, and a mark on every tile, for eyes that tell colours apart badly. */
  palette: 'vivid' | 'safe'
  sound: boolean
  /** The bar that shows what the kit does. */
  bar: boolean
}

const KEY = 'paint-the-floor.settings'
const DEFAULTS: Settings = { palette: 'vivid', sound: false, bar: true }

const listeners = new Set<() => void>()
let settings = load()

export const currentSettings = (): Settings => settings

export function changeSettings(patch: Partial<Settings>): void {
  settings = { ...settings, ...patch }
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // It holds until the page is closed.
  }
  for (const listener of listeners) listener()
}

export function onSettings(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function useSettings(): Settings {
  return useSyncExternalStore(onSettings, currentSettings)
}

function load(): Settings {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    if (!isPlainObject(saved)) return DEFAULTS
    const { palette, sound, bar } = saved
    return {
      palette: palette === 'safe' ? 'safe' : DEFAULTS.palette,
      sound: sound === true,
      bar: bar !== false,
    }
  } catch {
    return DEFAULTS
  }
}
