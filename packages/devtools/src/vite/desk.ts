// The game master's desk, in development: what only the server knows of the members of a room, what each of them sees, and what may be
// done to them. Nobody asks: nothing is counted.
//   page → dev server   painda:desk     {}                              asks, and goes on asking while somebody looks
//   dev server → page   painda:members  { members }                     every second
//   page → dev server   painda:look     { ask, room, client }           client null: the server's own state
//   dev server → page   painda:seen     { ask, version, tick, state } or { ask, problem }       state: its JSON text
//   page → dev server   painda:act      { ask, what, room, client, options, repertoire }
//   dev server → page   painda:acted    { ask, problem }                null: done
import { createRandom, hostTime, toPPError } from '@painda/protocol'
import type { InspectEvent, Time, Undo } from '@painda/protocol'
import type { FollowedMember, FollowedRoom, FollowedServer } from '../server-stream.js'
import { createBot, type Bot } from './bot.js'
import type { MemberFacts } from './member-facts.js'
import { createTaps, type Taps } from './tap.js'

export type Reply = (event: 'painda:members' | 'painda:seen' | 'painda:acted', data: object) => void

export interface Desk {
  attach(server: FollowedServer): void
  watch(page: object, reply: Reply): void
  look(asked: unknown, reply: Reply): void
  act(asked: unknown, reply: Reply): void
  /** Of all servers of this process. */
  sessions(): readonly MemberFacts[]
  close(): void
}

/** Longer than a page waits between two questions. */
const PATIENCE_MS = 5_000
const SECOND_MS = 1_000
const MAX_PAGES = 64
const MAX_SERVERS = 2
const MAX_BOTS = 32
const MAX_REPERTOIRE = 64
/** Characters of a state on its way to a page. */
const MAX_STATE = 4_000_000

interface Sent {
  frames: number
  states: number
  bytes: number
}

interface Table {
  readonly server: FollowedServer
  readonly taps: Taps
}

export function createDesk(time: Time = hostTime(globalThis)): Desk {
  const random = createRandom(1)
  const watchers = new Map<object, { readonly until: number; readonly reply: Reply }>()
  const bots = new Set<Bot>()
  let tables: Table[] = []
  let hired = 0
  let counting = new Map<string, Sent>()
  let lastSecond = new Map<string, Sent>()
  let undos: Undo[] = []
  let stopTimer: Undo | null = null

  function count(event: InspectEvent): void {
    if (event.kind !== 'frame' || event.direction !== 'out') return
    const sums = counting.get(event.peer) ?? { frames: 0, states: 0, bytes: 0 }
    sums.frames++
    sums.bytes += event.bytes.byteLength
    if (event.messages.some(({ kind }) => kind === 'delta' || kind === 'snapshot')) sums.states++
    counting.set(event.peer, sums)
  }

  function tell(): void {
    lastSecond = counting
    counting = new Map()
    const members = sessions()
    const now = time.now()
    for (const [page, { until, reply }] of watchers) {
      if (until < now) watchers.delete(page)
      else reply('painda:members', { members })
    }
    if (watchers.size === 0) rest()
  }

  function listen(): void {
    if (stopTimer !== null) return
    undos = tables.map(({ server }) => server.inspector.listen(count))
    stopTimer = time.every(SECOND_MS, tell)
  }

  function rest(): void {
    stopTimer?.()
    stopTimer = null
    for (const undo of undos.splice(0)) undo()
    counting = new Map()
    lastSecond = new Map()
  }

  function sessions(): MemberFacts[] {
    return tables.flatMap(({ server }) => server.rooms().flatMap((room) => factsOf(room, lastSecond)))
  }

  /** The newest server first: a room may live on under its id. */
  function find(id: string): { table: Table; room: FollowedRoom } | null {
    for (const table of [...tables].reverse()) {
      const room = table.server.rooms().find((one) => one.id === id)
      if (room !== undefined) return { table, room }
    }
    return null
  }

  function hire(
    { server }: Table,
    room: FollowedRoom,
    asked: Asked,
    done: (problem: string | null) => void,
  ): void {
    if (bots.size >= MAX_BOTS) return done(`There are ${MAX_BOTS} bots already.`)
    let isIn = false
    const bot: Bot = createBot({
      id: `bot-inspector-${++hired}`,
      accept: (transport, info) => server.acceptTransport(transport, info),
      room: room.id,
      options: asked.options,
      repertoire: asked.repertoire,
      time,
      random: random.fork(`bot ${hired}`),
      onIn() {
        isIn = true
        done(null)
      },
      onGone(why) {
        bots.delete(bot)
        if (!isIn) done(why ?? 'The room did not take it.')
      },
    })
    bots.add(bot)
  }

  function perform(asked: Asked, done: (problem: string | null) => void): void {
    const found = find(asked.room)
    if (found === null) return done('The game server has no such room.')
    const { table, room } = found
    if (asked.what === 'bot') return hire(table, room, asked, done)
    const member = membersOf(room).find(({ id }) => id === asked.client)
    if (member === undefined) return done('Nobody of that id is in the room.')
    switch (asked.what) {
      case 'kick':
        room.kick(member, { reason: 'kicked from the inspector' })
        return done(null)
      case 'drop':
        return done(table.taps.cut(member.id) ? null : 'It has no connection at the moment.')
      case 'zombie':
        return done(table.taps.silence(member.id) ? null : 'It has no connection at the moment.')
      default:
        return done(`There is no “${asked.what}”.`)
    }
  }

  function seenBy(room: string, client: string | null): object {
    const found = find(room)
    if (found === null) return { problem: 'The game server has no such room.' }
    const seen = client === null ? found.room : shownTo(found.room, client)
    if (seen === undefined) return { problem: 'Nobody of that id is in the room.' }
    // Written at once, since the server goes on changing it, and sent as that: to be measured and to be sent it is written once.
    const state = JSON.stringify(seen.state)
    if (state.length > MAX_STATE) return { problem: 'The state is too large to be looked at from here.' }
    return { version: seen.version, tick: found.room.tick, state }
  }

  return {
    attach(server) {
      const taps = createTaps()
      server.inspector.through = taps.through
      tables = [...tables, { server, taps }].slice(-MAX_SERVERS)
      if (stopTimer !== null) undos.push(server.inspector.listen(count))
    },
    watch(page, reply) {
      if (!watchers.has(page) && watchers.size >= MAX_PAGES) return
      watchers.set(page, { until: time.now() + PATIENCE_MS, reply })
      listen()
    },
    look(asked, reply) {
      const { ask, room, client } = readAsked(asked)
      let answer: object
      try {
        answer = seenBy(room, client)
      } catch (thrown) {
        answer = { problem: wordsOf(thrown) }
      }
      reply('painda:seen', { ask, ...answer })
    },
    act(asked, reply) {
      const read = readAsked(asked)
      const done = (problem: string | null): void => reply('painda:acted', { ask: read.ask, problem })
      try {
        perform(read, done)
      } catch (thrown) {
        done(wordsOf(thrown))
      }
    },
    sessions,
    close() {
      for (const bot of [...bots]) bot.close()
      watchers.clear()
      rest()
      tables = []
    },
  }
}

/** A game's own code runs here, such as a view: Vite would let the dev server die of what it throws. */
function wordsOf(thrown: unknown): string {
  return `The game server: ${toPPError(thrown, 'INTERNAL').message}`
}

function membersOf({ clients, spectators }: FollowedRoom): FollowedMember[] {
  return [...clients, ...spectators]
}

function shownTo(room: FollowedRoom, id: string): { state: object; version: number } | undefined {
  const member = membersOf(room).find((one) => one.id === id)
  return member && room.shownTo(member)
}

function factsOf(room: FollowedRoom, lastSecond: ReadonlyMap<string, Sent>): MemberFacts[] {
  const spectators = new Set(room.spectators)
  return membersOf(room).map((member): MemberFacts => {
    const { id, userId, connected, rtt, bufferedBytes, unconfirmedBytes, isBehind } = member
    const sent = lastSecond.get(id) ?? { frames: 0, states: 0, bytes: 0 }
    const role = spectators.has(member) ? 'spectator' : 'player'
    return {
      room: room.id,
      id,
      userId,
      role,
      isConnected: connected,
      rtt,
      ...sent,
      bufferedBytes,
      unconfirmedBytes,
      isBehind,
    }
  })
}

interface Asked {
  readonly ask: number
  readonly what: string
  readonly room: string
  readonly client: string | null
  readonly options: unknown
  readonly repertoire: readonly { readonly type: string; readonly payload: unknown }[]
}

/** A page is our own, and still only a page: what it says is looked at. */
function readAsked(asked: unknown): Asked {
  const { ask, what, room, client, options, repertoire } = Object(asked) as Record<string, unknown>
  const acts = (Array.isArray(repertoire) ? repertoire : []).slice(0, MAX_REPERTOIRE)
  return {
    ask: typeof ask === 'number' ? ask : 0,
    what: typeof what === 'string' ? what : '',
    room: typeof room === 'string' ? room : '',
    client: typeof client === 'string' ? client : null,
    options,
    repertoire: acts.flatMap((act: unknown) => {
      const { type, payload } = Object(act) as Record<string, unknown>
      return typeof type === 'string' ? [{ type, payload }] : []
    }),
  }
}
