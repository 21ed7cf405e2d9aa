// The four worlds of the figures, seeded. A world is plain JSON and a `tick` that says what happens next as a list of
// writes, so that every library does the same and can be checked against the same result.
import { createRandom } from '@painda/protocol'
import type { Json, Random } from '@painda/protocol'

/** Positions lie on 65,536 cells of 1/16. */
const CELLS = 65_536
const CELL = 1 / 16
const MAX_STEP = 240
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const WEAPONS = ['sword', 'bow', 'staff', 'axe', 'none']

export type Write =
  | { readonly kind: 'set'; readonly path: readonly (string | number)[]; readonly value: Json }
  | {
      readonly kind: 'splice'
      readonly path: readonly (string | number)[]
      readonly index: number
      readonly deleteCount: number
      readonly items: readonly Json[]
    }

export interface World {
  readonly name: string
  readonly state: Json
  /** The next tick's writes. The generator keeps its own account, so it never looks at the state. */
  tick(): Write[]
}

export interface Player {
  name: string
  x: number
  y: number
  vx: number
  vy: number
  hp: number
  score: number
  alive: boolean
  weapon: string
}

/** 100 players; 10 move and 1 changes hp and score per tick. */
export function arena(seed = 1): World {
  const random = createRandom(seed)
  const players: Record<string, Player> = {}
  for (let i = 0; i < 100; i++) {
    players[randomId(random)] = {
      name: `Player ${i}`,
      x: random.int(0, CELLS - 1) * CELL,
      y: random.int(0, CELLS - 1) * CELL,
      vx: random.int(-64, 64) * CELL,
      vy: random.int(-64, 64) * CELL,
      hp: 100,
      score: 0,
      alive: true,
      weapon: random.pick(WEAPONS),
    }
  }
  const ids = Object.keys(players)
  const account = structuredClone(players)
  return {
    name: 'A arena',
    state: { players } as unknown as Json,
    tick() {
      const writes: Write[] = []
      for (const id of some(random, ids, 10)) move(random, writes, ['players', id], account[id])
      const id = random.pick(ids)
      const player = account[id]
      if (player === undefined) throw new Error('no such player')
      player.hp = other(random, player.hp, 1, 100)
      player.score += random.int(1, 50)
      writes.push({ kind: 'set', path: ['players', id, 'hp'], value: player.hp })
      writes.push({ kind: 'set', path: ['players', id, 'score'], value: player.score })
      return writes
    },
  }
}

/** `count` entities of which `moving` move per tick: all of them, unless said otherwise. */
export function crowd(seed = 2, moving = 1000, count = 1000): World {
  const random = createRandom(seed)
  const entities: Record<string, { x: number; y: number; kind: string }> = {}
  for (let i = 0; i < count; i++) {
    entities[randomId(random)] = {
      x: random.int(0, CELLS - 1) * CELL,
      y: random.int(0, CELLS - 1) * CELL,
      kind: random.pick(WEAPONS),
    }
  }
  const ids = Object.keys(entities)
  const account = structuredClone(entities)
  return {
    name: 'B crowd',
    state: { entities } as unknown as Json,
    tick() {
      const writes: Write[] = []
      for (const id of moving === ids.length ? ids : some(random, ids, moving))
        move(random, writes, ['entities', id], account[id])
      return writes
    },
  }
}

/** 200 players with 20 items each; the quantity of one item changes per tick. */
export function inventory(seed = 3): World {
  const random = createRandom(seed)
  const players: Record<string, { items: { item: string; qty: number }[] }> = {}
  for (let i = 0; i < 200; i++) {
    players[randomId(random)] = {
      items: Array.from({ length: 20 }, (_, slot) => ({ item: `item-${slot}`, qty: random.int(1, 20) })),
    }
  }
  const ids = Object.keys(players)
  const account = structuredClone(players)
  return {
    name: 'C inventory',
    state: { players } as unknown as Json,
    tick() {
      const id = random.pick(ids)
      const slot = random.int(0, 19)
      const item = account[id]?.items[slot]
      if (item === undefined) throw new Error('no such item')
      item.qty = other(random, item.qty, 1, 20)
      return [{ kind: 'set', path: ['players', id, 'items', slot, 'qty'], value: item.qty }]
    },
  }
}

export interface Row {
  id: string
  name: string
  x: number
  y: number
}

/**
 * A list of 200 rows on a grid of 0.01; per tick 5 are inserted, 3 to 7 removed (so that the length stays about the
 * same) and 10 modified. `noisy`: positions are summed up as programs do it, and leave the grid by rounding errors.
 */
export function rows(seed = 4, noisy = false): World {
  const random = createRandom(seed)
  const makeRow = (): Row => ({
    id: randomId(random),
    name: randomId(random),
    x: random.int(0, CELLS - 1) / 100,
    y: random.int(0, CELLS - 1) / 100,
  })
  const list = Array.from({ length: 200 }, makeRow)
  const account = list.map((row) => ({ ...row }))
  const stepped = (value: number): number => {
    const cell = Math.round(value * 100)
    const asked = nonZeroStep(random)
    const step = cell + asked < 0 || cell + asked >= CELLS ? -asked : asked
    return noisy ? value + step * 0.01 : (cell + step) / 100
  }
  return {
    name: noisy ? 'D rows, sums with rounding errors' : 'D rows',
    state: { rows: list } as unknown as Json,
    tick() {
      const writes: Write[] = []
      for (let i = 0; i < 10; i++) {
        const index = random.int(0, account.length - 1)
        const row = account[index]
        if (row === undefined) throw new Error('no such row')
        row.x = stepped(row.x)
        row.y = stepped(row.y)
        writes.push({ kind: 'set', path: ['rows', index, 'x'], value: row.x })
        writes.push({ kind: 'set', path: ['rows', index, 'y'], value: row.y })
      }
      const removed = account.length > 200 ? random.int(5, 7) : random.int(3, 5)
      for (let i = 0; i < removed; i++) {
        const index = random.int(0, account.length - 1)
        account.splice(index, 1)
        writes.push({ kind: 'splice', path: ['rows'], index, deleteCount: 1, items: [] })
      }
      for (let i = 0; i < 5; i++) {
        const index = random.int(0, account.length)
        const row = makeRow()
        account.splice(index, 0, row)
        writes.push({
          kind: 'splice',
          path: ['rows'],
          index,
          deleteCount: 0,
          items: [{ ...row } as unknown as Json],
        })
      }
      return writes
    },
  }
}

/** Does `writes` to a tree: plain objects, and drafts of any library. */
export function write(root: unknown, writes: readonly Write[]): void {
  for (const entry of writes) {
    const last = entry.kind === 'set' ? entry.path.length - 1 : entry.path.length
    // Generators name only places that exist.
    let at = root as Record<string | number, unknown>
    for (let i = 0; i < last; i++) at = at[entry.path[i] ?? ''] as Record<string | number, unknown>
    if (entry.kind === 'set') at[entry.path[last] ?? ''] = entry.value
    else (at as unknown as unknown[]).splice(entry.index, entry.deleteCount, ...structuredClone(entry.items))
  }
}

function move(
  random: Random,
  writes: Write[],
  path: readonly string[],
  entity: { x: number; y: number } | undefined,
): void {
  if (entity === undefined) throw new Error('no such entity')
  for (const axis of ['x', 'y'] as const) {
    const cell = Math.round(entity[axis] / CELL)
    const step = nonZeroStep(random)
    // At the border the step goes the other way: it stays uniform and the entity stays in.
    entity[axis] = (cell + step < 0 || cell + step >= CELLS ? cell - step : cell + step) * CELL
    writes.push({ kind: 'set', path: [...path, axis], value: entity[axis] })
  }
}

function nonZeroStep(random: Random): number {
  const step = random.int(-MAX_STEP, MAX_STEP - 1)
  return step >= 0 ? step + 1 : step
}

/** Another whole number than `current`. */
function other(random: Random, current: number, min: number, max: number): number {
  const value = random.int(min, max - 1)
  return value >= current ? value + 1 : value
}

/** `count` different items, in random order. */
function some<T>(random: Random, items: readonly T[], count: number): T[] {
  const pool = [...items]
  for (let i = 0; i < count; i++) {
    const at = random.int(i, pool.length - 1)
    const [a, b] = [pool[i], pool[at]]
    // Both indexes lie inside.
    pool[i] = b as T
    pool[at] = a as T
  }
  return pool.slice(0, count)
}

function randomId(random: Random): string {
  return Array.from({ length: 9 }, () => random.pick([...ID_CHARACTERS])).join('')
}
