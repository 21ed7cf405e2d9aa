/** @jsxImportSource preact */
// The small button that is always there: the state of the connection, and how many errors nobody has looked at.
import { useLayoutEffect, useRef } from 'preact/hooks'
import { formatCount } from '../format.js'
import { Mark } from './icons.js'
import type { Model } from './model.js'
import { statusOf } from './status-words.js'

interface LauncherProps {
  model: Model
  corner: 'bottom-right' | 'bottom-left'
  hotkey: string | null
  /** The dock that gave way to this button had the keyboard. */
  hadFocus: { readonly current: boolean }
}

export function Launcher({ model, corner, hotkey, hadFocus }: LauncherProps) {
  const ref = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    if (hadFocus.current) ref.current?.focus({ preventScroll: true })
  }, [hadFocus])
  const status = statusOf(model.hook.clients())
  const errors = model.unread === 0 ? '' : `, ${formatCount(model.unread)} new errors`
  return (
    <button
      ref={ref}
      type="button"
      class="launcher"
      data-corner={corner}
      aria-label={`Painda devtools: ${status.label}${errors}`}
      title={`Painda devtools · ${status.label}${hotkey === null ? '' : ` · ${hotkey}`}`}
      onClick={() => model.setPreferences({ isOpen: true })}
    >
      <Mark />
      <span class="dot" data-tone={status.tone} />
      {model.unread > 0 && <span class="badge">{model.unread > 99 ? '99+' : model.unread}</span>}
    </button>
  )
}
