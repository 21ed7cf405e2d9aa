// The mirror of a room's state as a zustand store, for whatever works with stores. It is written here alone: the room's
// state changes by messages to the server, never by `setState`.
import { DEV, PPError } from '@painda/protocol'
import { createStore as createVanillaStore } from 'zustand/vanilla'
import type { StateCreator, StoreApi } from 'zustand/vanilla'

/** Makes a store, e.g. `(init) => createStore(devtools(init))`. */
export type CreateStore = <S>(init: StateCreator<S>) => StoreApi<S>

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

export function createMirror<State>(
  state: State | undefined,
  createStore: CreateStore = createVanillaStore,
): Mirror<State> {
  const inner = createStore<State | undefined>(() => state)
  // Whatever the maker added (devtools, temporal, …) stays; only writing is taken away.
  const store = { ...inner, setState: refuse }
  return { store, write: (next) => inner.setState(next, true) }
}

function refuse(): never {
  throw new PPError(
    'INVALID_ARGUMENT',
    DEV && "A room's store only mirrors the room.",
    DEV && { hint: 'Send a message to the room; its handler on the server changes the state.' },
  )
}
