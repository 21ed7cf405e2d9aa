// A small game for tests of the whole stack: a map of cells, a list, answers, events.
import type { RoomHandle } from '@painda/client'
import { defineContract, defineRoom, request, type, type ContractShape } from '@painda/protocol'
import type { PPServer } from '@painda/server'
import { createHarness, type Harness, type HarnessOptions } from '../src/index.js'

export const Board = defineRoom({
  name: 'board',
  state: () => ({ cells: {} as Record<string, number>, list: [] as string[] }),
  messages: {
    set: type<{ key: string; value: number }>(),
    remove: type<{ key: string }>(),
    push: type<{ text: string; at: number }>(),
    cut: type<{ at: number }>(),
  },
  requests: { add: request(type<{ key: string; by: number }>(), type<{ value: number }>()) },
  events: { said: type<{ text: string }>() },
  presence: type<{ mood: string }>(),
})

export const contract = defineContract({
  rooms: { Board },
  messages: { note: type<{ n: number }>() },
  requests: { echo: request(type<{ n: number }>(), type<{ n: number }>()) },
  events: { news: type<{ n: number }>() },
})

export type BoardContract = typeof contract
export type BoardHandle = RoomHandle<typeof Board>

export function defineBoard<C extends ContractShape>(server: PPServer<C>): void {
  server.define(Board, {
    mayChooseId: () => true,
    autoDisposeMs: 600_000,
    messages: {
      set: ({ state }, { key, value }) => void (state.cells[key] = value),
      remove: ({ state }, { key }) => void delete state.cells[key],
      push: ({ state }, { text, at }) => void state.list.splice(at, 0, text),
      cut: ({ state }, { at }) => void state.list.splice(at, 1),
    },
    requests: {
      add: ({ state }, { key, by }) => ({ value: (state.cells[key] = (state.cells[key] ?? 0) + by) }),
    },
  })
}

/** Two clients unless `options` say otherwise. */
export function boardHarness(options: HarnessOptions<BoardContract> = {}): Harness<BoardContract> {
  return createHarness({ contract, setup: defineBoard, clients: 2, ...options })
}

/** The room of every client, joined. */
export async function joinAll(harness: Harness<BoardContract>): Promise<BoardHandle[]> {
  const rooms = harness.clients.map((client) => client.join(Board))
  await harness.settle()
  return rooms
}
