// What a house full of rooms costs when nothing happens, and a tick when a little does. Counts are checked; times are
// printed only.
import { performance } from 'node:perf_hooks'
import { createTransportPair, createWireCodec, defineRoom } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import { PPServer, PPVirtualClient, silentLogger } from '@painda/server'
import { median } from './measure.js'

interface World {
  entities: Record<string, { x: number; y: number; hp: number; name: string }>
}

const Field = defineRoom({ name: 'field', state: (): World => ({ entities: {} }) })
await idleRooms('without a tick of their own', 1)
await idleRooms('ticking at 60 Hz', null)
await tickOfThousand()

/** `must`: percent of one core. The processor's own count, so that other programs' work is not ours. */
async function idleRooms(kind: string, must: number | null): Promise<void> {
  const rooms = 100
  const perRoom = 100
  const server = new PPServer({ logger: silentLogger, maxConnectionsPerIp: 1_000_000 })
  server.define(Field, must === null ? { maxClients: perRoom, tick() {} } : { maxClients: perRoom })
  const bots: PPVirtualClient[] = []
  for (let i = 0; i < rooms * perRoom; i++) {
    const bot = new PPVirtualClient(`bot-${i}`)
    bot.connect(server)
    bots.push(bot)
  }
  await Promise.all(bots.map((bot) => bot.join(Field).joined))
  const filled = server.rooms().filter((room) => room.clients.length === perRoom).length
  if (filled !== rooms) throw new Error(`${filled} of ${rooms} rooms are full`)

  const shares: number[] = []
  for (let i = 0; i < 5; i++) {
    const before = process.cpuUsage()
    const start = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const { user, system } = process.cpuUsage(before)
    shares.push((user + system) / 10 / (performance.now() - start))
  }
  const verdict = must === null ? '' : ` (must < ${must})`
  console.log(
    `100 rooms × 100 idle virtual clients, rooms ${kind}: ${median(shares).toFixed(2)} % of a core${verdict}`,
  )
  for (const bot of bots) bot.close()
  await server.close()
}

async function tickOfThousand(): Promise<void> {
  const server = new PPServer({ logger: silentLogger })
  const room = server.room<World>('field', worldOf(1000), { tickRate: 1 })
  const codec = createWireCodec()
  let bytes = 0
  const deltas: number[] = []
  const [near, far] = createTransportPair()
  near.onMessage((frame) => {
    bytes += frame.byteLength
    for (const message of codec.decode(frame)) if (message.kind === 'delta') deltas.push(frame.byteLength)
  })
  const say = (message: Message): void => near.send(codec.encode(message))
  server.acceptTransport(far)
  say({ kind: 'hello', version: 3 })
  say({ kind: 'join', ackId: 1, how: 'join', room: 'field' })
  await until(() => bytes > 10_000)
  const snapshotBytes = bytes

  const times: number[] = []
  for (let tick = 0; tick < 500; tick++) {
    const count = deltas.length
    const start = performance.now()
    room.update((state) => {
      for (let i = 0; i < 10; i++) {
        const entity = state.entities[`e${(tick * 37 + i * 101) % 1000}`]
        if (entity !== undefined) entity.x += (1 + (tick % 7)) / 16
      }
    })
    times.push(performance.now() - start)
    await until(() => deltas.length > count)
  }
  console.log(
    `1,000 entities, 10 change a tick: ${median(times.map((ms) => ms * 1000)).toFixed(0)} µs to write, ` +
      `${median(deltas)} bytes a tick leave (a whole state is ${snapshotBytes})`,
  )
  near.close()
  await server.close()
}

function worldOf(count: number): World {
  const entities: World['entities'] = {}
  for (let i = 0; i < count; i++)
    entities[`e${i}`] = { x: i / 16, y: (i * 7) / 16, hp: 100, name: `entity ${i}` }
  return { entities }
}

async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve))
}
