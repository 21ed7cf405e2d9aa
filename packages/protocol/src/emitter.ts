// Typed listeners. A listener that throws must not silence the ones after it: what it threw, at once or by its promise, goes to
// `onError`.

/** Takes back what the call that returned it did. Safe to call twice. */
export type Undo = () => void

export interface Emitter<Events extends { [Name in keyof Events]: readonly unknown[] }> {
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): Undo
  once<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): Undo
  /** Without `listener`: all of that name. */
  off<Name extends keyof Events>(name: Name, listener?: (...args: Events[Name]) => void): void
  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void
  /** For who calls them himself: the listeners whose turn it is now, those of `once` for the last time. */
  take<Name extends keyof Events>(name: Name): readonly ((...args: Events[Name]) => unknown)[]
  listenerCount(name: keyof Events): number
  clear(): void
}

export function createEmitter<Events extends { [Name in keyof Events]: readonly unknown[] }>(
  onError: (thrown: unknown) => void,
): Emitter<Events> {
  // `unknown[]` inside: the public methods tie each name to its own argument list.
  type Entry = { listener: (...args: never) => unknown; once: boolean }
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

  function take<Name extends keyof Events>(name: Name): readonly ((...args: Events[Name]) => unknown)[] {
    const called = entries.get(name) ?? []
    if (called.some(({ once }) => once)) remove(name, ({ once }) => once)
    // What stands under a name was added under it.
    return called.map(({ listener }) => listener as (...args: Events[Name]) => unknown)
  }

  return {
    on: (name, listener) => add(name, { listener, once: false }),
    once: (name, listener) => add(name, { listener, once: true }),
    off: (name, listener) => remove(name, (entry) => listener === undefined || entry.listener === listener),
    emit(name, ...args) {
      // A room's tick has none, mostly.
      if (!entries.has(name)) return
      for (const listener of take(name)) {
        try {
          // Whatever it returns: an asynchronous one is a promise that nobody else would look at, and Node ends with such.
          const result = listener(...args) as PromiseLike<unknown> | null | undefined
          result?.then?.(undefined, onError)
        } catch (thrown) {
          onError(thrown)
        }
      }
    },
    take,
    listenerCount: (name) => entries.get(name)?.length ?? 0,
    clear: () => entries.clear(),
  }
}
