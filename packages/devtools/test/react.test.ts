import { cleanup, render, waitFor } from '@testing-library/react'
import { createElement, StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { HOOK_KEY, installHook } from '../src/hook.js'
import { mountDevtools } from '../src/overlay/mount.js'
import { paindaDevtoolsPlugin, PPDevtools } from '../src/react.js'
import { createFakeClient } from './fake-client.js'

afterEach(() => {
  cleanup()
  installHook(globalThis).recorder.clear()
})

/** The overlay is loaded when it is wanted, on a busy machine not at once. */
const shown = (count: number) => waitFor(() => expect(overlays()).toBe(count), { timeout: 15_000 })

const overlays = () => document.querySelectorAll('painda-devtools').length

test('loading the component is enough for clients to be recorded from their first frame', () => {
  expect(Reflect.has(globalThis, HOOK_KEY)).toBe(true)
  expect(overlays()).toBe(0)
})

test('the overlay is on the page while the component is rendered, once under StrictMode too', async () => {
  const { unmount } = render(createElement(StrictMode, null, createElement(PPDevtools, {})))
  await shown(1)
  unmount()
  expect(overlays()).toBe(0)
})

test('two components are one overlay, which stays until the last is gone', async () => {
  const first = render(createElement(PPDevtools, {}))
  const second = render(createElement(PPDevtools, {}))
  await shown(1)
  first.unmount()
  expect(overlays()).toBe(1)
  second.unmount()
  expect(overlays()).toBe(0)
})

test('a component that goes before the overlay was loaded leaves nothing behind', async () => {
  render(createElement(PPDevtools, {})).unmount()
  await import('../src/overlay/mount.js')
  await Promise.resolve()
  expect(overlays()).toBe(0)
})

test('a client made earlier is named, and is recorded from then on', () => {
  const client = createFakeClient()
  render(createElement(PPDevtools, { client }))
  client.start()
  expect(installHook(globalThis).recorder.nextId).toBeGreaterThan(3)
})

test('the plugin for TanStack Devtools shows the overlay as soon as it is loaded, unless their panel is gone by then', async () => {
  const panel = document.createElement('div')
  document.body.append(panel)
  const inPanel = () => panel.querySelector('painda-devtools')
  const gone = paindaDevtoolsPlugin()
  gone.render(panel)
  gone.destroy()
  await import('../src/tanstack.js')
  await Promise.resolve()
  expect(inPanel()).toBeNull()

  const plugin = paindaDevtoolsPlugin()
  expect(render(plugin.render(panel, { theme: 'dark', devtoolsOpen: true })).container.innerHTML).toBe('')
  await waitFor(() => expect(inPanel()).toBeTruthy())
  plugin.destroy()
  expect(inPanel()).toBeNull()
  expect(overlays()).toBe(1)
  mountDevtools().close()
  panel.remove()
})
