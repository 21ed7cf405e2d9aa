// What a member costs that reads nothing: the same after a second and after minutes, and one state when it reads again.
import {
  cloneJson,
  compileSync,
  createTransportPair,
  createWireCodec,
  defineRoom,
  type Message,
} from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createView } from '../src/view.js'
import { heapMiB } from './heap.js'
import { createKit, type Kit } from './peer-kit.js'

const HZ = 20
const BODIES = 60

interface World {
  bodies: Record<string, { x: number; y: number }>
}

const Field = defineRoom({ name: 'field', state: (): World => ({ bodies: {} }) })

/** A room in which everything moves at every tick. */
function createField() {
  const kit = createKit({ heartbeatInterval: 3_600_000 })
  kit.server.define(Field, {
    tickHz: HZ,
    onCreate({ state }) {
      for (let i = 0; i < BODIES; i++) state.bodies[`body-${i}`] = { x: i, y: -i }
    },
    tick({ state, random }) {
      for (const body of Object.values(state.bodies)) body.x += random.int(1, 9) / 16
    },
  })
  return { ...kit, room: kit.server.createRoom(Field, { id: 'f' }) }
}

/** A client whose network takes everything at once, and which answers pings as long as it reads. */
async function enter({ server, settle }: Kit) {
  const [mine, theirs] = createTransportPair()
  server.acceptTransport(theirs)
  const codec = createWireCodec()
  let unread: Uint8Array[] = []
  const reader = { isReading: true, bytes: 0, frames: 0, state: undefined as unknown }
  const say = (message: Message): void => mine.send(codec.encode(message))

  function read(frame: Uint8Array): void {
    for (const message of codec.decode(frame)) {
      if (message.kind === 'welcome') say({ kind: 'join', ackId: 1, how: 'join', room: 'f' })
      if (message.kind === 'ping') say({ kind: 'pong', at: message.at, received: 0 })
      if (message.kind === 'snapshot' || message.kind === 'delta') reader.state = message.state
    }
  }
  mine.onMessage((frame) => {
    reader.bytes += frame.byteLength
    reader.frames++
    if (reader.isReading) read(frame)
    else unread.push(frame)
  })
  say({ kind: 'hello', version: 3 })
  await settle()
  return {
    reader,
    resume() {
      reader.isReading = true
      for (const frame of unread) read(frame)
      unread = []
    },
  }
}

describe('a member that reads nothing', () => {
  async function stallFor(ms: number) {
    const kit = createField()
    const watcher = await enter(kit)
    const { reader, resume } = await enter(kit)
    await kit.time.advance(2_000)
    reader.isReading = false
    const before = reader.bytes
    await kit.time.advance(ms)
    const whileStalled = reader.bytes - before

    const frames = reader.frames
    const known = reader.bytes
    resume()
    await kit.time.advance(1_000 / HZ)
    const caughtUp = { frames: reader.frames - frames, bytes: reader.bytes - known }
    const late = await enter(kit)
    expect(reader.state).toEqual(kit.room.state)
    expect(watcher.reader.state).toEqual(kit.room.state)
    await kit.server.close()
    return { whileStalled, caughtUp, joining: late.reader.bytes }
  }

  test('[BP2] is sent as much in two seconds as in two minutes, and one state in the tick in which it reads again', async () => {
    const short = await stallFor(2_000)
    const long = await stallFor(120_000)
    expect(long.whileStalled).toBe(short.whileStalled)
    // What was on its way before anybody could know.
    expect(short.whileStalled).toBeLessThan(24 * 1024)
    for (const { caughtUp, joining } of [short, long]) {
      expect(caughtUp.frames).toBe(1)
      expect(caughtUp.bytes).toBeLessThanOrEqual(joining)
    }
  })

  test('[BP2] costs no memory for what it does not read, however many of them there are', async () => {
    const kit = createField()
    const members = []
    for (let i = 0; i < 40; i++) members.push(await enter(kit))
    await kit.time.advance(1_000)
    for (const { reader } of members) reader.isReading = false
    // As long as the room's history reaches back: it is as large then as it gets.
    await kit.time.advance(65_000)
    const base = heapMiB()
    // 600 versions more: a hundred bytes for each of them and each member would be 2.3 MiB.
    await kit.time.advance(30_000)
    await expect.poll(() => heapMiB() - base, { timeout: 20_000 }).toBeLessThan(1)
    expect(kit.server.getStats().behind).toBe(40)
    await kit.server.close()
  })
})

describe('what a view has made', () => {
  function createCrowd(isDeltaRead: boolean) {
    const bodies: World['bodies'] = {}
    for (let i = 0; i < 500; i++) bodies[`body-${i}`] = { x: i, y: -i }
    let channel = 0
    const view = createView<World>({
      room: 'r',
      nextChannel: () => channel++,
      sync: compileSync({}),
      state: { bodies },
      now: () => 0,
      isDeltaRead: () => isDeltaRead,
    })
    let tick = 0
    return {
      view,
      step(): number {
        tick++
        for (const body of Object.values(view.draft.bodies)) body.x += 1 / 16
        view.commit(tick)
        return tick
      },
    }
  }

  test('costs a room at rest little, from however many versions its members came back', async () => {
    const { view, step } = createCrowd(false)
    for (let i = 0; i < 200; i++) step()
    const base = heapMiB()
    const unions = Array.from({ length: 200 }, (_, from) => view.since(from, 200)?.message.kind)
    expect(new Set(unions)).toEqual(new Set(['delta']))
    // A delta of 500 bodies is 100 KiB of objects.
    await expect.poll(() => heapMiB() - base, { timeout: 20_000 }).toBeLessThan(4)
    expect(view.version).toBe(200)
  })

  test.each([true, false])(
    'is read later as it was then, whether or not somebody was looking (%s)',
    (isLooking) => {
      const { view, step } = createCrowd(isLooking)
      const tick = step()
      const { message } = view.snapshot(tick)
      const before = cloneJson(view.state as never)
      step()
      expect(message).toMatchObject({ kind: 'snapshot', version: 1, state: before })
      expect(view.state).not.toEqual(before)
    },
  )
})
