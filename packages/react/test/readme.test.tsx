// The first example of the README, run as it stands but for the port.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { PPServer } from '@painda/server'
import { act, cleanup, render, within } from '@testing-library/react'
import type { ComponentType } from 'react'
import { afterEach, expect, test } from 'vitest'
import { until } from './world.js'

const folder = mkdtempSync(join(import.meta.dirname, 'readme-'))
let server: PPServer | undefined

afterEach(async () => {
  cleanup()
  await act(async () => server?.close())
  rmSync(folder, { recursive: true })
})

test('two tabs of the README’s example count together', async () => {
  const port = await freePort()
  for (const [, name = '', code = ''] of readme().matchAll(/^```jsx? (\S+)\n(.*?)^```$/gms)) {
    writeFileSync(join(folder, name), code.replaceAll('3000', String(port)))
  }
  ;({ server } = (await import(join(folder, 'server.js'))) as { server: PPServer })
  await server.listening()
  const { App } = (await import(join(folder, 'App.jsx'))) as { App: ComponentType }

  const tabs = [render(<App />), render(<App />)].map(({ container }) => within(container))
  const counts = (): (string | null | undefined)[] =>
    tabs.map((tab) => tab.queryByRole('button')?.textContent)
  await until(() => counts().join() === '0,0')
  act(() => tabs[0]?.getByRole('button').click())
  await until(() => counts().join() === '1,1')
  act(() => tabs[1]?.getByRole('button').click())
  await until(() => counts().join() === '2,2')
  expect(server.rooms()).toHaveLength(1)
})

function readme(): string {
  return readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
