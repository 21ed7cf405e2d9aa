// A seeded storm over the whole stack: players join, leave, write and ask, while their connections are cut, stalled, taken
// offline and left half-open. At rest every replica must say what the server says, and every message must have arrived
// once: the storm keeps its own books, apart from the code under test.
import type { RoomHandle } from '@painda/client'
import { createRandom, PPError, type ProfileName, type Random } from '@painda/protocol'
import { createHarness, formatDifference, type Harness, type TestClient } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'

export interface StormOptions {
  seed: number
  steps?: number
  /** The server is killed and started anew now and then: messages may be lost then, but never doubled. */
  restarts?: boolean
  /** Loses one message on purpose: a storm that does not notice is worth nothing. */
  sabotage?: boolean
}

const PROFILES: readonly (ProfileName | 'perfect')[] = ['perfect', 'lan', 'good', 'jit', 'spec']
const ROOMS = ['r0', 'r1'] as const

type BoardHandle = RoomHandle<typeof Board>

interface Player {
  client: TestClient<BoardContract>
  random: Random
  rooms: Map<string, BoardHandle>
  /** Numbers sent up so far; what the server has of them, in order. */
  sent: number
  heard: number[]
  /**
   * Numbers that the server sent, by session: when the first welcome is lost with its connection, the client never
   * learns of that session, and the server keeps it until its window is over.
   */
  told: Map<string, number[]>
  /** Numbers that came. */
  got: number[]
}

interface Question {
  room: string
  key: string
  fate: 'open' | 'answered' | 'refused'
}

/** Runs one storm. @throws an Error whose message names the seed */
export async function runStorm({ seed, steps = 150, ...options }: StormOptions): Promise<void> {
  const random = createRandom(seed)
  const profile = random.pick(PROFILES)
  const players = new Map<string, Player>()
  const questions: Question[] = []
  let expired = 0
  let news = 0
  let keys = 0
  let restarts = 0

  const harness = createHarness({
    contract,
    seed,
    ...(profile === 'perfect' ? {} : { profile }),
    serverOptions: { maxMessagesPerSecond: 0 },
    clientOptions: { lingerMs: 0 },
    setup(server) {
      defineBoard(server)
      for (const id of ROOMS) server.createRoom(Board, { id })
      server.on('note', (client, { n }) => {
        players.get(nameOf(client.id))?.heard.push(n)
      })
    },
  })
  for (let i = 0; i < random.int(2, 4); i++) {
    const client = harness.client()
    const player: Player = {
      client,
      random: random.fork(client.name),
      rooms: new Map(),
      sent: 0,
      heard: [],
      told: new Map(),
      got: [],
    }
    players.set(client.name, player)
    client.on('news', ({ n }) => void player.got.push(n))
    client.on('recovery', ({ recovered }) => void (expired += recovered ? 0 : 1))
  }

  function join(player: Player, id: string): void {
    if (player.rooms.has(id)) return
    const handle = player.client.join(Board, { id })
    handle.joined.catch(() => {})
    player.rooms.set(id, handle)
  }

  function leave(player: Player, id: string): void {
    player.rooms.get(id)?.leave()
    player.rooms.delete(id)
  }

  function ask(player: Player, id: string): void {
    const handle = player.rooms.get(id)
    if (handle === undefined) return
    const question: Question = { room: id, key: `q${keys++}`, fate: 'open' }
    questions.push(question)
    handle.request('add', { key: question.key, by: 1 }).then(
      () => void (question.fate = 'answered'),
      () => void (question.fate = 'refused'),
    )
  }

  function act(player: Player): void {
    const { client, random: chance } = player
    const id = chance.pick(ROOMS)
    const room = player.rooms.get(id)
    const size = room?.state?.list.length ?? 0
    switch (chance.int(0, 13)) {
      case 0:
      case 1:
        return join(player, id)
      case 2:
        return chance.next() < 0.3 ? leave(player, id) : undefined
      case 3:
      case 4:
        return room?.send('set', { key: `k${chance.int(0, 9)}`, value: chance.int(0, 99) })
      case 5:
        return room?.send('remove', { key: `k${chance.int(0, 9)}` })
      case 6:
      case 7:
        return room?.send('push', { text: `t${keys++}`, at: chance.int(0, size) })
      case 8:
        return chance.next() < 0.5 ? room?.send('cut', { at: chance.int(0, size) }) : undefined
      case 9:
      case 10:
        return ask(player, id)
      case 11:
        return room?.presence.update({ mood: `m${chance.int(0, 3)}` })
      default:
        return client.emit('note', { n: player.sent++ })
    }
  }

  function speak(): void {
    if (!options.restarts || random.next() < 0.5) {
      for (const member of harness.server.getClients()) {
        const player = players.get(nameOf(member.id))
        if (player === undefined || random.next() < 0.3) continue
        player.told.set(member.id, [...(player.told.get(member.id) ?? []), news])
        member.emit('news', { n: news++ })
      }
    }
    const room = harness.server.getRoom(random.pick(ROOMS))
    // Every room of these ids is a Board.
    room?.update((draft) => scribble(draft as { list: string[] }, random))
  }

  function weather({ net }: Player['client']): void {
    switch (random.int(0, 9)) {
      case 0:
      case 1:
      case 2:
        return net.cut()
      case 3:
      case 4:
        return net.stall(random.int(10, 1_500), random.pick(['up', 'down', undefined] as const))
      case 5:
        net.offline()
        harness.time.after(random.int(50, 8_000), () => net.online())
        if (random.next() < 0.5) net.cut()
        return
      case 6:
        return net.cutAtByte(random.int(0, 2_000), random.pick(['up', 'down'] as const))
      case 7:
        return random.next() < 0.3 ? net.zombie(random.pick(['up', 'down', undefined] as const)) : undefined
      default:
        return net.set({ delayMs: random.int(0, 150) })
    }
  }

  const all = [...players.values()]
  try {
    for (let step = 0; step < steps; step++) {
      for (let i = random.int(0, 3); i > 0; i--) act(random.pick(all))
      if (random.next() < 0.4) speak()
      if (random.next() < 0.12) weather(random.pick(all).client)
      if (options.restarts && random.next() < 0.015) {
        restarts++
        harness.restartServer()
      }
      if (options.sabotage && step === 100) harness.clients[0]?.net.dropNext(3, 'down')
      if (random.next() < 0.8) await harness.time.advance(random.int(0, random.next() < 0.05 ? 5_000 : 120))
    }
    await harness.time.advance(8_000)
    for (const { client } of all) client.net.online()
    await harness.settle()
    await harness.time.advance(11_000)
    await harness.settle()
    check(harness)
    await harness.close()
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Error(
      `storm with seed ${seed}${options.restarts ? ' and restarts' : ''} (${profile}): ${text}`,
      {
        cause: thrown,
      },
    )
  }

  function check({ server, converged }: Harness<BoardContract>): void {
    const problems = converged().differences.map(formatDifference)
    const need = (isTrue: boolean, problem: string): void => void (isTrue || problems.push(problem))
    if (restarts === 0) need(expired === 0, `${expired} sessions expired`)

    for (const { client, sent, heard, told, got } of all) {
      const { name } = client
      need(isRising(heard), `the server handled notes of ${name} twice or out of order: ${heard.join()}`)
      need(isRising(got), `${name} heard news twice or out of order: ${got.join()}`)
      if (restarts > 0) continue
      need(heard.length === sent, `the server has ${heard.length} of ${sent} notes of ${name}`)
      const mine = told.get(client.id ?? '') ?? []
      need(equal(got, mine), `${name} was told ${mine.join()} and got ${got.join()}`)
    }

    const cells = (id: string): Record<string, number> =>
      (server.getRoom(id)?.state as { cells: Record<string, number> } | undefined)?.cells ?? {}
    for (const { room, key, fate } of questions) {
      const count = cells(room)[key] ?? 0
      need(fate !== 'open', `question ${key} never got an answer`)
      need(count <= 1, `question ${key} took effect ${count} times`)
      if (fate === 'answered' && restarts === 0) need(count === 1, `answered question ${key} took no effect`)
    }
    for (const id of ROOMS) {
      const list = (server.getRoom(id)?.state as { list: string[] } | undefined)?.list ?? []
      need(new Set(list).size === list.length, `room ${id} holds a text twice: ${list.join()}`)
    }
    if (problems.length > 0) throw new PPError('DESYNC', problems.join('; '))
  }
}

/** The server's own writes, in several places at once. */
function scribble(draft: { list: string[] }, random: Random): void {
  const { list } = draft
  if (list.length > 12) list.splice(random.int(0, 5), random.int(1, 6))
  else if (list.length > 1) {
    if (random.next() < 0.3) return void list.reverse()
    if (random.next() < 0.3) list.sort()
  }
}

/** Every session of a client has an id of its own: `p1`, `p1.2`… */
function nameOf(id: string): string {
  return id.split('.')[0] ?? id
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? -1))
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i])
}
