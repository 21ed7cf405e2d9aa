// Every text of a peer or of a file, on every tab: one that turns the line around is nowhere shown as it is.
import { writeSessionFile, type Message } from '@painda/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HOOK_KEY, installHook } from '../src/hook.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { TAB_NAMES } from '../src/overlay/preferences.js'
import { createRecordingLane } from '../src/recording-lane.js'
import { SERVER_SOURCE } from '../src/server-lane.js'
import { deltaOf, frameOf, snapshotOf } from './events.js'
import { createFakeClient } from './fake-client.js'

/** "exe.png" to who reads it, were it shown as it is. */
const EVIL = '\u202egnp.exe'
const SHOWN = '\\u202egnp.exe'

let devtools: MountedDevtools
let frames: (() => void)[] = []

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(2_000)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000)
  let now = 0
  frames = []
  vi.stubGlobal('requestAnimationFrame', (run: (at: number) => void) => frames.push(() => run((now += 400))))
  vi.spyOn(performance, 'now').mockImplementation(() => now + 400)
  sessionStorage.setItem('painda-devtools', JSON.stringify({ isOpen: true }))
})

afterEach(() => {
  devtools.close()
  Reflect.deleteProperty(globalThis, HOOK_KEY)
  sessionStorage.clear()
})

function shadow(): ShadowRoot {
  const root = document.querySelector('painda-devtools')?.shadowRoot
  if (!root) throw new Error('The overlay is not on the page.')
  return root
}

/** Effects come in the turn after a frame; what they set is drawn in a microtask. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    for (const run of frames.splice(0)) run()
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

/** All that can be seen or read out; the value of an option is neither. */
function seen(): string {
  return shadow().innerHTML.replaceAll(/ value="[^"]*"/g, '')
}

async function walk(): Promise<ReadonlyMap<string, string>> {
  const tabs = new Map<string, string>()
  for (const tab of TAB_NAMES) {
    shadow().querySelector<HTMLElement>(`#painda-tab-${tab}`)?.click()
    await settle()
    tabs.set(tab, seen())
  }
  return tabs
}

function choose(file: File): void {
  const input = shadow().querySelector('input[type="file"]')
  Object.defineProperty(input, 'files', { value: [file], configurable: true })
  input?.dispatchEvent(new Event('change', { bubbles: true }))
}

const messages: Message[] = [
  { kind: 'event', type: EVIL, payload: { [EVIL]: EVIL }, room: EVIL },
  snapshotOf(1, { [EVIL]: EVIL }, EVIL),
  deltaOf(1, { [EVIL]: 1 }, EVIL),
  { ...deltaOf(1, { own: { [EVIL]: 1 } }, EVIL), scope: 'own' } as Message,
  { kind: 'error', code: 'REFUSED', message: EVIL },
]

test('names and texts of peers are written out on every tab', async () => {
  const hook = installHook(globalThis)
  const client = createFakeClient({ id: EVIL })
  const entry = {
    clientId: EVIL,
    data: { name: 'Ada' },
    joinedAt: 0,
    updatedAt: 0,
    connected: true,
    connections: 1,
  }
  client.rooms = () => [
    {
      key: EVIL,
      id: EVIL,
      version: 2,
      status: 'joined',
      stale: false,
      state: { [EVIL]: EVIL },
      presence: { list: () => [entry] },
    },
  ]
  hook.attach(client)
  client.setStatus({ status: 'closed', error: { code: 'REFUSED', message: EVIL } })
  client.frame('in', ...messages)
  client.tell({ kind: 'desync', at: 1_000, peer: 'server', room: EVIL, have: 1, got: 2, path: EVIL })
  hook.recorder.record(SERVER_SOURCE, {
    kind: 'reload',
    at: 1_000,
    side: 'server',
    outcome: 'kept',
    file: EVIL,
    message: EVIL,
  })
  const trouble = `${EVIL}: Unexpected end.\nsecond line`
  hook.server = { status: 'open', isElsewhere: false, trouble, watch() {}, close() {} }
  const listeners = new Map<string, (data: unknown) => void>()
  const hot = {
    on: (event: string, listener: (data: unknown) => void) => void listeners.set(event, listener),
  }
  hook.recording = createRecordingLane({ ...hot, send() {} }, () => 0)
  hook.recording.start([])
  listeners.get('painda:recording')?.({ problem: EVIL })
  devtools = mountDevtools()
  hook.tabs = { clients: () => [{ source: SERVER_SOURCE + 1, name: EVIL }], watch() {}, close() {} }
  hook.recorder.record(SERVER_SOURCE + 1, frameOf('in', [snapshotOf(1, {}, EVIL)]))
  await settle()
  for (const [tab, text] of await walk()) {
    expect(text, tab).not.toContain('\u202e')
    // The control: it is there, written out.
    expect(text.split(SHOWN).length - 1, tab).toBeGreaterThan(3)
  }
  expect(shadow().querySelector('.trouble')?.textContent).toBe(`${SHOWN}: Unexpected end.\nsecond line`)
})

test('names and texts of a file are written out on every tab, and its own name is too', async () => {
  devtools = mountDevtools()
  await settle()
  choose(new File(['{}'], `${EVIL}.jsonl`))
  await vi.waitFor(() => {
    for (const run of frames.splice(0)) run()
    expect(shadow().querySelector('.stage-bar')?.textContent ?? '').toContain(`${SHOWN}.jsonl: `)
  })
  expect(seen()).not.toContain('\u202e')
  const text = writeSessionFile({
    about: { startedAt: 0, sources: [EVIL, 'Ada'], app: EVIL, fingerprint: EVIL },
    lines: [0, 1].map((source) => ({ source, event: frameOf('in', messages) })),
  })
  choose(new File([text], `${EVIL}.jsonl`))
  await vi.waitFor(() => {
    for (const run of frames.splice(0)) run()
    expect(shadow().querySelector('.stage-bar')?.textContent ?? '').toContain(`contract ${SHOWN}`)
  })
  for (const [tab, shown] of await walk()) expect(shown, tab).not.toContain('\u202e')
})
