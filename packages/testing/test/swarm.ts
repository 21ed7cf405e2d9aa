// A room that makes about 55 kB a second for every member: 56 bodies that move in each of 60 ticks. Its state says when it
// was made, so that a test can ask a replica how old it is.
import { defineContract, defineRoom, request, type, type ContractShape } from '@painda/protocol'
import type { PPServer } from '@painda/server'

export const Swarm = defineRoom({
  name: 'swarm',
  state: () => ({ at: 0, tick: 0, bodies: {} as Record<string, { x: number; y: number }> }),
  events: { said: type<{ n: number; tick: number }>() },
  requests: { echo: request(type<{ n: number }>(), type<{ n: number }>()) },
})

export const swarmContract = defineContract({
  rooms: { Swarm },
  events: { blip: type<{ n: number }>() },
})

const BODIES = 56

export function defineSwarm<C extends ContractShape>(server: PPServer<C>, now: () => number): void {
  server.define(Swarm, {
    autoDisposeMs: Infinity,
    onCreate({ state, random }) {
      for (let i = 0; i < BODIES; i++) state.bodies[`b${i}`] = { x: random.next(), y: random.next() }
    },
    tick({ state, room, random }) {
      state.at = now()
      state.tick = room.tick
      for (const body of Object.values(state.bodies)) {
        body.x += random.next() - 0.5
        body.y += random.next() - 0.5
      }
    },
    requests: { echo: (_ctx, { n }) => ({ n }) },
  })
}
