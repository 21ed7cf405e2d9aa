// Where one thing was, tick by tick, and where it is in between: linear between the states on both sides. Nothing is
// guessed beyond the newest.

export interface Track<Value> {
  /** A new value, of the state of `tick`. `previous`: the tick of the state before, up to which the old value stood. */
  push(tick: number, previous: number | null, value: Value): void
  /** Another thing is followed from here on: no way leads from the old place to the new one. */
  restart(tick: number, value: Value): void
  clear(): void
  /** The newest value that was pushed. */
  readonly newest: { readonly value: Value } | null
  /** The value at a tick, with its fraction; undefined when nothing was pushed. */
  sample(tick: number): Value | undefined
  /** True when nothing changes after that tick, as far as is known. */
  isDone(tick: number): boolean
}

interface Sample<Value> {
  tick: number
  value: Value
}

/** A second at 60 states a second: whoever samples less often than that sees the newest. */
const MAX_SAMPLES = 60

export function createTrack<Value>(): Track<Value> {
  const samples: Sample<Value>[] = []

  return {
    push(tick, previous, value) {
      const last = samples.at(-1)
      if (last !== undefined && tick <= last.tick) samples.length = 0
      // It stood still until the state before this one; without that it would have crept here since it last moved.
      else if (last !== undefined && previous !== null && previous > last.tick && previous < tick) {
        samples.push({ tick: previous, value: last.value })
      }
      samples.push({ tick, value })
      if (samples.length > MAX_SAMPLES) samples.splice(0, samples.length - MAX_SAMPLES)
    },
    restart(tick, value) {
      samples.length = 0
      samples.push({ tick, value })
    },
    clear: () => void (samples.length = 0),
    get newest() {
      return samples.at(-1) ?? null
    },
    sample(tick) {
      // What lies behind is not asked for again.
      while (samples.length > 1 && (samples[1]?.tick ?? Infinity) <= tick) samples.shift()
      const [from, to] = samples
      if (from === undefined || to === undefined || tick <= from.tick) return from?.value
      return between(from.value, to.value, (tick - from.tick) / (to.tick - from.tick))
    },
    isDone: (tick) => (samples.at(-1)?.tick ?? -Infinity) <= tick,
  }
}

/** Numbers, and the numbers in lists and plain objects, on the way from `a` to `b`; everything else still as in `a`. */
export function between<Value>(a: Value, b: Value, share: number): Value {
  // Every branch gives back what it was given: numbers for numbers, the same keys for objects.
  return mix(a, b, share) as Value
}

function mix(a: unknown, b: unknown, share: number): unknown {
  if (Object.is(a, b)) return a
  if (typeof a === 'number' && typeof b === 'number') return a + (b - a) * share
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length ? a.map((item, index) => mix(item, b[index], share)) : a
  }
  if (!isObject(a) || !isObject(b)) return a
  const mixed: { [key: string]: unknown } = {}
  for (const key of Object.keys(a)) mixed[key] = Object.hasOwn(b, key) ? mix(a[key], b[key], share) : a[key]
  return mixed
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
