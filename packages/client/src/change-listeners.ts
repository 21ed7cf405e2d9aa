// Whoever is called when something changed, and then looks for himself: each once per change, in the order in which they came.
// One that throws is reported and harms nobody else.
import type { Undo } from '@painda/protocol'
import { clockOfWitness, standsFor, tellWoken } from '#witness'

export interface ChangeListeners {
  /** A function that subscribes twice is called twice, and each undo takes back one of them. */
  readonly subscribe: (listener: () => void) => Undo
  readonly notify: () => void
}

/** `kind`: what changed, as the inspector says it. */
export function createChangeListeners(
  kind: 'room' | 'presence',
  onError: (thrown: unknown) => void,
): ChangeListeners {
  const listeners = new Set<() => void>()
  return {
    subscribe(listener) {
      // A wrapper of its own, so that equal functions are two entries.
      const entry = (): void => listener()
      standsFor(entry, listener, `${kind}.subscribe`)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    notify() {
      for (const listener of [...listeners]) {
        const start = clockOfWitness()
        try {
          listener()
        } catch (thrown) {
          onError(thrown)
        }
        tellWoken(start, { kind, listener, isChanged: true })
      }
    },
  }
}
