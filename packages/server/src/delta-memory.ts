// `emitDelta(type, next)`: what a value was when it was last sent, and who has which. Whoever has one gets what has changed since
// that one; everybody else, who came later or got another audience's, gets all of it. What goes to several is encoded once.
import { assertJson, cloneJson, deepEqual, diff } from '@painda/protocol'

/** Values that are remembered, by type and audience; the one not sent for the longest time is forgotten, and then sent whole again. */
const MAX_VALUES = 4096

/** A value as it was sent once. */
interface Version {
  readonly value: unknown
}

interface Remembered<Target extends object> {
  readonly last: Version
  /** Not the last for who has left the audience, and gets what it missed when it is back. */
  readonly had: WeakMap<Target, Version>
}

/** One message, and who gets it. */
export interface DeltaShare<Target> {
  /** Undefined: nothing is to be told. */
  readonly payload: unknown
  readonly to: readonly Target[]
}

export interface DeltaMemory<Target extends object> {
  /** `key` names type and audience. @throws PPError `STATE_NOT_JSON` for a value that is not JSON */
  next(key: string, value: unknown, targets: Iterable<Target>): readonly DeltaShare<Target>[]
}

export function createDeltaMemory<Target extends object>(): DeltaMemory<Target> {
  const values = new Map<string, Remembered<Target>>()

  return {
    next(key, value, targets) {
      assertJson(value)
      const known = values.get(key)
      const isSame = known !== undefined && deepEqual(known.last.value, value)
      // The caller's object goes on changing.
      const last: Version = isSame ? known.last : { value: cloneJson(value) }
      const had = known?.had ?? new WeakMap<Target, Version>()
      const behind = new Map<Version | undefined, Target[]>()
      for (const target of targets) {
        const version = had.get(target)
        if (version === last) continue
        had.set(target, last)
        const others = behind.get(version)
        if (others === undefined) behind.set(version, [target])
        else others.push(target)
      }
      values.delete(key)
      values.set(key, { last, had })
      const [oldest] = values.size > MAX_VALUES ? values.keys() : []
      if (oldest !== undefined) values.delete(oldest)
      return [...behind].map(([version, to]) => ({ payload: leadingTo(last, version), to }))
    },
  }
}

/** The delta for who has `version`; without one it makes the value out of `{}`. */
function leadingTo({ value }: Version, version: Version | undefined): unknown {
  if (version !== undefined) return diff(version.value, value)
  const whole = diff({}, value)
  return whole === undefined ? {} : whole
}
