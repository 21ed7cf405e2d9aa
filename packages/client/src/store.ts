// The mirror of a room's state as a zustand store, for whatever works with stores. It is written here alone: the room's
// state changes by messages to the server, never by `setState`.
import { DEV, isPlainObject, PPError } from '@painda/protocol'
import { createStore as createVanillaStore } from 'zustand/vanilla'
import type { StateCreator, StoreApi } from 'zustand/vanilla'
import { share } from './share.js'

/** What a store mirrors: `key` is what was asked for, `id` null before the room is joined. */
export interface MirroredRoom {
  readonly key: string
  readonly id: string | null
}

/** Makes the store of a room, e.g. `(init, { key }) => createStore(persist(init, { name: key }))`. */
export type CreateStore = <S>(init: StateCreator<S>, room: MirroredRoom) => StoreApi<S>

/** A zustand store to read from. `undefined` before the room's first state. */
export interface ReadonlyStore<State> {
  getState(): State | undefined
  getInitialState(): State | undefined
  subscribe(listener: (state: State | undefined, previous: State | undefined) => void): () => void
  /** @throws PPError `INVALID_ARGUMENT`, always. */
  setState(...args: never): never
}

export interface Mirror<State> {
  readonly store: ReadonlyStore<State>
  write(state: State | undefined): void
}

/** `onError`: what a listener, a selector or the maker's middleware threw. It harms nobody else. */
export function createMirror<State>(
  room: MirroredRoom,
  state: State | undefined,
  onError: (thrown: unknown) => void,
  createStore: CreateStore = createVanillaStore,
): Mirror<State> {
  /** After a throw the result is the one before: a selector's listener stays as it is. `isOption`: nothing, so two values differ. */
  function guarded<Value>(given: Value, isOption = false): Value {
    if (!isOption && isPlainObject(given)) {
      // The same keys, and under them what takes the same arguments.
      return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, guarded(one, true)])) as Value
    }
    if (typeof given !== 'function') return given
    let last: unknown
    const call = (...args: unknown[]): unknown => {
      try {
        const result: unknown = given(...args)
        if (!isOption) last = result
        return result
      } catch (thrown) {
        onError(thrown)
        return last
      }
    }
    // Called with the same arguments, and it returns what `given` does.
    return call as Value
  }

  const inner = createStore<State | undefined>(() => state, room)
  // A middleware may take more than a listener here: a selector, options.
  const subscribe = inner.subscribe as (...given: unknown[]) => () => void
  let current = state

  function write(next: State | undefined): void {
    current = next
    try {
      inner.setState(next, true)
    } catch (thrown) {
      onError(thrown)
    }
  }

  /**
   * `persist` lays what it has stored over the state that it is given, now or later. What the room has counts, and nothing laid over
   * nothing, which is `{}`, is no state.
   */
  function restore(): void {
    const shown = inner.getState()
    const isWrong = current === undefined ? JSON.stringify(shown) === '{}' : share(current, shown) !== current
    if (isWrong) write(current)
  }
  restore()
  // There when the maker used that middleware.
  const { persist } = inner as { persist?: { onFinishHydration(listener: () => void): void } }
  persist?.onFinishHydration(restore)

  return {
    // Whatever the maker added (devtools, temporal, …) stays; only writing is taken away.
    store: {
      ...inner,
      setState: refuse,
      subscribe: (...given) => subscribe(...given.map((one) => guarded(one))),
    },
    write,
  }
}

function refuse(): never {
  throw new PPError(
    'INVALID_ARGUMENT',
    DEV && "A room's store only mirrors the room.",
    DEV && { hint: 'Send a message to the room; its handler on the server changes the state.' },
  )
}
