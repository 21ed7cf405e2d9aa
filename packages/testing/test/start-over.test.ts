// A game in which names come and go, over bad lines: its view starts over every few seconds, also while somebody is away.
import { createRandom, defineContract, defineRoom } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createHarness } from '../src/index.js'
import { recordFrames } from './frames.js'
import { seedOf } from './seeds.js'

interface State {
  shots: Record<string, { x: number }>
  fired: number
}

const Range = defineRoom({ name: 'range', state: (): State => ({ shots: {}, fired: 0 }) })
const contract = defineContract({ rooms: { Range } })

test('[WB8] [RC2] who is cut, stalled or away while a view starts over comes back to what the server has, and loses no session', async () => {
  for (let run = 0; run < 2; run++) {
    const seed = seedOf(run, 2)
    let isOver = false
    const harness = createHarness({
      contract,
      seed,
      clients: 3,
      clientOptions: { reconnectDelay: 100, reconnectDelayMax: 100 },
      setup(server) {
        server.define(Range, {
          tickHz: 20,
          tick({ state }) {
            if (isOver) return
            for (let n = 0; n < 15; n++) state.shots[`shot-${state.fired++}`] = { x: n }
            const names = Object.keys(state.shots)
            for (const name of names.slice(0, -40)) delete state.shots[name]
            for (const name of names.slice(-20)) state.shots[name]!.x += 0.5
          },
        })
        server.createRoom(Range, { id: 'r' })
      },
    })
    const random = createRandom(seed)
    const faults: unknown[] = []
    const watched = recordFrames(harness.clients[0]!)
    for (const client of harness.clients) {
      client.join(Range, { id: 'r' })
      client.on('error', (error) => void (error.code === 'TRANSPORT_ERROR' || faults.push(error)))
      client.on('desync', (desync) => void faults.push(desync))
      client.on('recovery', (recovery) => void (recovery.recovered || faults.push(recovery)))
    }
    for (let step = 0; step < 60; step++) {
      const { net } = random.pick(harness.clients.slice(1))
      const dice = random.next()
      if (dice < 0.3) net.cut()
      else if (dice < 0.5) net.stall(random.int(50, 2_000), 'down')
      else if (dice < 0.7) {
        net.offline()
        harness.time.after(random.int(100, 6_000), () => net.online())
        net.cut()
      }
      await harness.time.advance(random.int(100, 800))
    }
    isOver = true
    await harness.time.advance(7_000)
    await harness.settle()
    expect(harness.converged().differences, `seed ${seed}`).toEqual([])
    expect(faults, `seed ${seed}`).toEqual([])
    expect(watched.in.filter(({ kind }) => kind === 'snapshot').length, `seed ${seed}`).toBeGreaterThan(4)
    await harness.close()
  }
})
