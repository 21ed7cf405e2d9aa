// What must not be in a production build: the tests' hook and the inspector.
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.js'
import { buildPage } from './support/build.js'
import { APP, E2E_BUILD } from './support/paths.js'

const HOOK = '__painda'
/** The overlay's element, its hook's key as only the inspector spells it out, and its plugin. */
const INSPECTOR = ['painda-devtools', 'Painda devtools', 'virtual:painda']

test('a production build holds nothing of the hook for tests and nothing of the inspector', async () => {
  const folder = `${APP}/dist-production`
  try {
    await buildPage('production', folder)
    const text = textOf(folder)
    expect(text, 'this is the game').toContain('Paint the floor')
    for (const trace of [HOOK, ...INSPECTOR]) expect(text.includes(trace), trace).toBe(false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the same search finds the hook in the build for tests', () => {
  expect(textOf(E2E_BUILD).includes(HOOK)).toBe(true)
})

function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(html|js|css|map|json|svg)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
}
