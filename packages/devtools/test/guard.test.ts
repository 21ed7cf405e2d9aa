import { h, render } from 'preact'
import { expect, test, vi } from 'vitest'
import { Guard } from '../src/overlay/guard.js'

test('a view that throws says so in its place, what stands around it stays, and it can be tried again', async () => {
  let isBroken = true
  const View = () => {
    if (isBroken) throw new Error('No such kind.')
    return h('p', null, 'All is well.')
  }
  const page = document.createElement('div')
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  render(h('main', null, h('h1', null, 'Inspector'), h(Guard, null, h(View, null))), page)
  await Promise.resolve()
  expect(page.textContent).toContain('Inspector')
  expect(page.querySelector('[role="alert"]')?.textContent).toContain('No such kind.')
  expect(told.mock.calls).toEqual([
    [expect.objectContaining({ stack: expect.stringContaining('guard.test') })],
  ])
  isBroken = false
  page.querySelector('button')?.click()
  await Promise.resolve()
  expect(page.textContent).toBe('InspectorAll is well.')
})
