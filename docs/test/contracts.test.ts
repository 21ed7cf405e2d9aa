// The suites of the guide to implementations of one's own run as they stand there.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { filesOf, writeFiles } from './pages.js'

const folder = mkdtempSync(join(import.meta.dirname, 'run-'))
afterAll(() => rmSync(folder, { recursive: true }))

writeFiles(folder, filesOf('testing/contracts'))
// What they declare is declared here.
await import(join(folder, 'key-store.test.ts'))
await import(join(folder, 'pair.test.ts'))
