// `import '@painda/testing/vitest'` in a test or a setup file: Vitest's `expect` knows the matchers of this package.
import { expect } from 'vitest'
import { matchers, type Populated } from './assert.js'
import type { SettleOptions } from './settle.js'

declare global {
  // Vitest's own `Matchers` has other type parameters in each major version, and merging needs the same; what it takes
  // its assertions from has none.
  // oxlint-disable-next-line typescript/no-namespace -- it is chai's
  namespace Chai {
    interface Assertion {
      /** Of a harness: lets everything come to rest; every client must then have what the server has. */
      toConverge(options?: SettleOptions): Promise<void>
      /** Of a client: it has had a message of this type; with a payload, one with exactly that. */
      toHaveReceived(type: string, ...payload: [] | [unknown]): void
      /** Of a client: the room's list has it, connected. */
      toBePresent(room: Populated): void
    }
  }
}

expect.extend(matchers)
