// The other process: all clients of a contest, with replicas that are checked at the end.
import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { createRandom, deepEqual } from '@painda/protocol'
import type { Json } from '@painda/protocol'
import type { Job, Joined, KitName } from './job.js'
import { KIT } from './kits.js'
import { answerCalls, sharedNow } from './rpc.js'

/** Inputs of one client are spread over its interval in so many turns, as those of many people are. */
const TURNS = 20
/** About so many clients of a world keep replicas, spread evenly over the order of joining. */
export const FULL_CLIENTS = 5

export interface JoinCall {
  readonly kit: KitName
  readonly job: Job
  readonly url: string
}

export interface Seen {
  readonly updates: number
  readonly answers: number
  /** Milliseconds from a step's begin to a replica that shows it, sorted. */
  readonly latencies: readonly number[]
}

export function clientProcess(): void {
  // Every contender's client uses the package `ws`; Node's own WebSocket is several times slower.
  Reflect.deleteProperty(globalThis, 'WebSocket')
  let call: JoinCall
  let joined: Joined[] = []
  let isRunning = false
  let answers = 0
  let markedAnswers = 0
  let seen: { client: number; tick: number; at: number }[] = []
  let ended: (() => void) | null = null
  /** Those that are not read now, and since when. */
  const frozen: Socket[] = []
  let frozenAt = 0
  const opened: Socket[] = []
  /** Those of the client that joined first; some kits ask over a socket of their own before they open another. */
  let firstSockets: readonly Socket[] = []
  channel('net.client.socket').subscribe(
    (message) => void opened.push((message as { socket: Socket }).socket),
  )

  async function join(index: number): Promise<void> {
    const { kit, job, url } = call
    const perRoom =
      job.kind === 'lobby' ? job.players : job.kind === 'storm' ? job.clients / job.rooms : Infinity
    const place = {
      index,
      isLight: job.kind === 'world' && index % Math.ceil(job.clients / FULL_CLIENTS) !== 0,
      room: Math.floor(index / perRoom),
      slot: perRoom === Infinity ? index : index % perRoom,
    }
    joined[index] = await KIT[kit].join(
      job,
      url,
      place,
      (tick) => void seen.push({ client: index, tick, at: sharedNow() }),
    )
  }

  /** All clients, so many on their way at a time. */
  async function joinAll(count: number, atOnce: number): Promise<void> {
    let next = 0
    if (call.job.kind === 'world') {
      await join(next++)
      firstSockets = [...opened]
    }
    const lane = async (): Promise<void> => {
      while (next < count) await join(next++)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane))
  }

  function startInputs(hz: number): () => void {
    const random = createRandom(11)
    let turn = 0
    const start = performance.now()
    const timer = setInterval(
      () => {
        for (const due = ((performance.now() - start) * hz * TURNS) / 1000; turn < due; turn++)
          for (let i = turn % TURNS; i < joined.length; i += TURNS)
            joined[i]?.input?.(random.int(-60, 60), random.int(-60, 60))
      },
      1000 / hz / TURNS,
    )
    return () => clearInterval(timer)
  }

  function startAsking(underWay: number): () => void {
    let isOn = true
    const askOn = async ({ ask }: Joined): Promise<void> => {
      for (let n = 1; isOn && ask !== undefined; n++) {
        if ((await ask(n)) !== n) throw new Error('an answer to another question')
        answers++
      }
    }
    for (const client of joined) for (let i = 0; i < underWay; i++) void askOn(client)
    return () => void (isOn = false)
  }

  answerCalls({
    prepare: (wanted: JoinCall) => void (call = wanted),
    /** Milliseconds until all have their state. */
    async join(): Promise<number> {
      const { job } = call
      const count = job.kind === 'lobby' ? job.rooms * job.players : job.clients
      const start = sharedNow()
      await joinAll(count, job.kind === 'storm' ? job.atOnce : 20)
      return sharedNow() - start
    },
    leave() {
      for (const client of joined) client.close()
      joined = []
    },
    run(isOn: boolean) {
      if (isOn === isRunning) return
      isRunning = isOn
      const { job } = call
      if (!isOn) ended?.()
      else if (job.kind === 'lobby') ended = startInputs(job.hz)
      else if (job.kind === 'ask') ended = startAsking(job.underWay)
    },
    mark() {
      seen = []
      markedAnswers = answers
    },
    read(begun: readonly (readonly [number, number])[]): Seen {
      const beginOf = new Map(begun)
      const latencies = seen.flatMap(({ tick, at }) => {
        const begin = beginOf.get(tick)
        return begin === undefined ? [] : [at - begin]
      })
      return {
        updates: seen.length,
        answers: answers - markedAnswers,
        latencies: latencies.sort((a, b) => a - b),
      }
    },
    /** How many clients of this room show something else. */
    check({ room, expected }: { room: number; expected: Json }): number {
      const { job } = call
      const perRoom =
        job.kind === 'lobby' ? job.players : job.kind === 'storm' ? job.clients / job.rooms : joined.length
      const members = joined.slice(room * perRoom, (room + 1) * perRoom)
      return members.filter(({ state }) => state !== null && !deepEqual(state(), expected)).length
    },
    /** From now on nothing is read from the sockets of the client that joined first. */
    freeze() {
      for (const socket of firstSockets.filter(({ destroyed }) => !destroyed)) {
        socket.pause()
        // `ws` lets go of a socket again when its parser has caught up.
        socket.resume = () => socket
        frozen.push(socket)
      }
      if (frozen.length === 0) throw new Error('there is no socket to freeze')
      frozenAt = sharedNow()
    },
    /** When that was over. */
    thaw(): number {
      if (seen.some(({ client, at }) => client === 0 && at > frozenAt + 500))
        throw new Error('the frozen client went on reading')
      for (const socket of frozen.splice(0)) {
        Reflect.deleteProperty(socket, 'resume')
        socket.resume()
      }
      seen = []
      return sharedNow()
    },
    /** When the client that was frozen showed a step that began after `since`; null when it never did. */
    current({
      since,
      begun,
    }: {
      since: number
      begun: readonly (readonly [number, number])[]
    }): number | null {
      const beginOf = new Map(begun)
      const first = seen.find(({ client, tick }) => client === 0 && (beginOf.get(tick) ?? 0) >= since)
      return first === undefined ? null : first.at
    },
  })
}
