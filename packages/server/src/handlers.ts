// The application's message handlers: by type, and for any type. These are not event listeners: they may be
// asynchronous, what they throw is an answer to somebody, and no local event can be raised through them.
import type { Undo } from '@painda/protocol'
import { isPromise } from './faults.js'

type Handler<Args extends readonly unknown[]> = (...args: Args) => unknown

export interface Handlers<Args extends readonly unknown[]> {
  on(type: string, handler: Handler<Args>): Undo
  once(type: string, handler: Handler<Args>): Undo
  off(type: string, handler?: Handler<Args>): void
  has(type: string): boolean
  /**
   * Calls each handler of the type, in the order they were added. A promise when one of them returned one; it never
   * rejects. What a handler throws goes to `onFault`, and the others run all the same.
   */
  run(type: string, args: Args, onFault: (thrown: unknown) => void): void | Promise<void>
  clear(): void
}

export function createHandlers<Args extends readonly unknown[]>(): Handlers<Args> {
  type Entry = { handler: Handler<Args>; once: boolean }
  const entries = new Map<string, readonly Entry[]>()

  function add(type: string, entry: Entry): Undo {
    entries.set(type, [...(entries.get(type) ?? []), entry])
    return () => remove(type, (other) => other === entry)
  }

  // Lists are replaced, never changed: a run in progress continues with the list it began with.
  function remove(type: string, isGone: (entry: Entry) => boolean): void {
    const left = (entries.get(type) ?? []).filter((entry) => !isGone(entry))
    if (left.length === 0) entries.delete(type)
    else entries.set(type, left)
  }

  return {
    on: (type, handler) => add(type, { handler, once: false }),
    once: (type, handler) => add(type, { handler, once: true }),
    off: (type, handler) => remove(type, (entry) => handler === undefined || entry.handler === handler),
    has: (type) => entries.has(type),
    run(type, args, onFault) {
      const work: PromiseLike<unknown>[] = []
      for (const entry of entries.get(type) ?? []) {
        if (entry.once) remove(type, (other) => other === entry)
        try {
          const result = entry.handler(...args)
          if (isPromise(result)) work.push(Promise.resolve(result).catch(onFault))
        } catch (thrown) {
          onFault(thrown)
        }
      }
      return work.length === 0 ? undefined : Promise.all(work).then(() => {})
    },
    clear: () => entries.clear(),
  }
}
