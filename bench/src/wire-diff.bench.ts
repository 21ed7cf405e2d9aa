// diff and patch beside the libraries, each on what it gets right: a library that gives a wrong result is left out.
import { diff, patch, patchImmutable, cloneJson, deepEqual, createRandom } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import fastJsonPatch from 'fast-json-patch'
import type { Operation } from 'fast-json-patch'
import { create as createJsonDiffPatch } from 'jsondiffpatch'
import microdiff from 'microdiff'
import type { Difference } from 'microdiff'
import { apply as applyMutative, create as createMutative } from 'mutative'
import { inChromium } from './chromium.js'
import { immutableFigures } from './immutable-figures.js'
import { check, compare, printFigures } from './measure.js'
import type { Figure } from './measure.js'
import { arena, crowd, inventory, rows, write } from './worlds.js'
import { pairsOf } from './pairs.js'
import type { Pair } from './pairs.js'
import type { World } from './worlds.js'

/** Most libraries' types want their own idea of an object; they get JSON. */
type Loose = Record<string, never>

const jsonDiffPatch = createJsonDiffPatch({
  objectHash: (item: unknown) => (item as { id?: string }).id,
  arrays: { detectMove: true, includeValueOnMove: false },
})

interface Differ {
  readonly name: string
  diff(before: Json, after: Json): unknown
  /** Changes `target`, which is a copy; returns the new root. */
  patch(target: Json, delta: unknown): unknown
}

const us: Differ = { name: 'painda', diff, patch: (target, delta) => patch(target, delta) }
const differs: readonly Differ[] = [
  {
    name: 'jsondiffpatch',
    diff: (before, after) => jsonDiffPatch.diff(before, after),
    patch: (target, delta) => jsonDiffPatch.patch(target, cloneJson(delta) as never),
  },
  {
    name: 'fast-json-patch',
    diff: (before, after) => fastJsonPatch.compare(before as Loose, after as Loose),
    patch: (target, delta) => fastJsonPatch.applyPatch(target, delta as Operation[]).newDocument,
  },
  {
    name: 'microdiff',
    diff: (before, after) => microdiff(before as Loose, after as Loose, { cyclesFix: false }),
    patch: (target, delta) => applyMicrodiff(target, delta as Difference[]),
  },
]

/** microdiff has no patch of its own; removals from lists come in an order that makes this right. */
function applyMicrodiff(target: Json, changes: readonly Difference[]): unknown {
  for (const change of [...changes].reverse().filter(({ type }) => type === 'REMOVE')) {
    const at = parentOf(target, change.path)
    const key = change.path[change.path.length - 1] ?? ''
    if (Array.isArray(at)) at.splice(Number(key), 1)
    else delete (at as Record<string, unknown>)[key]
  }
  for (const change of changes) {
    if (change.type === 'REMOVE') continue
    const at = parentOf(target, change.path) as Record<string | number, unknown>
    at[change.path[change.path.length - 1] ?? ''] = cloneJson(change.value)
  }
  return target
}

function parentOf(root: unknown, path: readonly (string | number)[]): unknown {
  let at = root
  for (const key of path.slice(0, -1)) at = (at as Record<string | number, unknown>)[key]
  return at
}

function isRight(differ: Differ, pairs: readonly Pair[]): boolean {
  try {
    return pairs.every(({ before, after }) => {
      const delta = differ.diff(before, after)
      return deepEqual(delta === undefined ? before : differ.patch(cloneJson(before), delta), after)
    })
  } catch {
    return false
  }
}

function diffFigure(what: string, pairs: readonly Pair[], must: number, aim: number, repeat = 1): Figure {
  check(isRight(us, pairs), `${what}: our diff`)
  const right = differs.filter((differ) => isRight(differ, pairs.slice(0, 8)))
  const contender = (differ: Differ) => ({
    name: differ.name,
    round: () => () => {
      for (let i = 0; i < repeat; i++) for (const { before, after } of pairs) differ.diff(before, after)
    },
  })
  const results = right.map((differ) => {
    const [, ratio] = compare([contender(differ), contender(us)], pairs.length * repeat, 15)
    return { name: differ.name, ratio: ratio?.ratio ?? Infinity }
  })
  // The best library is the one against which we look worst.
  const best = results.reduce((a, b) => (a.ratio > b.ratio ? a : b), { name: 'none', ratio: 0 })
  return { what, ours: best.ratio, peer: 1, must, aim, note: `best: ${best.name}` }
}

const same = JSON.stringify(arena().state)
const nothing: Pair[] = Array.from({ length: 10 }, () => ({
  before: JSON.parse(same) as Json,
  after: JSON.parse(same) as Json,
}))

function headInserts(): Pair[] {
  const random = createRandom(11)
  return Array.from({ length: 10 }, (_, i) => {
    const before = Array.from({ length: 500 }, (_item, at) => ({
      id: `row-${i}-${at}`,
      n: random.int(0, 999),
      s: 'x',
    }))
    return {
      before,
      after: [{ id: `new-${i}`, n: 1, s: 'x' }, ...(JSON.parse(JSON.stringify(before)) as Json[])],
    }
  })
}

function words(): Pair[] {
  const random = createRandom(12)
  const word = (): string => Math.floor(random.next() * 36 ** 3).toString(36)
  return Array.from({ length: 3 }, () => {
    const before = Array.from({ length: 10_000 }, word)
    const after = [...before]
    for (let edit = 0; edit < 50; edit++) {
      const at = random.int(0, after.length - 1)
      const kind = random.int(0, 2)
      after.splice(at, kind === 0 ? 0 : 1, ...(kind === 1 ? [] : [word()]))
    }
    return { before, after }
  })
}

printFigures('diff (best library that is right = 1.0)', [
  diffFigure('A', pairsOf(arena(), 20), 0.45, 0.3),
  diffFigure('C', pairsOf(inventory(), 10), 0.45, 0.3),
  diffFigure('nothing changed', nothing, 0.45, 0.3),
  diffFigure('insert at the head of 500', headInserts(), 0.3, 0.15),
  diffFigure('D', pairsOf(rows(), 20), 0.3, 0.15),
  diffFigure('10,000 words with 50 edits', words(), 0.3, 0.15),
])

/** A library whose patch reaches prototypes is not harmless. */
function isHarmless(differ: Differ): boolean {
  const attacks: Record<string, unknown> = {
    jsondiffpatch: JSON.parse('{"__proto__":{"polluted":[1]}}'),
    'fast-json-patch': [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    microdiff: [{ type: 'CREATE', path: ['__proto__', 'polluted'], value: 1 }],
  }
  try {
    differ.patch({}, attacks[differ.name])
  } catch {
    // Refusing is harmless.
  }
  const isPolluted = 'polluted' in {}
  delete (Object.prototype as Record<string, unknown>)['polluted']
  return !isPolluted
}

function patchFigure(what: string, world: World, must: number, aim: number): Figure {
  const pairs = pairsOf(world, 30)
  const first = pairs[0]?.before
  if (first === undefined) throw new Error('no states')
  const peers = differs.filter((differ) => isRight(differ, pairs) && isHarmless(differ))
  const contender = (differ: Differ) => {
    const deltas = pairs.map(({ before, after }) => differ.diff(before, after))
    return {
      name: differ.name,
      round: () => {
        let target: unknown = cloneJson(first)
        return () => {
          for (const delta of deltas) target = differ.patch(target as Json, delta)
        }
      },
    }
  }
  const results = peers.map((differ) => {
    const [, ratio] = compare([contender(differ), contender(us)], pairs.length, 25)
    return { name: differ.name, ratio: ratio?.ratio ?? Infinity }
  })
  const best = results.reduce((a, b) => (a.ratio > b.ratio ? a : b), { name: 'none', ratio: 0 })
  return { what, ours: best.ratio, peer: 1, must, aim, note: `best: ${best.name}` }
}

printFigures('patch in place (best library that is right and harmless = 1.0)', [
  patchFigure('A', arena(), 1.5, 1),
  patchFigure('B', crowd(), 1.5, 1),
  patchFigure('C', inventory(), 1.5, 1),
  patchFigure('D', rows(), 1.5, 1),
])

/** Untouched rows of D after one tick that are still the same objects. */
function keptRows(apply: (state: { rows: { id: string }[] }) => unknown, after: Json): string {
  const before = JSON.parse(JSON.stringify(rows().state)) as { rows: { id: string }[] }
  const next = apply(before) as { rows: { id: string }[] }
  const byId = new Map(before.rows.map((row) => [row.id, row]))
  const expected = (after as unknown as { rows: { id: string }[] }).rows.filter((row) => {
    const old = byId.get(row.id)
    return old !== undefined && deepEqual(old, row)
  })
  const kept = next.rows.filter((row) => byId.get(row.id) === row)
  return `${kept.length} of ${expected.length}`
}

printFigures('patchImmutable, in Node (mutative = 1.0)', immutableFigures())
const figures = await inChromium<Figure[]>('immutable-figures', 'immutableFigures')
if (figures === null) console.log('  No Chromium here: its figures are left out.')
else printFigures('patchImmutable, in Chromium (mutative = 1.0)', figures)

const [tick] = pairsOf(rows(), 1)
if (tick !== undefined) {
  const kept = keptRows((state) => patchImmutable(state, diff(state, tick.after)), tick.after)
  const mutativeKept = keptRows((state) => {
    const [, patches] = createMutative(state, (draft) => write(draft, rows().tick()), { enablePatches: true })
    return applyMutative(state, patches)
  }, tick.after)
  console.log(`  untouched rows of D that keep their identity: ours ${kept}, mutative ${mutativeKept}`)
}
