// The proofs proved: each mechanism that a promise rests on is switched off, here and nowhere else, by putting another
// decision into its place, and the proof that should notice must fail, in its own words.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { seedOf } from './seeds.js'

/** What the modules hold, as far as it is changed here. */
interface Outboxes {
  createOutbox: (options: unknown) => { confirm(count: number): void; restore?(received: number): void }
}
interface Views {
  createView: (options: unknown) => { since(version: number, tick: number): unknown }
}

const TIMEOUT_MS = 240_000

afterEach(() => {
  vi.doUnmock('../../server/src/outbox.js')
  vi.doUnmock('../../server/src/view.js')
  vi.doUnmock('../../server/src/epoch.js')
  vi.doUnmock('../../client/src/outbox.js')
  vi.doUnmock('../../client/src/agreement.js')
  vi.resetModules()
})

/** An object that does one thing in another way. */
function but<T extends object>(inner: T, changes: Partial<T>): T {
  return new Proxy(inner, {
    get(target, key) {
      if (key in changes) return Reflect.get(changes, key) as unknown
      const value: unknown = Reflect.get(target, key)
      // Whatever it keeps to itself, it finds in itself only.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** What the proof says, run by run, until it has complained. */
async function complaintOf(run: (seed: number) => Promise<unknown>, runs: number): Promise<string | null> {
  for (let i = 0; i < runs; i++) {
    try {
      await run(seedOf(i, 1_000))
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown)
    }
  }
  return null
}

describe('with nothing switched off the proofs used here pass', () => {
  test('faults, agreement, damage and fencing', { timeout: TIMEOUT_MS }, async () => {
    const { runFault } = await import('./fault-matrix.js')
    const { runConvergence } = await import('./convergence.js')
    const { runFencing } = await import('./fencing.js')
    expect(await complaintOf((seed) => runFault('first cut', seed), 3)).toBeNull()
    expect(await complaintOf((seed) => runConvergence({ seed, steps: 20 }), 20)).toBeNull()
    expect(await complaintOf((seed) => runConvergence({ seed, steps: 20, damage: true }), 20)).toBeNull()
    expect(await complaintOf(runFencing, 1)).toBeNull()
  })
})

describe('a proof fails', () => {
  test(
    '[RC2] without dedup of what the client has already: the matrix finds news that came twice',
    { timeout: TIMEOUT_MS },
    async () => {
      vi.doMock('../../server/src/outbox.js', async (original) => {
        const { createOutbox } = await original<Outboxes>()
        return {
          createOutbox: (options: unknown) => {
            const outbox = createOutbox(options)
            return but(outbox, { confirm: () => {}, restore: () => outbox.restore?.(0) })
          },
        }
      })
      const { runFault } = await import('./fault-matrix.js')
      expect(await complaintOf((seed) => runFault('first cut', seed), 5)).toMatch(/the client got/)
    },
  )

  test(
    '[RC2] without dedup of what the server has already: the matrix finds notes that were handled twice',
    { timeout: TIMEOUT_MS },
    async () => {
      vi.doMock('../../client/src/outbox.js', async (original) => {
        const module = await original<Outboxes>()
        return {
          ...module,
          createOutbox: (options: unknown) => but(module.createOutbox(options), { confirm: () => {} }),
        }
      })
      const { runFault } = await import('./fault-matrix.js')
      expect(await complaintOf((seed) => runFault('first cut', seed), 5)).toMatch(/the server heard/)
    },
  )

  test(
    '[RC4] without fencing: an old connection still speaks, and its end is taken for the session’s',
    { timeout: TIMEOUT_MS },
    async () => {
      vi.doMock('../../server/src/epoch.js', () => ({ isCurrent: () => true, fence: () => {} }))
      const { runFencing } = await import('./fencing.js')
      expect(await complaintOf(runFencing, 1)).toMatch(/handled 2 times.*the end of the old connection/)
    },
  )

  test(
    '[RM13] without the hash: damage stays, and the comparison at rest finds it',
    { timeout: TIMEOUT_MS },
    async () => {
      vi.doMock('../../client/src/agreement.js', () => ({ agrees: () => true }))
      const { runConvergence } = await import('./convergence.js')
      const complaint = await complaintOf((seed) => runConvergence({ seed, steps: 20, damage: true }), 150)
      expect(complaint).toMatch(/the server has .* the client/)
    },
  )

  test('[BP2] without the union after a skip: replicas lose their way', { timeout: TIMEOUT_MS }, async () => {
    vi.doMock('../../server/src/view.js', async (original) => {
      const { createView } = await original<Views>()
      return {
        createView: (options: unknown) => but(createView(options), { since: () => null }),
      }
    })
    const { runConvergence } = await import('./convergence.js')
    expect(await complaintOf((seed) => runConvergence({ seed, steps: 20 }), 60)).toMatch(
      /lost their way|the server has/,
    )
  })
})
