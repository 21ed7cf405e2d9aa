// The worlds of the contests as steps that every kit carries out in its own way: entities that change fields, and a list
// whose items come, go and move.
import { createRandom } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import { arena, crowd } from '../worlds.js'
import type { World } from '../worlds.js'
import type { Job } from './job.js'

export interface Change {
  readonly id: string
  readonly fields: readonly (readonly [name: string, value: number])[]
}

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
  readonly changes: readonly Change[]
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
  let tick = 0
  return {
    start,
    next() {
      const changes = new Map<string, [string, number][]>()
      for (const entry of world.tick()) {
        if (entry.kind !== 'set') throw new Error('entities only change fields')
        const id = String(entry.path[1])
        const fields = changes.get(id) ?? []
        fields.push([String(entry.path[2]), Number(entry.value)])
        changes.set(id, fields)
      }
      tick++
      return { tick, changes: [...changes].map(([id, fields]) => ({ id, fields })), list: null }
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
        changes: [],
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
  players?: Record<string, Record<string, number>>
  entities?: Record<string, Record<string, number>>
  items?: Item[]
}

/** Does a step to a plain tree or to a draft of one. */
export function doStep(root: object, step: Step): void {
  // The scripts make their states of these parts.
  const tree = root as Tree
  tree.tick = step.tick
  const map = tree.players ?? tree.entities
  for (const { id, fields } of step.changes) {
    const entity = map?.[id]
    if (entity !== undefined) for (const [name, value] of fields) entity[name] = value
  }
  if (step.list === null || tree.items === undefined) return
  const { insert, remove, move } = step.list
  tree.items.splice(insert.at, 0, { ...insert.item })
  tree.items.splice(remove, 1)
  tree.items.splice(move.to, 0, ...tree.items.splice(move.from, 1))
}
