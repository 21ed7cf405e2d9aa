// Randomness is an argument: the same seed gives the same game, the same weather and the same test.

export interface Random {
  /** What it was made from: another one made from it says the same. Absent where that is not known. */
  readonly seed?: number
  /** Uniform in [0, 1). */
  next(): number
  /** A whole number in [min, max], both included. */
  int(min: number, max: number): number
  /** One item of a non-empty list. */
  pick<T>(items: readonly T[]): T
  /** Another generator, independent of how often this one is asked afterwards. */
  fork(label: string): Random
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough for games and weather, never for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    seed,
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    fork: (label) => createRandom(hashLabel(seed, label)),
  }
}

/** FNV-1a over the label, started from the seed, so that named streams of one seed differ. */
function hashLabel(seed: number, label: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193) >>> 0
  return hash
}
