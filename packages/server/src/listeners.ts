// What the application listens to on the server. A listener may be asynchronous; nobody waits for it, and what its promise rejects
// with is a fault like what it throws.
import { createEmitter } from '@painda/protocol'
import type { Emitter } from '@painda/protocol'
import { runGuarded } from './faults.js'

export function createListeners<Events extends { [Name in keyof Events]: readonly unknown[] }>(
  onFault: (thrown: unknown) => void,
): Emitter<Events> {
  const emitter = createEmitter<Events>(onFault)
  return {
    ...emitter,
    emit(name, ...args) {
      // A room's tick has none, mostly.
      if (emitter.listenerCount(name) === 0) return
      for (const listener of emitter.take(name)) runGuarded(() => listener(...args), onFault)
    },
  }
}
