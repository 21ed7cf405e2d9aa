// States of following ticks, for whoever compares two of them.
import type { Json } from '@painda/protocol'
import { write } from './worlds.js'
import type { World } from './worlds.js'

export interface Pair {
  readonly before: Json
  readonly after: Json
}

/** Each state a tree of its own. */
export function pairsOf(world: World, count: number): Pair[] {
  const pairs: Pair[] = []
  let before = JSON.parse(JSON.stringify(world.state)) as Json
  for (let i = 0; i < count; i++) {
    const after = JSON.parse(JSON.stringify(before)) as Json
    write(after, world.tick())
    pairs.push({ before, after })
    before = after
  }
  return pairs
}
