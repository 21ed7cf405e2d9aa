// The bots of a room: they come when somebody is there to play with, make room when seats get scarce, and go when
// everybody has left. Each is a virtual client: it joins, walks and buys with the very messages that people send.
import { PPVirtualClient } from '@painda/server'
import type { PPServer, PPServerClient, Room } from '@painda/server'
import { SEATS } from '../shared/game.js'
import type { Arena } from '../shared/game.js'
import { CHARACTERS, createBot } from './bot.js'
import type { Bot } from './bot.js'

export type ArenaRoom = Room<typeof Arena, PPServerClient>

/** As fast as a relaxed player changes their mind. */
const THINK_MS = 150
const ROLL_CALL_MS = 500
/** Somebody who reloads the page finds the floor as it was. */
const LONELY_MS = 30_000

export interface Crew {
  isBot(clientId: string): boolean
  /** Looks after the bots of a room for as long as the room lives, also after it was given other code. */
  attend(room: ArenaRoom): void
}

interface Hired {
  readonly id: string
  readonly client: PPVirtualClient
}

/** The bots, by room. Other code takes them over: only their minds are made anew. */
export interface Roster {
  readonly hired: Map<string, Hired[]>
  count: number
}

export const createRoster = (): Roster => ({ hired: new Map(), count: 0 })

/** `fillTo`: bots join until a room has this many players, while there are seats to spare. */
export function createCrew(server: PPServer, fillTo: number, roster: Roster = createRoster()): Crew {
  return { isBot, attend }

  function attend(room: ArenaRoom): void {
    const hired = roster.hired.get(room.id) ?? []
    roster.hired.set(room.id, hired)
    const bots = hired.map((one, place) => wake(one, room.id, place))
    let lonelyMs = 0

    const hire = () => {
      const one = find()
      bots.push(wake(one, room.id, hired.push(one) - 1))
    }
    const dismiss = () => {
      bots.pop()
      hired.pop()?.client.close()
    }

    const callRoll = () => {
      const humans = room.clients.filter((client) => !isBot(client.id)).length
      const isWatched = humans + room.spectators.length > 0
      lonelyMs = isWatched ? 0 : lonelyMs + ROLL_CALL_MS
      const count = botsFor(humans, fillTo)
      while (isWatched && bots.length < count) hire()
      while (bots.length > (lonelyMs > LONELY_MS ? 0 : count)) dismiss()
    }
    room.every(ROLL_CALL_MS, callRoll)
    room.every(THINK_MS, () => {
      for (const bot of bots) bot.think()
    })
    room.on('dispose', () => {
      while (bots.length > 0) dismiss()
      roster.hired.delete(room.id)
    })
  }

  function find(): Hired {
    const id = `${BOT}${++roster.count}`
    const client = new PPVirtualClient(id, { time: server.time, random: server.random.fork(id) })
    client.connect(server)
    return { id, client }
  }

  function wake({ id, client }: Hired, roomId: string, place: number): Bot {
    return createBot({
      id,
      client,
      roomId,
      character: CHARACTERS[place % CHARACTERS.length] ?? CHARACTERS[0],
      random: server.random.fork(`mind of ${id}`),
    })
  }
}

/** By the id alone, so that it also holds for a round that is played again. Only code of the server chooses an id. */
const BOT = 'bot-'
const isBot = (clientId: string): boolean => clientId.startsWith(BOT)

/** One seat stays free for as long as possible, so that the next person finds it and not a bot in it. */
export function botsFor(humans: number, fillTo: number): number {
  return Math.max(0, Math.min(fillTo - humans, SEATS - 1 - humans))
}
