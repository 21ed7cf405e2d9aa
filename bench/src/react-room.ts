// A room for the React figures, without a server: the client's own end is real, the other end says only what it is told.
import { createViewEncoder, createWireCodec } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import { defineRoom, PPClient } from '@painda/react'
import type { RoomHandle, Transport } from '@painda/react'

export interface Entity {
  x: number
  y: number
  name: string
}

/** How a game keeps what there is many of: by id, or in a list. */
export type Shape = 'map' | 'list'

export interface World {
  /** A list answers to its indices as a map does to its ids. */
  entities: { [key: string]: Entity }
}

export const Crowd = defineRoom({ name: 'crowd', state: (): World => ({ entities: {} }) })

export interface LiveRoom {
  client: PPClient
  room: RoomHandle<typeof Crowd>
  /** The bytes of the next deltas, each on top of the one before. */
  encode(changes: readonly Changes[]): Uint8Array[]
  /** Bytes arrive. */
  deliver(bytes: Uint8Array): void
}

/** New places of some entities, by their index. */
export type Changes = readonly (readonly [index: number, place: { x: number; y: number }])[]

export async function joinRoom(world: World): Promise<LiveRoom> {
  const codec = createWireCodec()
  const view = createViewEncoder(1)
  let hear: (bytes: Uint8Array) => void = () => {}
  let version = 1

  const encode = (message: Message): Uint8Array => {
    if (message.kind === 'snapshot') return view.snapshot(message)
    return message.kind === 'delta' ? view.delta(message) : codec.encode(message)
  }
  const say = (...messages: Message[]): readonly Uint8Array[] => codec.pack(messages.map(encode))
  function answer(message: Message): void {
    if (message.kind === 'hello') {
      say({
        kind: 'welcome',
        id: 'me',
        token: 't',
        outcome: 'new',
        received: 0,
        missed: 0,
        heartbeatMs: 60_000,
        windowMs: 0,
        maxPayloadBytes: 2 ** 24,
        serverNow: 0,
      }).forEach((bytes) => hear(bytes))
    } else if (message.kind === 'join') {
      say(
        { kind: 'joined', room: 'r', ackId: message.ackId, type: 'state', name: 'crowd' },
        { kind: 'snapshot', room: 'r', version, tick: version, state: world },
      ).forEach((bytes) => hear(bytes))
    }
  }
  const transport: Transport = {
    send: (bytes) => void Promise.resolve().then(() => [...codec.decode(bytes)].forEach(answer)),
    bufferedAmount: 0,
    onMessage(listener) {
      hear = listener
      return () => {}
    },
    onClose: () => () => {},
    close() {},
    terminate() {},
  }
  const client = new PPClient({ url: 'memory:', connectTransport: () => transport })
  const room = client.join(Crowd)
  await room.joined
  return {
    client,
    room,
    encode: (changes) =>
      changes.flatMap((entities) => {
        const from = version++
        const delta = {
          entities: Array.isArray(world.entities)
            ? { __pp_array_ops: entities.map(([index, place]) => ({ op: 'patch', index, delta: place })) }
            : Object.fromEntries(entities.map(([index, place]) => [keyOf('map', index), place])),
        }
        return say({ kind: 'delta', room: 'r', from, to: version, tick: version, delta })
      }),
    deliver: (bytes) => hear(bytes),
  }
}

/** Copying an object of 10,000 keys takes V8 some milliseconds, for whoever does it. */
export function createWorldOf(count: number, shape: Shape): World {
  const list = Array.from({ length: count }, (_, i) => ({ x: 0, y: 0, name: `entity ${i}` }))
  if (shape === 'map') {
    return { entities: Object.fromEntries(list.map((entity, i) => [keyOf(shape, i), entity])) }
  }
  // Read and written by index alone, which a list does as a map.
  return { entities: list as unknown as World['entities'] }
}

export function keyOf(shape: Shape, index: number): string | number {
  return shape === 'map' ? `player-${index}` : index
}

/** `ticks` changes of `k` entities of `count` each, other ones every time, to places where they have not been. */
export function movesOf(count: number, k: number, ticks: number, seed: number): Changes[] {
  return Array.from({ length: ticks }, (_, tick) => {
    const at = seed * ticks + tick + 1
    const indices = new Set(Array.from({ length: k }, (_, i) => (at * 7 + i * 97) % count))
    // In the order in which a server's tracker tells the items of a list.
    return [...indices].sort((a, b) => a - b).map((index) => [index, { x: at, y: -at }] as const)
  })
}

/** Changes as they travel to a store: by the key of the entity. */
export type KeyedChanges = readonly (readonly [key: string | number, place: { x: number; y: number }])[]

/** What applications write by hand: the next state, sharing what did not change. */
export function applyByHand(world: World, changes: KeyedChanges): World {
  const entities = copyOf(world.entities)
  for (const [key, place] of changes) {
    const entity = entities[key]
    if (entity !== undefined) entities[key] = { ...entity, ...place }
  }
  return { entities }
}

function copyOf(entities: World['entities']): World['entities'] {
  return Array.isArray(entities) ? (entities.slice() as typeof entities) : { ...entities }
}
