// A hotkey such as `alt+shift+p`. Keys are compared by their place on the keyboard: with Alt held, a Mac types another
// letter.

/** Free in Chrome, Firefox and Safari on all systems; Ctrl+Shift+P is Firefox's private window. */
export const DEFAULT_HOTKEY = 'alt+shift+p'

interface Pressed {
  readonly code: string
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/** True when `event` presses exactly `hotkey`: modifiers `alt`, `shift`, `ctrl`, `meta`, then a letter or digit. */
export function isHotkey(event: Pressed, hotkey: string): boolean {
  const parts = hotkey.toLowerCase().split('+')
  const key = parts.at(-1) ?? ''
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier)
  return (
    (event.code.toLowerCase() === `key${key}` || event.code.toLowerCase() === `digit${key}`) &&
    event.altKey === wants('alt') &&
    event.shiftKey === wants('shift') &&
    event.ctrlKey === wants('ctrl') &&
    event.metaKey === wants('meta')
  )
}

/** `Alt+Shift+P`, for people. */
export function hotkeyLabel(hotkey: string): string {
  return hotkey
    .split('+')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('+')
}
