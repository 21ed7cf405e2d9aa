// What an app's bundle holds of the package: only the hooks that it imports.
// @vitest-environment node
import { join } from 'node:path'
import { build } from 'vite'
import type { Rolldown } from 'vite'
import { expect, test } from 'vitest'

async function bundle(code: string, conditions = ['production'], minify = false): Promise<string> {
  const entry = '\0entry'
  const result = await build({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['painda-source', 'module', 'browser', ...conditions] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'virtual:entry' ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify,
      rolldownOptions: { input: 'virtual:entry', external: [/^react/], preserveEntrySignatures: 'strict' },
    },
  })
  // One input and no watcher: one bundle.
  const { output } = result as Rolldown.RolldownOutput
  return output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n')
}

/** Words that stand in the sources and survive a build that does not minify. */
const IMMER = /class Immer|autoFreeze_/
const MOTION = /requestAnimationFrame/

test('immer comes with usePPUpdate and with nothing else', async () => {
  const names =
    'PPProvider, usePPRoom, usePPRoomState, usePresence, useOthers, useAck, usePPEvent, usePPStatus, useFrame'
  const without = await bundle(`export { ${names} } from '@painda/react'`)
  expect(without).toContain('function usePPRoom')
  expect(without).not.toMatch(IMMER)
  expect(await bundle(`export { usePPUpdate } from '@painda/react'`)).toMatch(IMMER)
})

test('an app that moves nothing has no frame loop', async () => {
  expect(await bundle(`export { PPProvider, usePPRoom } from '@painda/react'`)).not.toMatch(MOTION)
  expect(await bundle(`export { useFrame } from '@painda/react'`)).toMatch(MOTION)
})

test('a page in production carries the codes of errors, but no sentences for whoever builds it', async () => {
  const page = `export { PPProvider, usePPRoomState } from '@painda/react'`
  const sentences =
    /No PPProvider above|You are not in the room|Copy first|The selector of|No connection to|no client knows/
  const inProduction = await bundle(page, ['production'], true)
  expect(inProduction).not.toMatch(sentences)
  expect(inProduction).toContain('NOT_IN_ROOM')
  // What a user of the page may be shown stays.
  expect(inProduction).toContain('The server removed this client from the room')
  expect(inProduction).toContain('was not answered within')
  expect(await bundle(page, ['development'], true)).toMatch(sentences)
})

test('what hooks tell the inspector is no part of a page in production', async () => {
  const page = `export { PPProvider, usePPRoom, usePPRoomState, usePPEvent, usePresence } from '@painda/react'`
  const told = /onCommit|\.woke\(|\.listens\(/
  expect(await bundle(page)).not.toMatch(told)
  expect(await bundle(page, ['development'])).toMatch(told)
})
