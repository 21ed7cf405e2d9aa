/** @jsxImportSource preact */
// Puts the overlay onto the page: one element with a shadow root, so that neither the page's styles nor its scripts' queries
// reach in. Styles are a constructed sheet: a strict Content-Security-Policy allows it without a nonce.
import type { AnySchema, Undo, WriteSessionFileOptions } from '@painda/protocol'
import { render } from 'preact'
import { type DevtoolsHook, installHook } from '../hook.js'
import type { InspectableClient } from '../inspectable.js'
import { DEFAULT_HOTKEY, hotkeyLabel, isHotkey, readHotkey } from './hotkey.js'
import { createOtherTabs, type OtherTabs } from '../other-tabs.js'
import { nameOfSource } from '../session.js'
import { createHostElement, HOST_TAG } from './host.js'
import { createModel } from './model.js'
import { createStage } from './stage.js'
import { Overlay } from './overlay.js'
import { createPlaces } from './places.js'
import { createPreferences } from './preferences.js'
import { framesOf } from './refresh.js'
import { STYLES } from './styles/index.js'

export interface DevtoolsOptions {
  /** A client that was made before the hook was there. Others are found by themselves. */
  client?: InspectableClient
  /** Where the button sits. Default `bottom-right`. */
  corner?: 'bottom-right' | 'bottom-left'
  /** Modifiers and a letter, e.g. `ctrl+alt+d`; false for none. Default `alt+shift+p`. */
  hotkey?: string | false
  /**
   * Says what a validator takes as JSON Schema, for those that say nothing by themselves: `z.toJSONSchema` of zod/mini. The Vite plugin
   * finds that of zod and of valibot in the project. With it the forms of the Messages tab have a field for each value.
   */
  jsonSchema?(schema: AnySchema): unknown
  /** Sees each line of a session before it is saved, and takes out what must not leave this machine; null leaves it out. */
  redact?: WriteSessionFileOptions['redact']
  /** Name and version of your application, such as `my-game 1.4.0`, for session files. The Vite plugin takes it from package.json. */
  app?: string
}

export interface MountedDevtools {
  readonly hook: DevtoolsHook
  /**
   * Shows it in an element of another tool's dock, which it fills, until the undo; `theme`: that tool's. Again with the same element:
   * only the theme is another one. Closed, it stays off the page: whoever wants it there mounts it anew.
   */
  fill(element: HTMLElement, theme?: 'light' | 'dark'): Undo
  /** Takes the overlay off the page; what was recorded stays with the hook. Safe to call twice. */
  close(): void
}

/** Just opened, the dock has the keyboard but no part of it is in use: whoever plays on meanwhile is heard by the game. */
function isOnDockItself(event: Event): boolean {
  const [target] = event.composedPath()
  return event.type.startsWith('key') && target instanceof Element && target.classList.contains('dock')
}

/** What the game must not hear while somebody types or scrolls in the inspector. */
const KEPT_EVENTS = [
  'keydown',
  'keyup',
  'keypress',
  'pointerdown',
  'mousedown',
  'touchstart',
  'wheel',
  'click',
  'paste',
]

function download(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The browser has taken the content by the time it comes back to us.
  setTimeout(() => URL.revokeObjectURL(link.href), 0)
}

/** Null where a page may have no channel, as in a sandboxed frame. */
function joinTabs(hook: DevtoolsHook): OtherTabs | null {
  try {
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-')
    const channel = new BroadcastChannel(HOST_TAG)
    hook.tabs = createOtherTabs({
      channel,
      recorder: hook.recorder,
      nameOf: (source) => nameOfSource(hook, source),
      id,
    })
  } catch {
    hook.tabs = null
  }
  return hook.tabs
}

/** On the document: the dev server and the app's bundle may each have loaded a copy of this module. */
const MOUNTED_KEY: unique symbol = Symbol.for('painda.devtools.mounted')

/** The key is ours alone. */
const slotOf = (page: Document) => page as { [MOUNTED_KEY]?: MountedDevtools | undefined }

/**
 * Shows the inspector on this page. The Vite plugin does this by itself; call it by hand where there is no Vite, before
 * the first client is made. Mounting twice is once.
 * @throws PPError `INVALID_ARGUMENT` for a hotkey that is none
 * @example
 * if (import.meta.env.DEV) (await import('@painda/devtools')).mountDevtools()
 */
export function mountDevtools(options: DevtoolsOptions = {}): MountedDevtools {
  const hotkey = options.hotkey === false ? null : readHotkey(options.hotkey ?? DEFAULT_HOTKEY)
  const hook = installHook(globalThis)
  if (options.client !== undefined) hook.attach(options.client)
  const { jsonSchema } = options
  if (jsonSchema !== undefined) hook.shapes.learn(null, (schema) => jsonSchema(schema))
  const existing = slotOf(document)[MOUNTED_KEY]
  if (existing !== undefined) return existing

  const tabs = joinTabs(hook)
  // Whether another tool's dock is open after a reload, that tool knows.
  const preferences = createPreferences(
    () => sessionStorage,
    () => places.now !== 'element',
  )
  const host = createHostElement()
  const frames = framesOf(window, () => host.ownerDocument !== document)
  const stage = createStage({
    hook,
    createModel: (shown, wallOffset) => createModel({ hook: shown, preferences, frames, wallOffset }),
    wallOffset: Date.now() - performance.now(),
    download,
    ...(options.redact === undefined ? {} : { redact: options.redact }),
    ...(options.app === undefined ? {} : { app: options.app }),
  })
  const shadow = host.attachShadow({ mode: 'open' })
  for (const name of KEPT_EVENTS) {
    host.addEventListener(name, (event) => {
      if (!isOnDockItself(event)) event.stopPropagation()
    })
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (hotkey === null || places.now === 'element' || !isHotkey(event, hotkey)) return
    event.preventDefault()
    event.stopPropagation()
    stage.model.setPreferences({ isOpen: !stage.model.preferences.isOpen })
  }
  window.addEventListener('keydown', onKeyDown, true)
  const places = createPlaces({ host, shadow, styles: STYLES, page: window, onKeyDown })

  render(
    <Overlay
      stage={stage}
      places={places}
      corner={options.corner ?? 'bottom-right'}
      hotkey={hotkey === null ? null : hotkeyLabel(hotkey)}
    />,
    shadow,
  )

  let isClosed = false
  const devtools: MountedDevtools = {
    hook,
    fill(element, theme) {
      if (isClosed) return () => {}
      const undo = places.fill(element, theme)
      stage.model.setPreferences({ isOpen: true })
      return () => {
        // The other tool may leave its panel long after: the page may have another overlay by then.
        if (isClosed) return
        undo()
        // It may have gone to another element meanwhile.
        if (places.now !== 'element') stage.model.setPreferences({ isOpen: false })
      }
    },
    close() {
      if (isClosed) return
      isClosed = true
      if (slotOf(document)[MOUNTED_KEY] === devtools) slotOf(document)[MOUNTED_KEY] = undefined
      window.removeEventListener('keydown', onKeyDown, true)
      places.close()
      render(null, shadow)
      stage.close()
      tabs?.close()
      hook.tabs = null
      host.remove()
    },
  }
  slotOf(document)[MOUNTED_KEY] = devtools
  return devtools
}
