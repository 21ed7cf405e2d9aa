import { afterEach, expect, test } from 'vitest'
import { HOOK_KEY } from '../src/hook.js'
import { showInViteDevtools } from '../src/in-vite-devtools.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { createFakeClient } from './fake-client.js'

let devtools: MountedDevtools

afterEach(() => {
  devtools.close()
  Reflect.deleteProperty(globalThis, HOOK_KEY)
  sessionStorage.clear()
  document.body.replaceChildren()
})

/** What Vite DevTools keep of an entry in their dock, and how they tell of it. */
function createEntry() {
  const listeners = new Map<string, () => void>()
  const current = {
    isActive: false,
    domElements: { panel: null as HTMLElement | null },
    events: { on: (name: string, listener: () => void) => void listeners.set(name, listener) },
  }
  return { current, tell: (name: string) => listeners.get(name)?.() }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

const root = (): Element | null =>
  document.querySelector('painda-devtools')?.shadowRoot?.querySelector('.root') ?? null

test('chosen in Vite DevTools it fills their panel in their colours; another entry chosen, it is the button again', async () => {
  devtools = mountDevtools({ client: createFakeClient() })
  const { current, tell } = createEntry()
  // The script is loaded after the entry was chosen, and before its panel is there.
  current.isActive = true
  showInViteDevtools(() => devtools, { current })
  await settle()
  expect(root()?.querySelector('.launcher')).toBeTruthy()

  const panel = document.createElement('div')
  panel.style.colorScheme = 'dark'
  document.body.append(panel)
  current.domElements.panel = panel
  tell('dom:panel:mounted')
  await settle()
  expect(panel.querySelector('painda-devtools')).toBeTruthy()
  expect(root()?.getAttribute('data-theme')).toBe('dark')

  current.isActive = false
  tell('entry:deactivated')
  await settle()
  expect(panel.querySelector('painda-devtools')).toBeNull()
  expect(root()?.querySelector('.launcher')).toBeTruthy()

  panel.style.colorScheme = 'light'
  current.isActive = true
  tell('entry:activated')
  await settle()
  expect(panel.querySelector('painda-devtools')).toBeTruthy()
  expect(root()?.getAttribute('data-theme')).toBe('light')
})

test('closed meanwhile, it is there again when its entry is chosen, and nothing of the old one is', async () => {
  const mount = () => (devtools = mountDevtools({ client: createFakeClient() }))
  const first = mount()
  const { current, tell } = createEntry()
  const panel = document.createElement('div')
  document.body.append(panel)
  current.domElements.panel = panel
  showInViteDevtools(mount, { current })
  current.isActive = true
  tell('entry:activated')
  first.close()
  expect(document.querySelector('painda-devtools')).toBeNull()
  current.isActive = false
  tell('entry:deactivated')
  expect(document.querySelector('painda-devtools')).toBeNull()

  current.isActive = true
  tell('entry:activated')
  await settle()
  expect(devtools).not.toBe(first)
  expect(panel.querySelectorAll('painda-devtools')).toHaveLength(1)
  expect(root()?.querySelector('.dock')).toBeTruthy()
})
