// What a definition's types must and must not allow; checked by the type checker, never run.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import type { RequestDefinition, StandardSchema } from '@painda/protocol'
import type { Member } from '../src/member.js'
import type { PPServerClient } from '../src/client.js'
import type { Room } from '../src/definition.js'
import type { PPServer } from '../src/server.js'
import type { DefinableRooms } from './room-kit.js'

declare const rooms: DefinableRooms<Member & { readonly data: { admin: boolean } }>
/** Takes text, gives a number: handlers must see the number. */
declare const length: StandardSchema<string, number>

const Arena = defineRoom({
  name: 'arena',
  state: (): { players: Record<string, { x: number }>; phase: 'lobby' | 'play' } => ({
    players: {},
    phase: 'lobby',
  }),
  messages: { move: type<{ dx: number }>(), measured: length },
  requests: {
    buy: request(type<{ item: string }>(), type<{ coins: number }>()),
  },
  events: { boom: type<{ at: number }>(), dealt: type<undefined>() },
  presence: type<{ name: string }>(),
})
const Bare = defineRoom({ name: 'bare', state: () => ({ n: 0 }) })

rooms.define(Arena, {
  maxClients: 4,
  onJoin({ state, client, room }, options) {
    state.players[client.id] = { x: 0 }
    client.data.admin satisfies boolean
    room.broadcast('boom', { at: 1 }, { except: client })
    room.broadcast('dealt')
    room.emit(client, 'dealt', undefined, { afterState: true })
    // @ts-expect-error "boom" says where
    room.broadcast('boom')
    room.presence.update(client, { name: 'Ann' })
    options satisfies unknown
    // @ts-expect-error options come from a stranger
    void options.team
    // @ts-expect-error "bomo" is not an event of the arena
    room.broadcast('bomo', { at: 1 })
    // @ts-expect-error the payload of "boom" has a number
    room.emit(client, 'boom', { at: 'now' })
    // @ts-expect-error presence has no colour
    room.presence.update(client, { colour: 'red' })
    // @ts-expect-error no such phase
    state.phase = 'over'
  },
  tick({ state, random, now }, dtMs) {
    for (const player of Object.values(state.players)) player.x += (random.next() * dtMs) / now()
  },
  messages: {
    move({ state, client }, { dx }) {
      const me = state.players[client.id]
      if (me) me.x += dx
    },
    measured(_, n) {
      n satisfies number
    },
  },
  requests: {
    async buy(ctx, { item }) {
      item satisfies string
      ctx.state.phase satisfies 'lobby' | 'play'
      return { coins: 3 }
    },
  },
})

rooms.define(Arena, {
  messages: {
    // @ts-expect-error "mvoe" is not a message of the arena
    mvoe() {},
  },
})
rooms.define(Arena, {
  messages: {
    // @ts-expect-error a message has no "dy"
    move: (_, { dy }) => dy,
  },
})
rooms.define(Arena, {
  requests: {
    // @ts-expect-error "buy" answers with coins
    buy: () => ({ gold: 3 }),
  },
})
rooms.define(Arena, {
  // @ts-expect-error "move" is a message, not a request
  requests: { move: () => {} },
})
rooms.define(Bare, {
  // @ts-expect-error the bare room has no messages
  messages: { anything() {} },
})
rooms.define(Bare, {
  // @ts-expect-error nor requests
  requests: { anything: () => 1 },
})
// @ts-expect-error there is no such hook
rooms.define(Bare, { onJion() {} })

const arena = rooms.create(Arena)
arena satisfies Room<typeof Arena, Member & { readonly data: { admin: boolean } }>
arena.state.phase satisfies 'lobby' | 'play'
arena.update((draft) => void (draft.phase = 'play'))
// @ts-expect-error no such phase
arena.update((draft) => void (draft.phase = 'over'))
// @ts-expect-error a room's state is replaced by nobody
arena.state = { players: {}, phase: 'lobby' }

const lobby = rooms.room('lobby', { score: 0 })
lobby.update((draft) => void draft.score++)
lobby.broadcast('anything', { goes: true })
lobby.broadcast('anything')
// @ts-expect-error the lobby has no "points"
void lobby.state.points

const score = rooms.room(
  'score',
  { score: 0 },
  {
    messages: { add: ({ state }, by) => void (state.score += Number(by)) },
    requests: { score: ({ state }) => state.score },
  },
)
score.state.score satisfies number
rooms.room(
  'wrong',
  { score: 0 },
  {
    messages: {
      // @ts-expect-error a payload is unknown until the handler has looked
      add: ({ state }, by) => void (state.score += by),
    },
  },
)

export type Request = RequestDefinition

// Who sees what: the viewer is typed, the state of view() is the room's, and what is not JSON-like is no answer.
const Secret = defineRoom({
  name: 'secret',
  state: (): { players: Record<string, { x: number; card?: string }> } => ({ players: {} }),
  sync: {
    'players.*.card': { to: 'owner', quantize: 1 },
    'players.*.x': { to: (viewer, [key]) => viewer.getTag('team') === key && viewer.userId !== viewer.id },
  },
})
rooms.define(Secret, {
  maxSpectators: 2,
  onFull: 'spectate',
  view({ id, data }, { players }) {
    data.admin satisfies boolean
    // @ts-expect-error there are no units in the state
    void players[id]?.units
    return { players: { [id]: players[id] } }
  },
  viewKey: ({ id }) => id,
  onLeave: async ({ room, client }) => {
    const back = await room.allowReconnection(client, 10)
    back?.data.admin satisfies boolean | undefined
    room.ban(client, { reason: 'cheating', ms: 1000 })
    // @ts-expect-error a reason is a text
    room.kick(client, { reason: 1 })
  },
})
rooms.define(Bare, {
  // @ts-expect-error a view is an object
  view: () => 7,
  // @ts-expect-error no such policy
  onFull: 'wait',
})
defineRoom({
  name: 'wrong',
  state: () => ({ a: 1 }),
  // @ts-expect-error nobody else is known by name
  sync: { a: { to: 'dealer' } },
})
rooms.lobby('lobby').state.rooms['a']?.maxClients satisfies number | null | undefined
// @ts-expect-error a lobby's list is the server's to write
rooms.lobby('lobby').state.rooms = {}

const contract = defineContract({ events: { news: type<string>(), ended: type<undefined>() } })
declare const server: PPServer<typeof contract>
declare const client: PPServerClient<typeof contract>
server.emit('ended')
client.emit('ended')
server.emit('news', 'It rains.')
// @ts-expect-error news say something
server.emit('news')
// @ts-expect-error news say something
client.emit('news')

const shop = defineContract({ messages: { say: type<string>() } })
declare const shopServer: PPServer<typeof shop>
declare const anyServer: PPServer
shopServer.on('say', (_, text) => text satisfies string)
// @ts-expect-error a handler may not claim more than the contract says
shopServer.on('say', (_, text: 'hello') => text)
// What nothing declares, the handler declares.
anyServer.on('say', (_, text: 'hello', ack) => ack(null, text))
