// How `diff` reads a "before" tree that is, in memory, the "after" tree already.
import type { Json } from '../json.js'
import type { Rounding } from '../sync.js'
import type { Delta } from './delta.js'

/**
 * What a tracker knows of the past, seen from one place of the tree. Without one, the two trees of a diff are taken to be
 * what they look like.
 */
export interface DiffContext {
  /** What changed in a container that stands in both trees. */
  changeOf(container: object, depth: number): Delta | undefined
  /** False: the container and all below it are as they were. */
  isChanged(container: object): boolean
  /** The container's own fields or items as they were; containers among them are to be asked about in turn. */
  before<T extends object>(container: T): T
  /** A value for the delta, rounded as its place has it and without what is hidden: the tree goes on changing, so the delta must not share it. */
  take(value: Json): Json
  /** A number of this place as it leaves, where the contract rounds it. */
  readonly round: Rounding | undefined
  /** Where something is hidden, here or below; else undefined. */
  readonly secrecy: Secrecy | undefined
  /** The context one level down, where something is declared there; else this one. `*` stands for any item of a list. */
  at: (key: string) => DiffContext
  /** The context one level down, when it is the same for all keys: a map of entities need not ask for each of them. */
  below(): DiffContext | undefined
}

export interface Secrecy {
  /** True for a value that must not be in the delta: for it, the place is empty. */
  hides(value: unknown): boolean
  /** Something was written that is hidden, or that may hold what is. */
  touch(): void
}
