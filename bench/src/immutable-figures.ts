// patchImmutable beside the libraries that make new trees out of patches. Runs in Node and in a browser.
import { deepEqual, diff, patchImmutable } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import { applyPatches, enablePatches, produceWithPatches, setAutoFreeze } from 'immer'
import type { Patch } from 'immer'
import { apply as applyMutative, create as createMutative } from 'mutative'
import { check, compare } from './measure.js'
import type { Figure } from './measure.js'
import { pairsOf } from './pairs.js'
import { arena, crowd, inventory, rows, write } from './worlds.js'
import type { World } from './worlds.js'

enablePatches()
setAutoFreeze(false)

export function immutableFigures(): Figure[] {
  return [
    immutableFigure('A', () => arena(), 400, 0.3, 0.12),
    immutableFigure('B', () => crowd(), 30, 0.3, 0.2),
    immutableFigure('C', () => inventory(), 200, 0.3, 0.06),
    immutableFigure('D', () => rows(), 30, 0.1, 0.03),
  ]
}

function immutableFigure(what: string, world: () => World, ticks: number, must: number, aim: number): Figure {
  const pairs = pairsOf(world(), ticks)
  const first = pairs[0]?.before
  if (first === undefined) throw new Error('no states')
  const deltas = pairs.map(({ before, after }) => diff(before, after))
  const patchesOf = <P>(create: (state: Json, recipe: (draft: unknown) => void) => [unknown, P]): P[] => {
    const again = world()
    let state = JSON.parse(JSON.stringify(again.state)) as Json
    return pairs.map(() => {
      const [next, patches] = create(state, (draft) => write(draft, again.tick()))
      state = next as Json
      return patches
    })
  }
  const mutative = patchesOf((state, recipe) => {
    // Its types want to know every path of the state.
    const create = createMutative as unknown as (
      state: Json,
      recipe: unknown,
      options: object,
    ) => [Json, unknown]
    return create(state, recipe, { enablePatches: true })
  })
  const immer = patchesOf((state, recipe) => {
    const [next, patches] = produceWithPatches(state, recipe as never)
    return [next, patches as Patch[]]
  })
  const run = <D>(name: string, list: readonly D[], apply: (state: Json, delta: D) => unknown) => {
    let end: unknown
    return {
      name,
      end: () => end,
      round: () => () => {
        let state: Json = first
        for (const delta of list) state = apply(state, delta) as Json
        end = state
      },
    }
  }
  const contenders = [
    run('mutative', mutative, (state, patches) => applyMutative(state as object, patches as never)),
    run('painda', deltas, (state, delta) => patchImmutable(state, delta)),
    run('immer', immer, (state, patches) => applyPatches(state as object, patches)),
  ]
  const [, ours, theirs] = compare(contenders, pairs.length, 15)
  const last = pairs[pairs.length - 1]?.after
  for (const { name, end } of contenders) check(deepEqual(end(), last), `${what}: ${name}`)
  return { what, ours: ours?.ratio ?? 0, peer: 1, must, aim, note: `immer ${theirs?.ratio.toFixed(2)}` }
}
