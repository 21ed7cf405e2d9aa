/** @jsxImportSource preact */
// The root of what is drawn: the button, or the dock.
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks'
import { Dock } from './dock.js'
import { Launcher } from './launcher.js'
import type { Places } from './places.js'
import type { Stage } from './stage.js'

export interface OverlayProps {
  stage: Stage
  places: Places
  corner: 'bottom-right' | 'bottom-left'
  hotkey: string | null
}

export function Overlay({ stage, places, corner, hotkey }: OverlayProps) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  // A layout effect runs within the first drawing: what comes right after it is not missed.
  useLayoutEffect(() => stage.subscribe(() => redraw(0)), [stage])
  const { model } = stage
  useLayoutEffect(() => model.subscribe(() => redraw(0)), [model])
  useLayoutEffect(() => places.subscribe(() => redraw(0)), [places])
  const { isOpen, theme } = model.preferences
  // Closed, it is a button, and that belongs to the page.
  useLayoutEffect(() => {
    if (!isOpen && places.now === 'window') places.moveBack()
  }, [isOpen, places])
  /** The keyboard comes back to where it left, and only if it was in the dock: the game may have it. */
  const hadFocus = useRef(false)
  return (
    <div class="root" data-theme={places.theme ?? theme}>
      {isOpen || places.now === 'element' ? (
        <Dock stage={stage} places={places} hotkey={hotkey} hadFocus={hadFocus} />
      ) : (
        <Launcher model={model} corner={model.hook.corner() ?? corner} hotkey={hotkey} hadFocus={hadFocus} />
      )}
    </div>
  )
}
