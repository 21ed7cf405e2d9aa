import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HOOK_KEY } from '../src/hook.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { framesOf } from '../src/overlay/refresh.js'
import { paindaDevtoolsPlugin } from '../src/tanstack.js'
import { createFakeClient } from './fake-client.js'

let devtools: MountedDevtools

/** What `window.open` gives instead of a window. */
function open(view: object | null) {
  // Only what stands in `view` is asked of it, which these tests would show.
  vi.spyOn(window, 'open').mockReturnValue(view as Window | null)
}

/** Another window, as far as the overlay uses one. */
function createWindow() {
  const listeners = new Map<string, () => void>()
  const view = {
    document: document.implementation.createHTMLDocument(''),
    CSSStyleSheet,
    isClosed: false,
    addEventListener: (name: string, listener: () => void) => void listeners.set(name, listener),
    removeEventListener: (name: string) => void listeners.delete(name),
    close: () => void (view.isClosed = true),
  }
  return { view, leave: () => listeners.get('pagehide')?.(), heard: listeners }
}

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(260)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000)
  sessionStorage.setItem('painda-devtools', JSON.stringify({ isOpen: true, tab: 'messages' }))
})

afterEach(() => {
  devtools.close()
  Reflect.deleteProperty(globalThis, HOOK_KEY)
  sessionStorage.clear()
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

/** The one overlay, wherever it stands. */
function hostIn(root: ParentNode): HTMLElement | null {
  return root.querySelector('painda-devtools')
}

function button(host: HTMLElement | null, label: string): HTMLElement {
  const found = host?.shadowRoot?.querySelector(`[aria-label="${label}"]`)
  if (!(found instanceof HTMLElement)) throw new Error(`No button "${label}".`)
  return found
}

test('the overlay moves into a window with all that was typed, and back when that window is closed', async () => {
  const { view, leave } = createWindow()
  open(view)
  const client = createFakeClient()
  devtools = mountDevtools({ client })
  client.start()
  devtools.hook.recorder.clear()
  await new Promise((resolve) => requestAnimationFrame(resolve))
  await settle()
  const host = hostIn(document)
  const typed = host?.shadowRoot?.querySelector<HTMLInputElement>('[aria-label="Type"]')
  if (typed) typed.value = 'boom'
  typed?.dispatchEvent(new Event('input', { bubbles: true }))
  await settle()
  button(host, 'Move into a window of its own').click()
  await settle()
  expect(hostIn(document)).toBeNull()
  const moved = hostIn(view.document)
  expect(moved?.shadowRoot?.querySelector('.dock')?.getAttribute('data-side')).toBe('window')
  expect(moved?.shadowRoot?.querySelector<HTMLInputElement>('[aria-label="Type"]')?.value).toBe('boom')
  expect(moved?.shadowRoot?.querySelector('.grip')).toBeNull()
  leave()
  await settle()
  const back = hostIn(document)
  expect(back?.shadowRoot?.querySelector('.dock')?.getAttribute('data-side')).toBe('bottom')
  expect(back?.shadowRoot?.querySelector<HTMLInputElement>('[aria-label="Type"]')?.value).toBe('boom')
})

test('closing the inspector closes its window, and leaves the button on the page', async () => {
  const { view, heard } = createWindow()
  open(view)
  devtools = mountDevtools({ client: createFakeClient() })
  await settle()
  button(hostIn(document), 'Move into a window of its own').click()
  await settle()
  button(hostIn(view.document), 'Close (Alt+Shift+P)').click()
  await settle()
  expect([view.isClosed, heard.size]).toEqual([true, 0])
  expect(hostIn(document)?.shadowRoot?.querySelector('.launcher')).toBeTruthy()
})

test('where pop-ups are refused it is a picture in picture, and without that it stays', async () => {
  const { view } = createWindow()
  open(null)
  devtools = mountDevtools({ client: createFakeClient() })
  await settle()
  button(hostIn(document), 'Move into a window of its own').click()
  await settle()
  expect(hostIn(document)?.shadowRoot?.querySelector('.dock')?.getAttribute('data-side')).toBe('bottom')

  const requestWindow = vi.fn(async () => view)
  Reflect.set(window, 'documentPictureInPicture', { requestWindow })
  button(hostIn(document), 'Move into a window of its own').click()
  await settle()
  expect(hostIn(view.document)).toBeTruthy()
  Reflect.deleteProperty(window, 'documentPictureInPicture')
})

test('as a plugin of TanStack Devtools it fills their panel while they are open, and is a button beside theirs otherwise', async () => {
  sessionStorage.clear()
  devtools = mountDevtools({ client: createFakeClient() })
  const panel = document.createElement('div')
  document.body.append(panel)
  paindaDevtoolsPlugin().render(panel, { theme: 'light', devtoolsOpen: true })
  await settle()
  const dock = hostIn(panel)?.shadowRoot?.querySelector('.dock')
  const root = (): Element | null | undefined => hostIn(document)?.shadowRoot?.querySelector('.root')
  expect(dock?.getAttribute('data-side')).toBe('element')
  expect(root()?.getAttribute('data-theme')).toBe('light')
  expect(dock?.querySelector('[aria-label^="Close"]')).toBeNull()
  expect(dock?.querySelector('[aria-label^="Colours"]'), 'the colours are theirs').toBeNull()
  // Whether it is open after a reload they know.
  expect(JSON.parse(sessionStorage.getItem('painda-devtools') ?? '{}')).toMatchObject({ isOpen: false })

  // The app renders, and its list of plugins is another one.
  const again = paindaDevtoolsPlugin()
  again.render(panel, { theme: 'dark', devtoolsOpen: true })
  await settle()
  expect(hostIn(panel)?.shadowRoot?.querySelector('.dock'), 'it was not drawn anew').toBe(dock)
  expect(root()?.getAttribute('data-theme')).toBe('dark')
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'P', code: 'KeyP', altKey: true, shiftKey: true }))
  await settle()
  expect(devtools.hook.effects.isLooking, 'the hotkey belongs to the page').toBe(true)

  again.render(panel, { theme: 'dark', devtoolsOpen: false })
  await settle()
  expect(hostIn(panel)).toBeNull()
  expect(root()?.querySelector('.launcher')?.getAttribute('data-corner')).toBe('bottom-left')
  expect(root()?.getAttribute('data-theme')).toBe('auto')
  expect(devtools.hook.effects.isLooking).toBe(false)

  again.render(panel, { theme: 'dark', devtoolsOpen: true })
  paindaDevtoolsPlugin().destroy()
  await settle()
  expect(hostIn(panel)).toBeNull()
  expect(root()?.querySelector('.launcher')).toBeTruthy()
})

test('closed, it fills nothing, and a tool that leaves its panel later does nothing to the overlay that came after it', async () => {
  const client = createFakeClient()
  const panel = document.createElement('div')
  document.body.append(panel)
  const first = mountDevtools({ client })
  const leave = first.fill(panel)
  first.close()
  devtools = mountDevtools({ client })
  const { hook } = devtools
  const subscribed = vi.spyOn(hook.recorder, 'subscribe')
  devtools.fill(panel)
  await settle()
  expect(hook.effects.isLooking).toBe(true)
  subscribed.mockClear()
  leave()
  first.close()
  await settle()
  expect(hook.effects.isLooking).toBe(true)
  expect(subscribed).not.toHaveBeenCalled()
  expect(hostIn(panel)?.shadowRoot?.querySelector('.dock')).toBeTruthy()
  const other = document.createElement('div')
  first.fill(other)()
  expect([other.childElementCount, document.querySelectorAll('painda-devtools').length]).toEqual([0, 1])
})

test('a copy of the module in another bundle mounts nothing beside it', () => {
  devtools = mountDevtools({ client: createFakeClient() })
  const key = Symbol.for('painda.devtools.mounted')
  expect(Reflect.get(document, key)).toBe(devtools)
  const others = { hook: devtools.hook, fill: () => () => {}, close: () => {} }
  Reflect.set(document, key, others)
  expect(mountDevtools()).toBe(others)
  Reflect.set(document, key, devtools)
})

test('out of the page it is drawn by a timer, and each is cancelled as what it is', () => {
  const calls: string[] = []
  const page = {
    performance: { now: () => 1 },
    requestAnimationFrame: () => (calls.push('frame'), 7),
    cancelAnimationFrame: (handle: number) => void calls.push(`no frame ${handle}`),
    setTimeout: () => (calls.push('timer'), 9),
    clearTimeout: (handle: number) => void calls.push(`no timer ${handle}`),
  }
  let isOut = false
  const frames = framesOf(page, () => isOut)
  frames.cancelAnimationFrame(frames.requestAnimationFrame(() => {}))
  isOut = true
  frames.cancelAnimationFrame(frames.requestAnimationFrame(() => {}))
  expect(calls).toEqual(['frame', 'no frame 7', 'timer', 'no timer 9'])
})
