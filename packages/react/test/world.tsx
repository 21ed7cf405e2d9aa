// A server and a client in one process for the hooks' tests: real ones, in memory, no sockets.
import { createTransportPair } from '@painda/protocol'
import { defineContract, defineRoom, PPClient, PPError, request, type } from '@painda/react'
import type { Transport } from '@painda/react'
import { PPServer } from '@painda/server'
import { act } from '@testing-library/react'

export interface Entity {
  hp: number
  name: string
}

export interface ArenaState {
  entities: Record<string, Entity>
  phase: string
  log: { text: string }[]
}

export const Arena = defineRoom({
  name: 'arena',
  state: (): ArenaState => ({ entities: {}, phase: 'lobby', log: [] }),
  messages: { hit: type<{ id: string; by: number }>() },
  requests: {
    buy: request(type<{ item: string }>(), type<{ coins: number }>()),
    hurt: request(type<{ id: string; by: number }>(), type<{ left: number }>()),
  },
  events: { boom: type<{ at: number }>() },
  presence: type<{ name: string }>(),
})

export const contract = defineContract({ rooms: { Arena } })

export function createWorld({ maxClients = 100, entities = 3, log = [] as ArenaState['log'] } = {}) {
  const server = new PPServer({ contract })
  /** Requests wait here before the room does them. */
  let gate = { promise: Promise.resolve(), open: () => {} }
  const joins: string[] = []
  const leaves: string[] = []
  server.define(Arena, {
    maxClients,
    onCreate({ state }) {
      for (let i = 0; i < entities; i++) state.entities[`e${i}`] = { hp: 100, name: `entity ${i}` }
      state.log.push(...log)
    },
    onJoin: ({ client }) => void joins.push(client.id),
    onLeave: ({ client }) => void leaves.push(client.id),
    messages: {
      hit({ state }, { id, by }) {
        const entity = state.entities[id]
        if (entity !== undefined) entity.hp -= by
      },
    },
    requests: {
      buy({ room }, { item }) {
        if (item === 'moon') throw new Error('never told')
        room.broadcast('boom', { at: 1 })
        return { coins: 5 }
      },
      async hurt({ state }, { id, by }) {
        await gate.promise
        const entity = state.entities[id]
        if (entity === undefined || by > 100) throw new PPError('REFUSED', 'Too much.')
        entity.hp -= by
        return { left: entity.hp }
      },
    },
  })
  const transports: Transport[] = []
  const clients: PPClient<typeof contract>[] = []

  function connectTransport(): Transport {
    const [near, far] = createTransportPair()
    server.acceptTransport(far)
    transports.push(near)
    return near
  }

  return {
    server,
    joins,
    leaves,
    transports,
    connectTransport,
    createClient({ reconnectDelay = 1, lingerMs = 30 } = {}): PPClient<typeof contract> {
      const client = new PPClient({
        url: 'memory://test',
        contract,
        connectTransport,
        reconnectDelay,
        lingerMs,
      })
      clients.push(client)
      return client
    },
    /** The one arena of the test. */
    arena() {
      const room = server.rooms()[0]
      if (room === undefined) throw new Error('no room yet')
      return room
    },
    hp: (id: string) => (server.rooms()[0]?.state as ArenaState | undefined)?.entities[id]?.hp,
    /** Requests that come from now on are answered after `letGo`. */
    hold() {
      let open = (): void => {}
      gate = { promise: new Promise((resolve) => (open = resolve)), open }
    },
    letGo: () => gate.open(),
    /** Changes the arena's state on the server. */
    update(change: (state: ArenaState) => void) {
      // The one arena is of that definition.
      this.arena().update((state) => change(state as ArenaState))
    },
    async close() {
      await act(async () => {
        for (const client of clients) client.close()
        await server.close()
      })
    },
  }
}

/** Lets `happen` go through server, client and React, and ends when `isThere` says so. */
export async function until(isThere: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (isThere()) return
    // A macrotask: room ticks and reconnect delays are real timers of a few milliseconds here.
    await act(async () => new Promise((resolve) => setTimeout(resolve, 5)))
  }
  throw new Error('It did not happen within two seconds.')
}
