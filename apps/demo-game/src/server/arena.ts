// The arena's room: the rules tied to joins, messages and the tick. All the game's decisions are made in the rules.
import type { PPServer } from '@painda/server'
import { Arena, BOMB, SEATS, TICK_HZ } from '../shared/game.js'
import type { Point } from '../shared/game.js'
import { readProfile } from '../shared/profile.js'
import { clampToUnit } from '../shared/walk.js'
import type { ArenaRoom, Crew } from './crew.js'
import { createMint } from './coins.js'
import type { Mint } from './coins.js'
import { createStopwatch } from './round.js'
import type { Stopwatch } from './round.js'
import { getUp, sitDown } from './seats.js'
import { buyBomb } from './shop.js'
import { step } from './step.js'

/** What a room remembers beside its state, and no client ever sees. */
interface Memory {
  directions: Map<string, Point>
  /** When each player's next bomb is ready, on the room's clock. */
  bombReadyAt: Map<string, number>
  watch: Stopwatch
  mint: Mint
}

/** Returns the arenas that are open, as a set that changes with them. */
export function defineArena(server: PPServer, crew: Crew): ReadonlySet<ArenaRoom> {
  const rooms = new Set<ArenaRoom>()
  const memories = new Map<string, Memory>()
  const memoryOf = (roomId: string): Memory => {
    const memory = memories.get(roomId) ?? {
      directions: new Map(),
      bombReadyAt: new Map(),
      watch: createStopwatch(),
      mint: createMint(),
    }
    memories.set(roomId, memory)
    return memory
  }

  server.define(Arena, {
    tickHz: TICK_HZ,
    maxClients: SEATS,
    onCreate({ room }) {
      rooms.add(room)
      crew.attend(room)
    },
    onJoin({ client, room, state, random }, options) {
      const profile = readProfile(options)
      const { name, color } = sitDown(state, client.id, profile, { isBot: crew.isBot(client.id), random })
      room.presence.update(client, { name, color })
    },
    onDrop: ({ client, room }) => void memoryOf(room.id).directions.delete(client.id),
    onLeave({ client, room, state }) {
      const { directions, bombReadyAt } = memoryOf(room.id)
      directions.delete(client.id)
      bombReadyAt.delete(client.id)
      getUp(state, client.id)
    },
    onDispose({ room }) {
      rooms.delete(room)
      memories.delete(room.id)
    },
    tick: ({ room, state, random }, dtMs) => step(state, dtMs, { ...memoryOf(room.id), random }),
    messages: {
      move({ client, room }, { dx, dy }) {
        memoryOf(room.id).directions.set(client.id, clampToUnit({ x: dx, y: dy }))
      },
    },
    requests: {
      buy({ client, room, state, now }) {
        const { bombReadyAt } = memoryOf(room.id)
        const { player, tiles } = buyBomb(state, client.id, (bombReadyAt.get(client.id) ?? 0) - now())
        bombReadyAt.set(client.id, now() + BOMB.cooldownMs)
        const { x, y, color, coins } = player
        room.broadcast('boom', { x, y, color, by: client.id, tiles })
        return { coins, cooldownMs: BOMB.cooldownMs }
      },
    },
  })
  return rooms
}
