// Typed listeners. A listener that throws must not silence the ones after it: what it threw goes to `onError`.

/** Takes back what the call that returned it did. Safe to call twice. */
export type Undo = () => void

export interface Emitter<Events extends { [Name in keyof Events]: readonly unknown[] }> {
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): Undo
  once<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): Undo
  off<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): void
  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void
  listenerCount(name: keyof Events): number
  clear(): void
}

export function createEmitter<Events extends { [Name in keyof Events]: readonly unknown[] }>(
  onError: (thrown: unknown) => void,
): Emitter<Events> {
  // `unknown[]` inside: the public methods tie each name to its own argument list.
  type Entry = { listener: (...args: never) => void; once: boolean }
  const entries = new Map<keyof Events, Entry[]>()

  function add(name: keyof Events, entry: Entry): Undo {
    entries.set(name, [...(entries.get(name) ?? []), entry])
    return () => remove(name, (other) => other === entry)
  }

  // Lists are replaced, never changed: an emit under way goes on with the list it began with.
  function remove(name: keyof Events, isGone: (entry: Entry) => boolean): void {
    const left = (entries.get(name) ?? []).filter((entry) => !isGone(entry))
    if (left.length === 0) entries.delete(name)
    else entries.set(name, left)
  }

  return {
    on: (name, listener) => add(name, { listener, once: false }),
    once: (name, listener) => add(name, { listener, once: true }),
    off: (name, listener) => remove(name, (entry) => entry.listener === listener),
    emit(name, ...args) {
      for (const entry of entries.get(name) ?? []) {
        if (entry.once) remove(name, (other) => other === entry)
        try {
          ;(entry.listener as (...args: readonly unknown[]) => void)(...args)
        } catch (thrown) {
          onError(thrown)
        }
      }
    },
    listenerCount: (name) => entries.get(name)?.length ?? 0,
    clear: () => entries.clear(),
  }
}
