// The tests in the guide to mocked rooms run as they stand there, and its stories are shown.
// @vitest-environment happy-dom
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { act, cleanup, render, screen } from '@testing-library/react'
import type { ComponentType } from 'react'
import { afterAll, afterEach, expect, test } from 'vitest'
import { filesOf, writeFiles } from './pages.js'

const folder = mkdtempSync(join(import.meta.dirname, 'run-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(cleanup)

writeFiles(folder, filesOf('testing/mock-room'))
// What it declares is declared here.
await import(join(folder, 'hud.test.tsx'))

test('the stories show what they are named after', async () => {
  const { Playing, Reconnecting } = (await import(join(folder, 'hud.stories.tsx'))) as {
    [name: string]: ComponentType
  }
  expect(await shown(Playing)).toBe('play')
  expect(screen.getAllByRole('listitem')).toHaveLength(1)
  cleanup()
  expect(await shown(Reconnecting)).toBe('Reconnecting …')
})

async function shown(Story: ComponentType | undefined): Promise<string> {
  if (Story === undefined) throw new Error('The guide has no such story.')
  await act(async () => void render(<Story />))
  return screen.getByRole('status').textContent
}
