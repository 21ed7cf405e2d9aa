// The arena's room: the rules tied to joins, messages and the tick. All the game's decisions are made in the rules.
import type { PPServer } from '@painda/server'
import { Arena, SEATS, SPECTATORS, TICK_HZ, playerOf } from '../shared/game.js'
import type { ArenaState } from '../shared/game.js'
import { ITEMS } from '../shared/items.js'
import { cleanName, readProfile } from '../shared/profile.js'
import { clampToUnit } from '../shared/walk.js'
import { bodyOf } from './body.js'
import type { Bodies } from './body.js'
import { createMint } from './coins.js'
import type { Mint } from './coins.js'
import type { ArenaRoom, Crew } from './crew.js'
import { dash, useItem } from './powers.js'
import { giveUp, isEnding, RETURN_WITHIN_MS, takePlace } from './return.js'
import type { Awaited } from './return.js'
import { TIMING, createStopwatch, enterPhase, giveMission, hasRematch } from './round.js'
import type { Stopwatch, Timing } from './round.js'
import { dress, getUp, peopleOf, sitDown } from './seats.js'
import { say, voteOut } from './social.js'
import { step } from './step.js'
import { readWishes } from './wishes.js'

/** What a room remembers beside its state, and no client ever sees. */
export interface Memory {
  bodies: Bodies
  watch: Stopwatch
  mint: Mint
  timing: Timing
  /** Players of the server before who are not back. */
  awaited: Awaited
}

/** Somebody who was voted out stays out this long. */
const VOTED_OUT_MS = 120_000

/** Returns the arenas that are open, as a set that changes with them. */
export function defineArena(
  server: PPServer,
  crew: Crew,
  {
    timing = TIMING,
    tickHz = TICK_HZ,
    memories = new Map(),
  }: { timing?: Timing; tickHz?: number; memories?: Map<string, Memory> } = {},
): ReadonlySet<ArenaRoom> {
  const rooms = new Set<ArenaRoom>()
  const memoryOf = (roomId: string): Memory => {
    const memory = memories.get(roomId) ?? {
      bodies: new Map(),
      watch: createStopwatch(),
      mint: createMint(),
      timing,
      awaited: new Set(),
    }
    memories.set(roomId, memory)
    return memory
  }
  /** What the lobby shows of a room; another object only when it says something else. */
  const advertise = (room: ArenaRoom, state: ArenaState) => {
    const next = { title: state.title, mode: state.mode, phase: state.phase, bots: botsIn(state) }
    const { metadata } = room
    const isSame = Object.entries(next).every(([key, value]) => metadata[key] === value)
    if (!isSame) room.metadata = next
  }
  /** What the room does beside its ticks. */
  const begin = (room: ArenaRoom) => {
    rooms.add(room)
    advertise(room, room.state)
    room.every(500, () => advertise(room, room.state))
    const { awaited } = memoryOf(room.id)
    if (awaited.size > 0)
      room.setTimeout(() => room.update((state) => giveUp(state, awaited)), RETURN_WITHIN_MS)
    crew.attend(room)
  }

  server.define(Arena, {
    tickHz,
    maxClients: SEATS,
    maxSpectators: SPECTATORS,
    onCreate({ room, state, random }, options) {
      const { title, mode, isPrivate } = readWishes(options)
      state.title = title
      state.mode = mode
      state.isOpen = !isPrivate
      room.isPrivate = isPrivate
      enterPhase(state, 'lobby', { ...memoryOf(room.id), random })
      begin(room)
    },
    // Somebody has saved a rule: the round goes on with it.
    onReload: ({ room }) => begin(room),
    // Somebody has saved the contract, and this server has the rooms of the one before: their rounds go on too.
    onRestore({ room, state }) {
      const memory = memoryOf(room.id)
      memory.mint = createMint(state.coins)
      for (const id of Object.keys(state.players)) memory.awaited.add(id)
      begin(room)
    },
    onJoin({ client, room, state, random }, options) {
      const profile = readProfile(options)
      const isBot = crew.isBot(client.id)
      if (!takePlace(state, memoryOf(room.id).awaited, client.id, { ...profile, isBot })) {
        sitDown(state, client.id, profile, { isBot, random })
        if (state.phase === 'play') giveMission(state, client.id, random)
      }
      room.presence.update(client, { isTyping: false, isIdle: false, isHidden: false })
    },
    onDrop: ({ client, room }) =>
      void (bodyOf(memoryOf(room.id).bodies, client.id).direction = { x: 0, y: 0 }),
    onLeave({ client, room, state, random }, reason) {
      if (reason === 'ended' && isEnding(server)) return
      const memory = memoryOf(room.id)
      memory.bodies.delete(client.id)
      getUp(state, client.id)
      if (hasRematch(state, peopleOf(state))) enterPhase(state, 'countdown', { ...memory, random })
    },
    onDispose({ room }) {
      rooms.delete(room)
      memories.delete(room.id)
    },
    tick({ room, state, random }, dtMs) {
      const onCombo = (by: string, level: number) => room.broadcast('combo', { by, level })
      step(state, dtMs, { ...memoryOf(room.id), random, onCombo })
    },
    messages: {
      move({ client, room }, { dx, dy }) {
        bodyOf(memoryOf(room.id).bodies, client.id).direction = clampToUnit({ x: dx, y: dy })
      },
      dash: ({ client, room, state }) => dash(state, memoryOf(room.id).bodies, client.id),
      say: ({ client, state }, { text }) => say(state, client.id, text),
      emote({ client, room }, { emote }) {
        room.broadcast('emote', { by: client.id, emote })
      },
      voteOut({ client, room, state }, { id }) {
        if (!voteOut(state, id, client.id)) return
        const target = room.clients.find((other) => other.id === id)
        const player = playerOf(state, id)
        if (target === undefined || player === undefined) return
        room.broadcast('news', { text: `${player.name} was voted out`, color: player.color })
        room.ban(target, { reason: 'The others voted you out of this room.', ms: VOTED_OUT_MS })
      },
      rematch({ client, room, state, random }) {
        if (state.phase !== 'podium' || playerOf(state, client.id) === undefined) return
        state.rematch[client.id] = true
        if (hasRematch(state, peopleOf(state)))
          enterPhase(state, 'countdown', { ...memoryOf(room.id), random })
      },
      start({ client, room, state, random }) {
        if (state.host !== client.id || (state.phase !== 'lobby' && state.phase !== 'podium')) return
        enterPhase(state, 'countdown', { ...memoryOf(room.id), random })
      },
      setMode({ client, state }, { mode }) {
        if (state.host === client.id && state.phase === 'lobby' && state.mode !== mode) state.mode = mode
      },
      handOver({ client, state }, { to }) {
        const next = playerOf(state, to)
        if (state.host === client.id && next?.isBot === false) state.host = to
      },
      joinTeam({ client, state }, { team }) {
        const player = playerOf(state, client.id)
        if (player !== undefined && state.phase === 'lobby' && player.team !== team) player.team = team
      },
    },
    requests: {
      buy({ client, room, state }, { item }) {
        const { player, tiles, hit } = useItem(state, memoryOf(room.id).bodies, client.id, item)
        const { x, y, color, coins } = player
        if (item === 'bomb') room.broadcast('boom', { x, y, color, by: client.id, tiles })
        else room.broadcast('power', { item, by: client.id, hit })
        return { coins, cooldownMs: ITEMS[item].cooldownMs }
      },
      dress({ client, state }, { name, color }) {
        const shown = cleanName(name) || 'Painter'
        return dress(state, client.id, { name: shown, color: Math.floor(color) })
      },
    },
  })
  return rooms
}

function botsIn(state: ArenaState): number {
  return Object.values(state.players).filter(({ isBot }) => isBot).length
}
