// The same worlds as Colyseus schemas: floats as float32, or quantised to uint16 over the range of their grid.
import { ArraySchema, Decoder, Encoder, MapSchema, schema, t } from '@colyseus/schema'
import type { Json } from '@painda/protocol'
import type { Write } from './worlds.js'

type Fields = Record<string, unknown>
interface SchemaObject {
  assign(fields: Fields): unknown
  toJSON(): unknown
}
type SchemaClass = new () => SchemaObject

/** One world in Colyseus: the server's state with its encoder, and a client's copy with its decoder. */
export interface ColyseusWorld {
  /** The server's state. */
  readonly root: unknown
  write(writes: readonly Write[]): void
  /** A tick's bytes, in memory that the next call uses again. */
  encode(): Uint8Array
  decode(bytes: Uint8Array): void
  /** The client's copy as plain JSON. */
  replica(): unknown
  /** Another client that holds the state of now. */
  join(): (bytes: Uint8Array) => void
}

/** `step` is the grid that positions lie on; without it they are float32. */
export function createColyseusWorld(state: Json, step?: number): ColyseusWorld {
  const position = () =>
    step === undefined ? t.float32() : t.quantized({ min: 0, max: 65_535 * step, bits: 16 })
  const { Root, build } = schemasFor(state, position)
  const server = new Root()
  build(server, state)
  const encoder = new Encoder(server as never)
  // The arena's ids and names alone exceed the default of 8 kB.
  Encoder.BUFFER_SIZE = 1024 * 1024
  encoder.sharedBuffer = new Uint8Array(Encoder.BUFFER_SIZE)

  function join(): { client: SchemaObject; decode: (bytes: Uint8Array) => void } {
    const client = new Root()
    const decoder = new Decoder(client as never)
    decoder.decode(encoder.encodeAll().slice())
    return { client, decode: (bytes) => void decoder.decode(bytes) }
  }
  const first = join()
  encoder.discardChanges()

  return {
    root: server,
    write: (writes) => writeSchema(server, writes, (items) => items.map((item) => makeItem(Root, item))),
    encode() {
      const bytes = encoder.encode()
      encoder.discardChanges()
      return bytes
    },
    decode: first.decode,
    replica: () => first.client.toJSON(),
    join: () => join().decode,
  }
}

/** The classes of the items of a list, by root class. */
const itemClasses = new WeakMap<SchemaClass, SchemaClass>()

function makeItem(Root: SchemaClass, item: Json): unknown {
  const Item = itemClasses.get(Root)
  if (Item === undefined) throw new Error('this world has no list')
  const made = new Item()
  made.assign(item as Fields)
  return made
}

function schemasFor(
  state: Json,
  position: () => ReturnType<typeof t.float32>,
): { Root: SchemaClass; build(root: SchemaObject, state: Json): void } {
  const world = state as Record<string, unknown>
  if ('entities' in world) {
    const Entity = schema({ x: position(), y: position(), kind: t.string() }, 'Entity') as SchemaClass
    const Root = schema({ entities: t.map(Entity as never) }, 'Crowd') as SchemaClass
    return { Root, build: (root, from) => fill(root, 'entities', from, Entity) }
  }
  if ('rows' in world) {
    const Item = schema(
      { id: t.string(), name: t.string(), x: position(), y: position() },
      'Row',
    ) as SchemaClass
    const Root = schema({ rows: t.array(Item as never) }, 'Rows') as SchemaClass
    itemClasses.set(Root, Item)
    return {
      Root,
      build(root, from) {
        const list = new ArraySchema()
        for (const row of (from as { rows: Fields[] }).rows) list.push(makeItem(Root, row as Json))
        ;(root as unknown as Fields)['rows'] = list
      },
    }
  }
  const players = Object.values(world['players'] as Record<string, Fields>)
  if (players[0] !== undefined && 'items' in players[0]) {
    const Item = schema({ item: t.string(), qty: t.uint8() }, 'Item') as SchemaClass
    const Owner = schema({ items: t.array(Item as never) }, 'Owner') as SchemaClass
    const Root = schema({ players: t.map(Owner as never) }, 'Inventory') as SchemaClass
    itemClasses.set(Root, Item)
    return {
      Root,
      build(root, from) {
        const map = new MapSchema()
        const owners = (from as { players: Record<string, { items: Json[] }> }).players
        for (const [id, owner] of Object.entries(owners)) {
          const made = new Owner()
          const list = new ArraySchema()
          for (const item of owner.items) list.push(makeItem(Root, item))
          made.assign({ items: list })
          map.set(id, made)
        }
        ;(root as unknown as Fields)['players'] = map
      },
    }
  }
  const Player = schema(
    {
      name: t.string(),
      x: position(),
      y: position(),
      vx: t.float32(),
      vy: t.float32(),
      hp: t.uint8(),
      score: t.uint16(),
      alive: t.boolean(),
      weapon: t.string(),
    },
    'Player',
  ) as SchemaClass
  const Root = schema({ players: t.map(Player as never) }, 'Arena') as SchemaClass
  return { Root, build: (root, from) => fill(root, 'players', from, Player) }
}

function fill(root: SchemaObject, field: string, from: Json, Entry: SchemaClass): void {
  const map = new MapSchema()
  for (const [id, fields] of Object.entries((from as Record<string, Record<string, Fields>>)[field] ?? {})) {
    const entry = new Entry()
    entry.assign(fields)
    map.set(id, entry)
  }
  ;(root as unknown as Fields)[field] = map
}

function writeSchema(
  root: SchemaObject,
  writes: readonly Write[],
  make: (items: readonly Json[]) => unknown[],
): void {
  for (const entry of writes) {
    const last = entry.kind === 'set' ? entry.path.length - 1 : entry.path.length
    let at = root as unknown
    for (let i = 0; i < last; i++) {
      const key = entry.path[i] ?? ''
      at = at instanceof MapSchema ? at.get(String(key)) : (at as Fields)[key]
    }
    if (entry.kind === 'set') (at as Fields)[entry.path[last] ?? ''] = entry.value
    else (at as unknown[]).splice(entry.index, entry.deleteCount, ...make(entry.items))
  }
}
