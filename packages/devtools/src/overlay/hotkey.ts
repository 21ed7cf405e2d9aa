// A hotkey such as `alt+shift+p`. Keys are compared by their place on the keyboard: with Alt held, a Mac types another
// letter.
import { PPError } from '@painda/protocol'

/** Free in Chrome, Firefox and Safari on all systems; Ctrl+Shift+P is Firefox's private window. */
export const DEFAULT_HOTKEY = 'alt+shift+p'

const MODIFIERS = ['alt', 'shift', 'ctrl', 'meta']

/**
 * The hotkey, if it is one. Without its modifiers it would be a key that the game's players press.
 * @throws PPError `INVALID_ARGUMENT`
 */
export function readHotkey(hotkey: string): string {
  const [key = '', ...modifiers] = hotkey.toLowerCase().split('+').reverse()
  const isOne = /^[a-z\d]$/.test(key) && modifiers.length > 0
  if (isOne && modifiers.every((modifier) => MODIFIERS.includes(modifier))) return hotkey
  throw new PPError('INVALID_ARGUMENT', `"${hotkey}" is no hotkey.`, {
    hint: `Write one or more of ${MODIFIERS.join(', ')}, and a letter or digit: ${DEFAULT_HOTKEY}.`,
  })
}

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
