// What a history knows of one place of the state: the version that last put another value there, or, of a container that changes
// from inside, what it knows of the places below. A branch is kept small: there is one for each of a thousand bodies.
import type { WaitingRows } from './history-rows.js'

/** A place where containers change from inside, or the version that last put another plain value there. */
export type Place = Branch | number
export type Table = Map<string, Place>

export interface Branch {
  /** The version that put this container here. */
  replacedAt: number
  /** The last version in which anything here or below changed. */
  changedAt: number
  /** Less what `recentKeys` say: `settle` puts it in. Null: nothing yet, as in nearly all of a thousand bodies that move. */
  below: Table | null
  /**
   * Plain fields that were put anew together, at `recentAt`. Most objects are written like the last time, and then one number
   * is noted instead of one per field.
   */
  recentKeys: readonly string[]
  recentAt: number
  /** Changes of what is below that nobody has looked up yet; `settle` does. */
  waiting: WaitingRows | null
}

export const NO_KEYS: readonly string[] = []
export const NOTHING_BELOW: ReadonlyMap<string, Place> = new Map()

export function branch(version: number): Branch {
  return {
    replacedAt: version,
    changedAt: version,
    below: null,
    recentKeys: NO_KEYS,
    recentAt: version,
    waiting: null,
  }
}

/** Of a branch to which something is added. */
export function tableOf(at: Branch): Table {
  return (at.below ??= new Map())
}

export function lastChange(place: Place): number {
  return typeof place === 'object' ? place.changedAt : place
}
