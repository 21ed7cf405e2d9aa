import { createFakeTime } from '@painda/testing'
import { h, render } from 'preact'
import { afterEach, expect, test, vi } from 'vitest'
import type { Seen } from '../src/desk-lane.js'
import { SeenBy } from '../src/panel/seen-by.js'

let page: HTMLElement

afterEach(() => {
  render(null, page)
  vi.unstubAllGlobals()
})

/** The panel, drawn by hand, and a server that answers when it is told to. */
function open() {
  page = document.createElement('div')
  const frames: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  const time = createFakeTime()
  const asked: ((seen: Seen) => void)[] = []
  const desk = {
    look: () => new Promise<Seen>((resolve) => void asked.push(resolve)),
    // Nothing else of it is used.
  } as unknown as Parameters<typeof SeenBy>[0]['desk']
  const mine = { n: 1 }
  const member = { id: 'c_2', name: 'Ben' }
  async function draw(): Promise<void> {
    render(h(SeenBy, { desk, room: 'r', member, mine, onClose: () => {}, time }), page)
    // Effects come in the turn after a frame; what they set is drawn in a microtask.
    for (let turn = 0; turn < 4; turn++) {
      for (const run of frames.splice(0)) run()
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
  }
  return { time, asked, draw }
}

test('a view whose answer takes seconds is shown all the same, and asked for again a second after it', async () => {
  const { time, asked, draw } = open()
  await draw()
  for (let second = 0; second < 4; second++) {
    await time.advance(1_000)
    await draw()
  }
  expect(asked, 'one question at a time').toHaveLength(1)
  asked[0]?.({ problem: null, version: 7, tick: 7, state: { n: 1 } })
  await draw()
  expect(page.textContent).toContain('version 7')
  await time.advance(999)
  expect(asked).toHaveLength(1)
  await time.advance(1)
  expect(asked).toHaveLength(2)
  asked[1]?.({ problem: 'The dev server went away.' })
  await draw()
  expect(page.textContent).toContain('The dev server went away.')
  render(null, page)
  expect(time.pending).toBe(0)
})

test('what differs is worked out once per answer, not at every drawing', async () => {
  const { asked, draw } = open()
  await draw()
  let reads = 0
  const state = {
    get n() {
      reads++
      return 2
    },
  }
  asked[0]?.({ problem: null, version: 1, tick: 1, state })
  await draw()
  page.querySelector<HTMLButtonElement>('[aria-pressed]')?.click()
  await draw()
  expect(page.textContent).toMatch(/n.*1.*2/)
  reads = 0
  for (let again = 0; again < 3; again++) await draw()
  expect(reads).toBe(0)
})
