import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HOOK_KEY, installHook } from '../src/hook.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { SERVER_SOURCE } from '../src/server-lane.js'
import { createFakeClient, type FakeClient } from './fake-client.js'

let devtools: MountedDevtools
let client: FakeClient
/** Frames of the screen, drawn by hand. */
let frames: (() => void)[] = []

beforeEach(() => {
  // A DOM without layout: everything is as large as a window, so that the virtual list has rows in sight.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(260)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000)
  let now = 0
  frames = []
  vi.stubGlobal('requestAnimationFrame', (run: (at: number) => void) => frames.push(() => run((now += 400))))
  vi.spyOn(performance, 'now').mockImplementation(() => now + 400)
  client = createFakeClient()
})

afterEach(() => {
  devtools.close()
  Reflect.deleteProperty(globalThis, HOOK_KEY)
  sessionStorage.clear()
})

function draw(): void {
  for (const frame of frames.splice(0)) frame()
}

function open(options = {}): ShadowRoot {
  sessionStorage.setItem('painda-devtools', JSON.stringify({ isOpen: true, ...options }))
  devtools = mountDevtools({ client })
  draw()
  return shadow()
}

function shadow(): ShadowRoot {
  const root = document.querySelector('painda-devtools')?.shadowRoot
  if (!root) throw new Error('The overlay is not on the page.')
  return root
}

function find(selector: string): HTMLElement {
  const found = shadow().querySelector(selector)
  if (!(found instanceof HTMLElement)) throw new Error(`No ${selector} in the overlay.`)
  return found
}

function press(target: EventTarget, key: string, rest: KeyboardEventInit = {}): void {
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...rest }),
  )
}

function click(text: string): void {
  const found = [...shadow().querySelectorAll('button')].find(({ textContent }) => textContent === text)
  if (found === undefined) throw new Error(`No button "${text}" in the overlay.`)
  found.click()
}

async function settle(): Promise<void> {
  // Preact gathers state changes in a microtask.
  await Promise.resolve()
  await Promise.resolve()
}

const rows = (): string[] =>
  [...shadow().querySelectorAll('.rows .row .cell-name')].map((cell) => cell.textContent)

test('closed, there is one button; it shows the connection and counts new errors', async () => {
  devtools = mountDevtools({ client })
  client.start()
  draw()
  await settle()
  expect(find('.launcher').getAttribute('aria-label')).toBe('Painda devtools: open')
  client.tell({ kind: 'error', at: 1, peer: 'server', code: 'INTERNAL', message: 'x' })
  draw()
  await settle()
  expect(find('.badge').textContent).toBe('1')
  find('.launcher').click()
  await settle()
  expect(find('.dock')).toBeTruthy()
  expect(shadow().querySelector('.badge')).toBeNull()
})

test('closed, the badge counts a save of the game server that failed too, and looks at no client for it', async () => {
  devtools = mountDevtools({ client })
  draw()
  const { recorder } = devtools.hook
  const clients = vi.spyOn(devtools.hook, 'clients')
  for (let step = 0; step < 20; step++) client.step()
  expect(clients).not.toHaveBeenCalled()
  const message = 'Unexpected end.'
  recorder.record(SERVER_SOURCE, {
    kind: 'reload',
    at: 1,
    side: 'server',
    outcome: 'failed',
    file: 'a.ts',
    message,
  })
  draw()
  await settle()
  expect(find('.badge').textContent).toBe('1')
})

test('what happened before the overlay was there is in the list', async () => {
  installHook(globalThis).attach(client)
  client.start()
  open()
  await settle()
  expect(rows()).toEqual([
    'connecting',
    'hello',
    'welcome',
    'open',
    'join',
    'joined24 ms',
    'tick 0',
    'presences',
  ])
})

test('the timeline leads to the frame of a version that came since the list was last drawn', async () => {
  open({ tab: 'timeline' })
  client.start()
  draw()
  await settle()
  const before = find('.scrub-version').textContent
  for (let step = 0; step < 20; step++) client.step()
  click('Compare from here')
  await settle()
  expect(find('.scrub-version').textContent).not.toBe(before)
  click('Show the frame')
  await settle()
  expect(find('.detail').textContent).toContain('delta')
})

test('beside an open detail no row is weighed as JSON: there is no place to show it', async () => {
  open()
  client.start()
  draw()
  await settle()
  const weighed = () => shadow().querySelectorAll('.rows .raw-size').length
  expect(weighed()).toBeGreaterThan(2)
  find('.rows .row').click()
  await settle()
  expect(weighed()).toBe(0)
  find('.detail-close').click()
  await settle()
  expect(weighed()).toBeGreaterThan(2)
})

test('new frames appear at the next drawing, and a paused view stands still and counts them', async () => {
  open()
  client.start()
  draw()
  await settle()
  expect(rows()).toContain('tick 0')
  find('[aria-label="Pause the view"]').click()
  client.step()
  draw()
  await settle()
  expect(rows()).not.toContain('tick 1')
  expect(find('.list-note').textContent).toContain('1 new')
  find('.list-note').click()
  await settle()
  expect(devtools.hook.recorder.nextId).toBe(7)
  expect(shadow().querySelector('.list-note')?.textContent ?? '').not.toContain('paused')
})

test('capture pause and clear do what they say', async () => {
  open()
  client.start()
  draw()
  find('.record').click()
  client.step()
  draw()
  await settle()
  expect(find('.foot').textContent).toContain('capture paused · 1 passed by')
  find('[aria-label="Clear the list"]').click()
  await settle()
  expect(rows()).toEqual([])
  expect(find('.empty').textContent).toContain('Capture is paused')
})

test('a chip hides its kind; with Shift it hides all others', async () => {
  open()
  client.start()
  draw()
  await settle()
  find('.chip[data-kind="handshake"]').click()
  await settle()
  expect(rows()).not.toContain('hello')
  expect(find('.chip[data-kind="handshake"]').getAttribute('aria-pressed')).toBe('false')
  expect(find('.chip[data-kind="handshake"] .chip-count').textContent).toBe('2')
  find('.chip[data-kind="snapshot"]').dispatchEvent(
    new MouseEvent('click', { shiftKey: true, bubbles: true }),
  )
  await settle()
  expect(rows()).toEqual(['tick 0'])
})

test('what a peer sent is text, never markup', async () => {
  open()
  const evil = '<img src=x onerror="globalThis.pwned = true">'
  client.frame('in', { kind: 'event', type: evil, payload: { [evil]: evil }, room: evil })
  draw()
  await settle()
  find('.rows .row').click()
  await settle()
  expect(find('.detail-name').textContent).toBe(evil)
  expect(find('.detail-body').textContent).toContain(evil)
  expect(shadow().querySelector('img')).toBeNull()
})

test('the list is worked with arrow keys, and the detail follows', async () => {
  open()
  client.start()
  for (let step = 0; step < 3; step++) client.step()
  draw()
  await settle()
  const list = find('.scroller')
  press(list, 'End')
  await settle()
  expect(find('.detail-name').textContent).toBe('tick 3')
  press(list, 'ArrowUp')
  await settle()
  expect(find('.detail-name').textContent).toBe('tick 2')
  expect(list.getAttribute('aria-activedescendant')).toBe(find('.row[aria-selected="true"]').id)
  expect(find('.delta-tree').textContent).toContain('players')
  press(list, 'Home')
  await settle()
  expect(find('.detail-name').textContent).toBe('connecting')
})

test('tabs follow the arrow keys, and Escape closes the dock', async () => {
  open()
  client.start()
  draw()
  press(find('#painda-tab-frames'), 'ArrowRight')
  await settle()
  expect(find('[role="tab"][aria-selected="true"]').textContent).toBe('State')
  expect(find('.room-button').textContent).toContain('arena-1')
  press(find('#painda-tab-state'), 'End')
  await settle()
  expect(find('.client').textContent).toContain('c_7f3a91')
  press(find('.dock'), 'Escape')
  await settle()
  expect(shadow().querySelector('.dock')).toBeNull()
  expect(shadow().activeElement).toBe(find('.launcher'))
})

test('the game does not hear what is typed in the overlay, but the hotkey works everywhere', async () => {
  open()
  const heard = vi.fn()
  document.addEventListener('keydown', heard)
  press(find('.search input'), 'w')
  expect(heard).not.toHaveBeenCalled()
  // Just opened: nothing in the dock is in use, so the player plays on.
  press(find('.dock'), 'w')
  expect(heard).toHaveBeenCalledTimes(1)
  press(document.body, 'w')
  expect(heard).toHaveBeenCalledTimes(2)
  press(document.body, 'P', { code: 'KeyP', altKey: true, shiftKey: true })
  await settle()
  expect(shadow().querySelector('.dock')).toBeNull()
  document.removeEventListener('keydown', heard)
})

test('mounting twice is once, and closing leaves nothing on the page', () => {
  devtools = mountDevtools({ client })
  expect(mountDevtools()).toBe(devtools)
  expect(document.querySelectorAll('painda-devtools')).toHaveLength(1)
  devtools.close()
  devtools.close()
  expect(document.querySelector('painda-devtools')).toBeNull()
})

test('closed, a stream of frames asks for no drawing', () => {
  devtools = mountDevtools({ client })
  client.start()
  draw()
  for (let step = 0; step < 50; step++) client.step()
  expect(frames).toEqual([])
})

test('each empty view says what to do', async () => {
  open({ tab: 'state' })
  await settle()
  expect(find('.empty').textContent).toContain('In no room')
  find('#painda-tab-frames').click()
  await settle()
  expect(find('.empty').textContent).toContain('Nothing has travelled yet')
  client.start()
  draw()
  await settle()
  find('[aria-label="Sent"]').click()
  find('.chip[data-kind="handshake"]').click()
  find('.chip[data-kind="room"]').click()
  await settle()
  expect(find('.empty').textContent).toContain('No row passes the filter')
  find('.empty .button').click()
  await settle()
  expect(rows()).toContain('hello')
})

test('the list of players is drawn once a second, however many frames come meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  try {
    const rooms = client.rooms.bind(client)
    let names = ['Ada']
    const list = () =>
      names.map((name, index) => ({
        clientId: `c_${index}`,
        data: { name },
        joinedAt: 0,
        updatedAt: 0,
        connected: true,
        connections: 1,
      }))
    client.rooms = () => rooms().map((room) => ({ ...room, presence: { list } }))
    const shown = (): string[] =>
      [...shadow().querySelectorAll('.player-name')].map((cell) => cell.textContent)
    open({ tab: 'players' })
    client.start()
    // Effects come in the turn after a frame.
    for (let turn = 0; turn < 4; turn++) {
      draw()
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    expect(shown()).toEqual(['Ada'])
    names = ['Ada', 'Ben']
    for (let step = 0; step < 3; step++) {
      client.step()
      draw()
      await settle()
    }
    expect(shown()).toEqual(['Ada'])
    vi.advanceTimersByTime(1_000)
    await settle()
    expect(shown()).toEqual(['Ada', 'Ben'])
  } finally {
    vi.useRealTimers()
  }
})

test('call site and renders are tabs of the detail, and say so where nobody can know', async () => {
  open()
  client.start()
  const move = { kind: 'event', type: 'move' } as const
  function walk(): void {
    devtools.hook.witness.asked(move)
    client.frame('out', move)
  }
  walk()
  draw()
  await settle()
  press(find('.scroller'), 'End')
  await settle()
  find('[data-tab="site"]').click()
  await settle()
  expect(find('.detail-body').textContent).toContain('walk()')

  client.step()
  devtools.hook.witness.woke({
    kind: 'selector',
    listener: function onScore() {},
    owner: undefined,
    paths: ['players.p1.score'],
    isChanged: true,
    ms: 0.2,
  })
  draw()
  await settle()
  press(find('.scroller'), 'End')
  await settle()
  find('[data-tab="renders"]').click()
  await settle()
  expect(find('.detail-body').textContent).toContain('onScore')
  expect(find('.detail-body').textContent).toContain('players.p1.score')

  // What came before the dock was open has nothing to say, and says that.
  find('[data-tab="after"]').click()
  await settle()
  expect(find('.detail-body [role="tree"]').textContent).toContain('players')
})

test('the bytes of a frame have their fields beside them, one stop of the keyboard', async () => {
  open()
  client.frame('out', { kind: 'event', type: 'buy', payload: { item: 'bomb' }, ackId: 3 })
  draw()
  await settle()
  press(find('.scroller'), 'End')
  await settle()
  find('[data-tab="hex"]').click()
  await settle()
  const fields = find('.fields')
  expect(fields.textContent).toContain('typebuy')
  press(fields, 'ArrowDown')
  await settle()
  press(fields, 'ArrowDown')
  await settle()
  expect(find('.hex-field[aria-selected="true"]').textContent).toContain('type')
  expect(fields.getAttribute('aria-activedescendant')).toBe('painda-field-1')
  const lit = [...shadow().querySelectorAll('.hex-byte[data-chosen="true"]')].map((cell) => cell.textContent)
  // A length, and "buy".
  expect(lit).toEqual(['03', '62', '75', '79'])
})

test('a message of the contract has a form, is checked while one types, kept as a favourite and repeated', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  localStorage.clear()
  open({ tab: 'messages' })
  client.start()
  draw()
  await settle()
  const type = (selector: string, value: string): void => {
    const input = find(selector) as HTMLInputElement | HTMLTextAreaElement
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  type('[aria-label="Type"]', 'move')
  await settle()
  expect((find('[aria-label="Payload"]') as HTMLTextAreaElement).value).toBe('{"dx":0,"dy":0}')
  type('.payload-field:first-child input', '7')
  await settle()
  expect(find('.composer-result').textContent).toContain('dx and dy are −1, 0 or 1')
  type('.payload-field:first-child input', '1')
  await settle()
  expect(find('.composer-result').textContent).toBe('')

  find('[aria-label="Favourite"]').click()
  await settle()
  expect(find('.favourites').textContent).toContain('move')

  type('[aria-label="Times a second"]', '20')
  find('.composer-repeat button').click()
  await settle()
  // Effects of Preact come after a frame: the panel has a timer already, the repeating is another.
  const timers = vi.getTimerCount()
  await vi.waitFor(() => {
    draw()
    expect(vi.getTimerCount()).toBe(timers + 1)
  })
  await settle()
  const before = devtools.hook.recorder.nextId
  vi.advanceTimersByTime(500)
  await settle()
  expect(devtools.hook.recorder.nextId - before).toBe(10)
  expect(find('.composer-repeat button').textContent).toMatch(/^Stop · 1\d sent$/)
  find('.composer-repeat button').click()
  vi.useRealTimers()
  localStorage.clear()
})
