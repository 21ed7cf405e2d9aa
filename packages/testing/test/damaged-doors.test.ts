// One wrong byte, whichever it is, in the frames by which a client enters and leaves a room. A wrong name of a room once
// seated clients where they did not know that they were.
import type { Transport } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { createHarness, type Harness, type TestClient } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'

type Client = TestClient<BoardContract>

/** Damages byte `at` of the next frame that comes in or goes out; `length` is that of the frame, once there was one. */
interface Damage {
  readonly length: number | null
}

function damageNext(client: Client, direction: 'in' | 'out', at: number): Damage {
  const seen: { length: number | null } = { length: null }
  hurt.set(client, (way, data) => {
    if (way !== direction || seen.length !== null) return data
    seen.length = data.length
    const copy = data.slice()
    if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
    return copy
  })
  return seen
}

type Hurt = (way: 'in' | 'out', data: Uint8Array) => Uint8Array

const hurt = new WeakMap<Client, Hurt>()

function makeVulnerable(client: Client): void {
  const meet: Hurt = (way, data) => hurt.get(client)?.(way, data) ?? data
  client.inspector.through = (inner) => ({
    ...passOn(inner),
    get bufferedAmount() {
      return inner.bufferedAmount
    },
    send: (data) => inner.send(meet('out', data)),
    onMessage: (listener) => inner.onMessage((data) => listener(meet('in', data))),
  })
}

/** What is passed on as it is. */
function passOn(inner: Transport): Omit<Transport, 'send' | 'onMessage' | 'bufferedAmount'> {
  return {
    onClose: (listener) => inner.onClose(listener),
    close: (code, reason) => inner.close(code, reason),
    terminate: () => inner.terminate(),
    ...(inner.onOpen === undefined ? {} : { onOpen: (listener) => inner.onOpen?.(listener) ?? (() => {}) }),
  }
}

interface Play {
  readonly harness: Harness<BoardContract>
  readonly client: Client
}

async function play(): Promise<Play> {
  const harness = createHarness({ contract, setup: defineBoard })
  const client = harness.client()
  makeVulnerable(client)
  harness.server.createRoom(Board, { id: 'first' })
  // Past the questions by which the clock is measured.
  await harness.settle()
  await harness.time.advance(2_000)
  return { harness, client }
}

/** `step` for each byte of the frame that it makes travel. */
async function forEachByte(
  direction: 'in' | 'out',
  step: (play: Play, damage: () => Damage) => Promise<Damage>,
): Promise<void> {
  for (let at = 0, length = 1; at < length; at++) {
    const played = await play()
    const damage = await step(played, () => damageNext(played.client, direction, at))
    length = damage.length ?? 0
    expect(length, 'a frame travelled').toBeGreaterThan(8)
    await played.harness.close()
  }
}

describe('a frame with a wrong byte', () => {
  test.each([
    ['by its id', { id: 'first' }],
    ['as any of its kind', {}],
  ])('[FB12, RC2] who asks for a room %s is in it, and knows so', async (_how, wish) => {
    for (const direction of ['in', 'out'] as const) {
      await forEachByte(direction, async ({ harness, client }, damage) => {
        const damaged = damage()
        const room = client.join(Board, wish)
        await harness.settle()
        expect(room.status).toBe('joined')
        expect(room.id).toBe('first')
        expect(harness.server.getRoom('first')?.clients.map(({ id }) => id)).toEqual([client.id])
        return damaged
      })
    }
  })

  test('[FB12, RC2] who leaves a room is out of it', async () => {
    for (const direction of ['in', 'out'] as const) {
      await forEachByte(direction, async ({ harness, client }, damage) => {
        const room = client.join(Board)
        await harness.settle()
        await harness.time.advance(2_000)
        const damaged = damage()
        room.leave()
        await harness.settle()
        expect(client.rooms()).toEqual([])
        expect(harness.server.getRoom('first')?.clients).toEqual([])
        return damaged
      })
    }
  })

  test('[FB12, RM6] who is put into a room and taken out of it by the server knows both', async () => {
    await forEachByte('in', async ({ harness, client }, damage) => {
      const room = harness.server.getRoom('first')
      const peer = harness.server.getClient(client.id ?? '')
      if (room === undefined || peer === undefined) throw new Error('There is a room and a client.')
      const damaged = damage()
      peer.join('first')
      await harness.settle()
      expect(client.rooms().map(({ id, status }) => [id, status])).toEqual([['first', 'joined']])
      return damaged
    })
    await forEachByte('in', async ({ harness, client }, damage) => {
      const mine = client.join(Board)
      await harness.settle()
      await harness.time.advance(2_000)
      const damaged = damage()
      const peer = harness.server.getClient(client.id ?? '')
      if (peer !== undefined) harness.server.getRoom('first')?.kick(peer)
      await harness.settle()
      expect(client.rooms()).toEqual([])
      expect(mine.error?.code).toBe('KICKED')
      return damaged
    })
  })
})
