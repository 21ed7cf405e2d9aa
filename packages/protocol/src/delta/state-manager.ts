// The documented way to keep a state and broadcast its changes without a room: a tracker with a merging `update`.
import { isPlainObject } from '../json.js'
import { isDeleted, type Delta } from './delta.js'
import { createTracker, type Tracker } from './track.js'

/** Any part of a state, down to any depth. Arrays are given whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T

/**
 * @example
 * const game = new StateManager({ players: { ann: { x: 10, hp: 100 } } })
 * game.update({ players: { ann: { x: 15 } } })
 * game.getDelta() // { players: { ann: { x: 15 } } }
 */
export class StateManager<State extends object> {
  readonly #tracker: Tracker<State>

  /** Keeps a copy of `initial`. @throws PPError `STATE_NOT_JSON` */
  constructor(initial: State) {
    this.#tracker = createTracker(initial)
  }

  /** The current state, for reading. */
  get state(): State {
    return this.#tracker.state
  }

  /**
   * Merges deeply: an object goes field by field into an object that stands there, everything else replaces. `PP_DELETED`
   * removes a key; undefined leaves it alone.
   * @throws PPError `STATE_NOT_JSON`
   */
  update(partial: DeepPartial<State>): void {
    if (isPlainObject(partial) && isPlainObject(this.state)) merge(this.#tracker.draft, partial)
    // What is no object to merge is the whole new state.
    else this.#tracker.replaceRoot(partial as State)
  }

  /** What changed since the last call, in the form that `patch` takes; undefined when nothing did. */
  getDelta(): Delta | undefined {
    return this.#tracker.commit()
  }
}

function merge(target: object, partial: Record<string, unknown>): void {
  // A draft of an object of the state: its fields are JSON.
  const fields = target as Record<string, unknown>
  for (const key of Object.keys(partial)) {
    const value = partial[key]
    if (value === undefined) continue
    const before = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (isDeleted(value)) delete fields[key]
    else if (isPlainObject(value) && isPlainObject(before)) merge(before, value)
    else fields[key] = value
  }
}
