// `import '@painda/testing/vitest'` in a test or a setup file: Vitest's `expect` knows the matchers of this package.
import { expect } from 'vitest'
import { matchers } from './assert.js'
import type { SettleOptions } from './settle.js'

declare module 'vitest' {
  // Vitest's own interface has this parameter, and merging needs the same.
  // oxlint-disable-next-line no-unused-vars, typescript/no-explicit-any
  interface Matchers<T = any> {
    /** Of a harness: lets everything come to rest; every client must then have what the server has. */
    toConverge(options?: SettleOptions): Promise<void>
    /** Of a client: it has had a message of this type; with a payload, one with exactly that. */
    toHaveReceived(type: string, ...payload: [] | [unknown]): void
    /** Of a client: the room's list has it, connected. */
    toBePresent(room: import('./assert.js').Populated): void
  }
}

expect.extend(matchers)
