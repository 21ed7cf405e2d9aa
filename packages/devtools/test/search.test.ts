// The field for words, between who types and a model that answers late.
import { h, render } from 'preact'
import { act } from 'preact/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Model } from '../src/overlay/model.js'
import { Search } from '../src/panel/search.js'

let place: HTMLElement
/** What the model was told, oldest first. */
let told: string[] = []

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  place = document.body.appendChild(document.createElement('div'))
})

afterEach(() => {
  render(null, place)
  place.remove()
  vi.useRealTimers()
})

test('what is typed while the list is still being filtered stays', () => {
  show('')
  type('wasd d')
  pause()
  expect(told).toEqual(['wasd d'])
  // The page was busy: two keys more, and only then the panel is drawn with what the model has.
  type('wasd del')
  show('wasd d')
  expect(field().value).toBe('wasd del')
  pause()
  expect(told).toEqual(['wasd d', 'wasd del'])
})

test('a preset writes over what is typed, the same one twice too', () => {
  show('')
  type('buy')
  pause()
  show('buy')
  show('slow:100')
  expect(field().value).toBe('slow:100')
  show('buy')
  expect(field().value).toBe('buy')
  type('')
  pause()
  show('')
  show('buy')
  expect(field().value).toBe('buy')
})

function show(text: string): void {
  // All that the field reads of a model.
  const model = {
    rows: { filter: { text } },
    setFilter: (change: { text: string }) => told.push(change.text),
  } as unknown as Model
  void act(() => render(h(Search, { model }), place))
}

function field(): HTMLInputElement {
  return place.querySelector('input') ?? expect.fail('There is no field.')
}

function type(text: string): void {
  void act(() => {
    field().value = text
    field().dispatchEvent(new Event('input', { bubbles: true }))
  })
}

/** Nobody types for a moment. */
function pause(): void {
  void act(() => void vi.advanceTimersByTime(200))
}
