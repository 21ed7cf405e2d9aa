// The dot in the head and the line below it, as somebody sees them: what the dev server says is said by hand.
import { writeSessionFile } from '@painda/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HOOK_KEY, installHook } from '../src/hook.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { createRecordingLane } from '../src/recording-lane.js'
import { createFakeClient } from './fake-client.js'
import { SMALLEST_RECORDING } from './smallest-recording.js'

let devtools: MountedDevtools
let sent: [event: string, data: unknown][] = []
let say: (event: string, data?: unknown) => void = () => {}

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(260)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000)
  vi.stubGlobal('requestAnimationFrame', () => 0)
  sent = []
})

afterEach(() => {
  devtools.close()
  Reflect.deleteProperty(globalThis, HOOK_KEY)
  sessionStorage.clear()
})

function open({ hasDevServer = true } = {}): void {
  const hook = installHook(globalThis)
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  if (hasDevServer) {
    const listeners = new Map<string, (data: unknown) => void>()
    say = (event, data) => listeners.get(event)?.(data)
    hook.recording = createRecordingLane(
      {
        on: (event, listener) => void listeners.set(event, listener),
        send: (event, data) => void sent.push([event, data]),
      },
      () => 0,
    )
  }
  sessionStorage.setItem('painda-devtools', JSON.stringify({ isOpen: true }))
  devtools = mountDevtools()
}

function shadow(): ShadowRoot {
  const root = document.querySelector('painda-devtools')?.shadowRoot
  if (!root) throw new Error('The overlay is not on the page.')
  return root
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
}

async function click(label: string): Promise<void> {
  const found = [...shadow().querySelectorAll('button')].find(
    (button) => button.getAttribute('aria-label') === label || button.textContent === label,
  )
  if (found === undefined) throw new Error(`There is no button "${label}".`)
  found.click()
  await settle()
}

const bars = (): string[] =>
  [...shadow().querySelectorAll('.stage-bar .stage-text')].map((bar) => bar.textContent)

const RECORDED = writeSessionFile({ about: { startedAt: 0, sources: ['server'] }, lines: SMALLEST_RECORDING })

test('record, stop, export: each step is offered when its time has come', async () => {
  open()
  await settle()
  expect(bars()).toEqual([])
  await click('Record for a test')
  expect(sent).toEqual([['painda:record', { rooms: ['arena-1'] }]])
  say('painda:recording', { room: 'arena-1', name: 'arena' })
  await settle()
  expect(bars()).toEqual([expect.stringMatching(/^Recording arena · \d+ s$/)])
  await click('Stop')
  expect(sent.at(-1)).toEqual(['painda:stop', { room: 'arena-1' }])
  say('painda:recorded', { room: 'arena-1', text: RECORDED })
  await settle()
  expect(bars()).toEqual(['arena from its beginning: 1 s, 1 input'])
  await click('Export as test')
  expect(sent.at(-1)).toEqual(['painda:write-test', { text: RECORDED }])
  say('painda:test-written', {
    spec: 'tests/arena.test.ts',
    recording: 'tests/arena.jsonl.gz',
    setup: 'tests/setup.ts',
    command: 'npx vitest run tests/arena.test.ts',
  })
  await settle()
  expect(bars()).toEqual(['Written: tests/arena.test.ts · first say in tests/setup.ts what your rooms are'])
  await click('Dismiss')
  expect(bars()).toEqual([])
})

test('what goes wrong is said where it was asked for, and can be put away', async () => {
  open()
  await settle()
  await click('Record for a test')
  say('painda:recording', { problem: 'It has no definition.' })
  await settle()
  expect(shadow().querySelector('.stage-bar')?.getAttribute('role')).toBe('alert')
  expect(bars()).toEqual(['It has no definition.'])
  await click('Dismiss')
  expect(bars()).toEqual([])
  await click('Record for a test')
  say('painda:recording', { room: 'arena-1', name: 'arena' })
  await settle()
  say('painda:recorded', { room: 'arena-1', text: 'no session', problem: 'The room ran for too long.' })
  await settle()
  expect(bars()).toEqual(['The room ran for too long.'])
})

test('without a dev server the button says what is missing', async () => {
  open({ hasDevServer: false })
  await settle()
  await click('Record for a test')
  expect(bars()).toEqual([expect.stringMatching(/no dev server tells it/)])
})
