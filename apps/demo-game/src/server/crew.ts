// The bots of a room: they come when somebody is there to play with, make room when seats get scarce, and go when
// everybody has left. Each is a virtual client: it joins, walks and buys with the very messages that people send.
import { createRandom } from '@painda/protocol'
import type { Random } from '@painda/protocol'
import { PPVirtualClient } from '@painda/server'
import type { PPServer, Room } from '@painda/server'
import { Arena, SEATS, playerOf } from '../shared/game.js'
import type { ArenaState, Point } from '../shared/game.js'
import { chooseTarget, directionTo, wantsBomb } from './bot-mind.js'
import type { Temper } from './bot-mind.js'

/** As fast as a relaxed player changes their mind. */
const THINK_MS = 150
/** Somebody who reloads the page finds the floor as it was. */
const LONELY_MS = 30_000

const CHARACTERS: readonly (Temper & { name: string; color: number })[] = [
  { name: 'Mop', color: 5, greed: 4, laziness: 0.1, spite: 0 },
  { name: 'Pixel', color: 8, greed: 9, laziness: 0.04, spite: 1 },
  { name: 'Rufus', color: 11, greed: 5, laziness: 0.06, spite: 5 },
  { name: 'Clover', color: 3, greed: 6, laziness: 0.15, spite: 2 },
  { name: 'Juno', color: 9, greed: 7, laziness: 0.08, spite: 3 },
  { name: 'Biscuit', color: 1, greed: 3, laziness: 0.2, spite: 0 },
]

type Character = (typeof CHARACTERS)[number]

interface Bot {
  client: PPVirtualClient
  character: Character
  random: Random
  target: Point | null
  direction: Point
}

export interface Crew {
  isBot(clientId: string): boolean
  /** Looks after the bots of a room for as long as the room lives. */
  attend(room: Room<typeof Arena>): void
  close(): void
}

/** `wanted`: bots per room, while there are seats to spare. */
export function createCrew(server: PPServer, wanted: number): Crew {
  const everywhere = new Set<string>()
  let hired = 0
  let isClosed = false

  return { isBot: (id) => everywhere.has(id), attend, close: () => void (isClosed = true) }

  function attend(room: Room<typeof Arena>): void {
    const bots: Bot[] = []
    let lonelySince: number | null = null

    const adjust = () => {
      const humans = room.clients.filter((client) => !everywhere.has(client.id)).length
      lonelySince = humans > 0 ? null : (lonelySince ?? room.tick)
      const isLonely = lonelySince !== null && room.tick - lonelySince > (LONELY_MS / 1000) * TICKS_PER_SECOND
      // One seat stays free, so that the next person finds one and not a bot in it.
      const fitting = Math.min(wanted, CHARACTERS.length, Math.max(0, SEATS - 1 - humans))
      const count = isLonely || isClosed ? 0 : fitting
      while (bots.length > count) dismiss(bots)
      if (humans > 0) while (bots.length < count) bots.push(hire(room.id, bots))
    }
    room.every(500, adjust)
    room.every(THINK_MS, () => {
      for (const bot of bots) think(room.state, bot, room.id)
    })
    room.on('dispose', () => {
      while (bots.length > 0) dismiss(bots)
    })
  }

  function hire(roomId: string, colleagues: readonly Bot[]): Bot {
    const taken = new Set(colleagues.map((bot) => bot.character))
    const character = CHARACTERS.find((one) => !taken.has(one)) ?? FIRST_CHARACTER
    const id = `bot-${++hired}`
    const client = new PPVirtualClient(id)
    everywhere.add(id)
    client.connect(server)
    client.join(Arena, {
      id: roomId,
      how: 'joinById',
      options: { name: character.name, color: character.color },
    })
    return { client, character, random: createRandom(hired), target: null, direction: { x: 0, y: 0 } }
  }

  function dismiss(bots: Bot[]): void {
    const bot = bots.pop()
    if (bot === undefined) return
    everywhere.delete(bot.client.id)
    bot.client.close()
  }
}

const TICKS_PER_SECOND = 30
const FIRST_CHARACTER: Character = { name: 'Mop', color: 5, greed: 4, laziness: 0.1, spite: 0 }
void playerOf
void chooseTarget
void directionTo
void wantsBomb
declare function think(state: ArenaState, bot: Bot, roomId: string): void
