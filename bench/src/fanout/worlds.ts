// The worlds of the contests as steps that every kit carries out in its own way: entities that change fields, and a list
// whose items come, go and move.
import { createRandom } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import { arena, crowd } from '../worlds.js'
import type { World } from '../worlds.js'
import type { Job } from './job.js'

/**
 * Entities that change fields, as columns, one row per field: as objects, the steps of a contest would be hundreds of megabytes
 * that a server in the field does not have, and its collector would be seen at work on them.
 */
export interface Changes {
  /** Of all entities. */
  readonly ids: readonly string[]
  /** Rows of one entity stand together. */
  readonly who: Uint16Array
  /** Into `FIELDS`. */
  readonly field: Uint8Array
  readonly value: Float64Array
}

/** What the worlds change. */
const FIELDS = ['x', 'y', 'hp', 'score'] as const
export type Field = (typeof FIELDS)[number]
type Entity = Record<string, number>

export interface ListChange {
  readonly insert: { readonly at: number; readonly item: Item }
  readonly remove: number
  readonly move: { readonly from: number; readonly to: number }
}

export interface Item {
  readonly id: string
  readonly name: string
  readonly count: number
}

export interface Step {
  /** Stands in the state too: so a replica tells which step it shows. */
  readonly tick: number
  readonly changes: Changes
  readonly list: ListChange | null
}

export interface Script {
  readonly start: Json
  next(): Step
}

export interface Player {
  x: number
  y: number
}

/** Where lobby players stand before they move. */
const LOBBY_START = 100

export function scriptOf(job: Job): Script {
  if (job.kind === 'lobby') return still(lobbyState(job.players))
  if (job.kind === 'storm') return still({ tick: 0, entities: stormEntities() })
  if (job.kind === 'ask') return still({ tick: 0 })
  switch (job.world) {
    case 'arena':
      return moving(arena())
    case 'crowd':
      return moving(crowd())
    case 'slow':
      return moving(crowd(7, 3000, 6000))
    case 'lists':
      return list()
  }
}

/** The maps of entities of a state, by name. */
export function mapsOf(state: Json): 'players' | 'entities' {
  return typeof state === 'object' && state !== null && 'players' in state ? 'players' : 'entities'
}

function still(start: Json): Script {
  return {
    start,
    next() {
      throw new Error('nothing happens here by itself')
    },
  }
}

function lobbyState(count: number): Json {
  const players: Record<string, Json> = {}
  for (let slot = 0; slot < count; slot++)
    players[`p${slot}`] = { name: `Player ${slot}`, x: LOBBY_START, y: LOBBY_START, score: 0 }
  return { tick: 0, players }
}

/** About 32 KB as JSON. */
function stormEntities(): Json {
  const { state } = crowd(9)
  const entities = Object.entries((state as { entities: Record<string, Json> }).entities)
  return Object.fromEntries(entities.slice(0, 580))
}

function moving(world: World): Script {
  // Kits change their state, and generators keep their own account.
  const start = { tick: 0, ...(world.state as Record<string, Json>) }
  const ids = Object.keys((start as Record<string, Json>)[mapsOf(start)] as object)
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  let tick = 0
  return {
    start,
    next() {
      const byEntity = new Map<number, [field: number, value: number][]>()
      for (const entry of world.tick()) {
        if (entry.kind !== 'set') throw new Error('entities only change fields')
        const who = indexOf.get(String(entry.path[1])) ?? -1
        const field = FIELDS.findIndex((name) => name === entry.path[2])
        if (who < 0 || field < 0) throw new Error(`no world changes ${entry.path.join('.')}`)
        const fields = byEntity.get(who) ?? []
        fields.push([field, Number(entry.value)])
        byEntity.set(who, fields)
      }
      tick++
      const rows = [...byEntity].flatMap(([who, fields]) =>
        fields.map(([field, value]) => ({ who, field, value })),
      )
      const changes: Changes = {
        ids,
        who: Uint16Array.from(rows, ({ who }) => who),
        field: Uint8Array.from(rows, ({ field }) => field),
        value: Float64Array.from(rows, ({ value }) => value),
      }
      return { tick, changes, list: null }
    },
  }
}

function list(): Script {
  const random = createRandom(5)
  const length = 500
  let made = 0
  const item = (): Item => ({ id: `i${made++}`, name: `item ${random.int(0, 99)}`, count: random.int(1, 99) })
  const items = Array.from({ length }, item)
  let tick = 0
  return {
    start: { tick: 0, items: items as unknown as Json },
    next() {
      tick++
      return {
        tick,
        changes: NO_CHANGES,
        list: {
          insert: { at: random.int(0, length - 1), item: item() },
          remove: random.int(0, length - 1),
          move: { from: random.int(0, length - 1), to: random.int(0, length - 1) },
        },
      }
    },
  }
}

interface Tree {
  tick: number
  players?: Record<string, Entity>
  entities?: Record<string, Entity>
  items?: Item[]
}

export const NO_CHANGES: Changes = {
  ids: [],
  who: new Uint16Array(),
  field: new Uint8Array(),
  value: new Float64Array(),
}

/** All rows, with the id of each. */
export function eachChange(
  { ids, who, field, value }: Changes,
  run: (id: string, name: Field, value: number) => void,
): void {
  for (let row = 0; row < who.length; row++)
    run(ids[who[row] ?? 0] ?? '', FIELDS[field[row] ?? 0] ?? 'x', value[row] ?? 0)
}

/**
 * Writes the fields by names, as games write them down. A name that is only known at run time would send every assignment to a
 * Proxy or a setter through V8's runtime, which costs more than all that the contenders do with it.
 */
export function applyChanges(
  { ids, who, field, value }: Changes,
  find: (id: string) => Entity | undefined,
): void {
  let entity: Entity | undefined
  for (let row = 0; row < who.length; row++) {
    if (row === 0 || who[row] !== who[row - 1]) entity = find(ids[who[row] ?? 0] ?? '')
    const now = value[row] ?? 0
    if (entity === undefined) continue
    else if (field[row] === 0) entity['x'] = now
    else if (field[row] === 1) entity['y'] = now
    else if (field[row] === 2) entity['hp'] = now
    else entity['score'] = now
  }
}

/** Does a step to a plain tree or to a draft of one. */
export function doStep(root: object, step: Step): void {
  // The scripts make their states of these parts.
  const tree = root as Tree
  tree.tick = step.tick
  const map = tree.players ?? tree.entities
  applyChanges(step.changes, (id) => map?.[id])
  if (step.list === null || tree.items === undefined) return
  const { insert, remove, move } = step.list
  tree.items.splice(insert.at, 0, { ...insert.item })
  tree.items.splice(remove, 1)
  tree.items.splice(move.to, 0, ...tree.items.splice(move.from, 1))
}
