// What multiplayer tests ask of the server, and nobody else can: it exists only with E2E=1 in the environment.
//   GET  /__e2e/state    every room as the server has it: { rooms: [{ id, version, tick, state }] }
//   POST /__e2e/restart  { downMs? } the game server dies and comes back with nothing in memory
//   POST /__e2e/coins    { player, coins } fills a purse, so that a test need not hunt for coins
//   POST /__e2e/clock    { secondsLeft } brings the end of the round near
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ArenaRoom } from '../src/server/crew.js'
import type { GameServer } from '../src/server/main.js'

const PREFIX = '/__e2e/'
const MAX_BODY_CHARACTERS = 4096

/** A game that can be told to die. */
export interface Controlled {
  /** The one that runs now. */
  server(): GameServer | null
  restart(downMs: number): Promise<void>
}

/** A connect middleware. */
export function createControl(game: Controlled) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    if (!request.url?.startsWith(PREFIX)) return next()
    const action = `${request.method} ${request.url.slice(PREFIX.length)}`
    run(game, action, request).then((result) => {
      response.statusCode = result === null ? 404 : 200
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(result ?? { error: `There is no ${action}.` }))
    }, next)
  }
}

async function run(game: Controlled, action: string, request: IncomingMessage): Promise<object | null> {
  const rooms = arenasOf(game.server())
  switch (action) {
    case 'GET state':
      return { rooms: rooms.map(({ id, version, tick, state }) => ({ id, version, tick, state })) }
    case 'POST restart': {
      const { downMs = 0 } = await readBody(request)
      await game.restart(Number(downMs))
      return {}
    }
    case 'POST coins': {
      const { player: id, coins } = await readBody(request)
      for (const room of rooms) {
        room.update(({ players }) => {
          const player = players[String(id)]
          if (player !== undefined) player.coins = Number(coins)
        })
      }
      return {}
    }
    case 'POST clock': {
      const { secondsLeft } = await readBody(request)
      for (const room of rooms) room.update((state) => void (state.secondsLeft = Number(secondsLeft)))
      return {}
    }
    default:
      return null
  }
}

function arenasOf(server: GameServer | null): ArenaRoom[] {
  const arenas = server?.rooms().filter(({ name }) => name === 'arena') ?? []
  // Rooms of that name are made from that definition.
  return arenas as unknown as ArenaRoom[]
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY_CHARACTERS) throw new Error('The body is too large.')
  }
  const value: unknown = text === '' ? {} : JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
