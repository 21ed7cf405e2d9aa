// Where the list of frames stands while rows come at its end and fall out at its beginning.
import { h, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { act } from 'preact/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useVirtualList } from '../src/overlay/use-virtual-list.js'

const ROW_HEIGHT = 26
/** Rows are their own keys. */
const keyOf = (row: number): number => row

let height = 260
let scrolled = 0
let writes = 0
let isAtEnd = false
let host: HTMLElement
let resize: () => void = () => {}

beforeEach(() => {
  height = 260
  scrolled = writes = 0
  host = document.createElement('div')
  document.body.append(host)
  // A DOM without layout: what the list asks of it.
  const content = (): number => Number.parseFloat(find('.rows').style.height)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => height)
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(content)
  vi.spyOn(HTMLElement.prototype, 'scrollTop', 'get').mockImplementation(() => scrolled)
  vi.spyOn(HTMLElement.prototype, 'scrollTop', 'set').mockImplementation((to) => {
    writes++
    const next = Math.max(0, Math.min(to, content() - height))
    if (next === scrolled) return
    scrolled = next
    find('.scroller').dispatchEvent(new Event('scroll'))
  })
  vi.spyOn(HTMLElement.prototype, 'scrollTo').mockImplementation((to?: ScrollToOptions | number) => {
    find('.scroller').scrollTop = typeof to === 'object' ? (to.top ?? 0) : 0
  })
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(run: () => void) {
        resize = run
      }
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  )
})

afterEach(async () => {
  await act(() => render(null, host))
  host.remove()
})

function find(selector: string): HTMLElement {
  const found = host.querySelector(selector)
  if (!(found instanceof HTMLElement)) throw new Error(`No ${selector}.`)
  return found
}

function List({ rows, follows }: { rows: readonly number[]; follows: boolean }) {
  const list = useVirtualList({ rows, keyOf, rowHeight: ROW_HEIGHT, follows })
  useEffect(() => void (isAtEnd = list.isAtEnd))
  return h(
    'div',
    { class: 'scroller', ref: list.setScroller },
    h(
      'div',
      { class: 'rows', style: { height: `${list.totalHeight}px` } },
      list.items.map(({ index, start }) => h('i', { key: index, 'data-top': start }, rows[index])),
    ),
  )
}

async function show(rows: readonly number[], follows = true): Promise<void> {
  await act(() => render(h(List, { rows, follows }), host))
}

async function scrollTo(top: number): Promise<void> {
  await act(() => void (find('.scroller').scrollTop = top))
}

/** Rows that are in sight, by where they are and where the list stands. */
function inSight(): number[] {
  return [...host.querySelectorAll('i')]
    .filter((row) => {
      const top = Number(row.getAttribute('data-top')) - scrolled
      return top > -ROW_HEIGHT && top < height
    })
    .map((row) => Number(row.textContent))
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

test('the list begins at its end and stays there while rows come', async () => {
  await show(range(0, 100))
  expect(inSight()).toEqual(range(90, 100))
  expect(isAtEnd).toBe(true)
  await show(range(0, 130))
  expect(inSight()).toEqual(range(120, 130))
})

test('when as many rows fall out as come, the list shows the newest and need not scroll', async () => {
  await show(range(0, 100))
  writes = 0
  await show(range(40, 140))
  expect(inSight()).toEqual(range(130, 140))
  expect(writes).toBe(0)
})

test('another height of the list does not lead away from its end', async () => {
  await show(range(0, 100))
  height = 104
  await act(() => resize())
  expect(inSight()).toEqual(range(96, 100))
  expect(isAtEnd).toBe(true)
  height = 260
  await act(() => resize())
  await show(range(0, 101))
  expect(inSight()).toEqual(range(91, 101))
})

test('whoever scrolls away keeps the rows in sight, and is at the end again by scrolling there', async () => {
  await show(range(0, 100))
  await scrollTo(50 * ROW_HEIGHT)
  expect(inSight()).toEqual(range(50, 60))
  expect(isAtEnd).toBe(false)
  await show(range(20, 120))
  expect(inSight()).toEqual(range(50, 60))
  await scrollTo(100 * ROW_HEIGHT)
  expect(inSight()).toEqual(range(110, 120))
  expect(isAtEnd).toBe(true)
  await show(range(30, 130))
  expect(inSight()).toEqual(range(120, 130))
})

test('a row that is chosen stays in sight, also when others fell out since it was drawn', async () => {
  await show(range(0, 100))
  await show(range(15, 115), false)
  expect(inSight()).toEqual(range(90, 100))
  expect(isAtEnd).toBe(false)
  await show(range(30, 130), false)
  expect(inSight()).toEqual(range(90, 100))
})

test('fewer rows than there is room for are all in sight', async () => {
  await show([])
  expect(inSight()).toEqual([])
  expect(isAtEnd).toBe(true)
  await show(range(0, 3))
  expect(inSight()).toEqual(range(0, 3))
  await show(range(0, 30))
  expect(inSight()).toEqual(range(20, 30))
})
