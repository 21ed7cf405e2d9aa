// What the application shows before the server has said it: changes laid over a room's state, in the order in which they
// were made. Each is made again on top of every new state, and goes when the state itself shows what it stood for.

/** One change of the shown state. After `confirm` or `remove` the other does nothing. */
export interface Layer {
  /** The server has done it: gone as soon as the replica has this version of the state, which may be now. */
  confirm(version: number): void
  /** Refused, or nobody knows: gone now. */
  remove(): void
}

export interface Layers {
  readonly size: number
  add(change: (state: object) => object): Layer
  /** `state` with the changes that are still ahead of `version`. Those that it has reached are forgotten. */
  show(state: unknown, version: number): unknown
  /** Versions begin anew with the next state: what was confirmed in the old ones is part of it or lost. */
  restart(): void
  /** The room is over: also what its answers confirm from now on has no place in the versions that come. */
  end(): void
}

interface Entry {
  change: (state: object) => object
  /** The version that shows it; null until the server has named one. */
  version: number | null
  hasThrown: boolean
}

/** `onError`: what a change threw; it is told once per layer, and the state is shown without that layer meanwhile. */
export function createLayers(onChange: () => void, onError: (thrown: unknown) => void): Layers {
  const entries = new Set<Entry>()
  let reached = 0
  /** Counts the rooms: a layer belongs to the one in which it was made. */
  let room = 0

  function apply(state: object, entry: Entry): object {
    try {
      return entry.change(state)
    } catch (thrown) {
      if (!entry.hasThrown) onError(thrown)
      entry.hasThrown = true
      return state
    }
  }

  function restart(): void {
    for (const entry of entries) if (entry.version !== null) entry.version = 0
  }

  return {
    get size() {
      return entries.size
    },
    add(change) {
      const entry: Entry = { change, version: null, hasThrown: false }
      const madeIn = room
      entries.add(entry)
      onChange()
      return {
        confirm(version) {
          if (entry.version !== null || !entries.has(entry)) return
          entry.version = madeIn === room ? version : 0
          if (entry.version <= reached) onChange()
        },
        remove() {
          if (entry.version === null && entries.delete(entry)) onChange()
        },
      }
    },
    show(state, version) {
      reached = version
      if (typeof state !== 'object' || state === null) return state
      let shown: object = state
      for (const entry of entries) {
        if (entry.version !== null && entry.version <= version) entries.delete(entry)
        else shown = apply(shown, entry)
      }
      return shown
    },
    restart,
    end() {
      room++
      restart()
    },
  }
}
