// `emitDelta(type, next)`: what a value was when it was last sent, and to whom. Whoever has had it gets what changed;
// everybody else, who came later or got another audience's, gets all of it. Each of the two is encoded once.
import { assertJson, cloneJson, deepEqual, diff } from '@painda/protocol'

/** Values that are remembered, by type and audience; the one not sent for the longest time is forgotten, and then sent whole again. */
const MAX_VALUES = 4096

interface Remembered<Target extends object> {
  value: unknown
  has: WeakSet<Target>
}

/** What goes to whom: `whole` to those who have nothing to change. */
export interface DeltaShares<Target> {
  readonly whole: { readonly payload: unknown; readonly to: readonly Target[] }
  readonly delta: { readonly payload: unknown; readonly to: readonly Target[] }
}

export interface DeltaMemory<Target extends object> {
  /** `key` names type and audience. @throws PPError `STATE_NOT_JSON` for a value that is not JSON */
  next(key: string, value: unknown, targets: Iterable<Target>): DeltaShares<Target>
}

export function createDeltaMemory<Target extends object>(): DeltaMemory<Target> {
  const values = new Map<string, Remembered<Target>>()

  return {
    next(key, value, targets) {
      assertJson(value)
      const known = values.get(key)
      const isSame = known !== undefined && deepEqual(known.value, value)
      const before = known ?? { value: undefined, has: new WeakSet<Target>() }
      const payload = isSame || known === undefined ? undefined : diff(known.value, value)
      const shares = { whole: [] as Target[], delta: [] as Target[] }
      for (const target of targets) {
        if (!before.has.has(target)) shares.whole.push(target)
        else if (payload !== undefined) shares.delta.push(target)
        before.has.add(target)
      }
      values.delete(key)
      // The caller's object goes on changing.
      values.set(key, { value: isSame ? before.value : cloneJson(value), has: before.has })
      const [oldest] = values.size > MAX_VALUES ? values.keys() : []
      if (oldest !== undefined) values.delete(oldest)
      return {
        whole: { payload: diff({}, value) ?? {}, to: shares.whole },
        delta: { payload, to: shares.delta },
      }
    },
  }
}
