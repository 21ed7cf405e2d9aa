// Examples that are tests themselves run as they stand in their guides.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { filesOf, writeFiles } from './pages.js'

const folder = mkdtempSync(join(import.meta.dirname, 'run-'))
afterAll(() => rmSync(folder, { recursive: true }))

const suites = {
  'testing/contracts': ['key-store.test.ts', 'pair.test.ts'],
  'testing/helpers': ['weather.test.ts', 'sockets.test.ts'],
}

for (const [page, tests] of Object.entries(suites)) {
  const own = join(folder, page)
  writeFiles(own, filesOf(page))
  // What they declare is declared here.
  for (const test of tests) await import(join(own, test))
}
