// To whose listeners an application message goes: those of the client, of a namespace, or of its room; and whoever listens
// to all of them.
import { createEmitter } from '@painda/protocol'
import type { Event, SchemaMap, Undo } from '@painda/protocol'
import { createListeners } from './listeners.js'
import type { Listeners } from './listeners.js'

export interface Scopes {
  /** The listeners of a namespace; without one, of the client. */
  listeners(ns?: string): Listeners
  /** Those that an arrival is for; null when nobody has ever listened there. */
  find(ns: string | undefined): Listeners | null
  tellAny(event: Event): void
  onAny(listener: (type: string, payload: unknown) => void): Undo
  offAny(listener?: (type: string, payload: unknown) => void): void
}

/** `schemasNow`: the contract's validators for what the server may send. */
export function createScopes(
  onError: (thrown: unknown) => void,
  schemasNow: () => SchemaMap | undefined,
): Scopes {
  const any = createEmitter<{ any: [type: string, payload: unknown] }>(onError)
  const own = createListeners(onError, schemasNow)
  const namespaces = new Map<string, Listeners>()
  return {
    listeners(ns) {
      if (ns === undefined || ns === '/') return own
      const known = namespaces.get(ns) ?? createListeners(onError)
      namespaces.set(ns, known)
      return known
    },
    find: (ns) => (ns === undefined ? own : (namespaces.get(ns) ?? null)),
    tellAny: ({ type, payload }) => any.emit('any', type, payload),
    onAny: (listener) => any.on('any', listener),
    offAny(listener) {
      if (listener === undefined) any.clear()
      else any.off('any', listener)
    },
  }
}
