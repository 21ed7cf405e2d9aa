// Plays a recorded room again: the inputs of its players, in their order and at their ticks, against the server's code of today, on a
// clock that the recording drives. After every tick the state must be what it was, and the room must have sent and answered what it did.
import {
  patchImmutable,
  PPError,
  type ContractShape,
  type InputEvent,
  type Recording,
  type StepEvent,
} from '@painda/protocol'
import {
  MAX_CATCH_UP_STEPS,
  type SetupMemory,
  type PPServer,
  type Room,
  type ServerOptions,
} from '@painda/server'
import { loadRecording, type RecordingSource } from './load-recording.js'
import { createReplayPeer, type ReplayPeer } from './replay-peer.js'
import { ReplayServer } from './replay-server.js'
import { flushMicrotasks } from '../microtasks.js'
import { createReplayTime, type ReplayTime } from './replay-time.js'
import { nameInput, OTHER_CONTRACT, tellDifference } from './words.js'
import { createComparison, type Comparison } from './comparison.js'

export interface ReplayOptions<C extends ContractShape = ContractShape> {
  /** Makes the server what it is: the same function that the game's server uses. `kept`: as `server.reload` gives it, empty. */
  setup: (server: PPServer<C>, kept: SetupMemory) => void
  contract?: C
  /** Which room, where the recording holds several. */
  room?: string
  serverOptions?: Omit<ServerOptions<C>, 'time' | 'contract' | 'port' | 'recovery' | 'heartbeatInterval'>
}

/** What was played and was as recorded. */
export interface Replayed {
  readonly room: string
  readonly name: string
  /** The last tick. */
  readonly ticks: number
  /** States that were compared; never 0. */
  readonly checks: number
  /** Events that the room sent and that were compared; 0 for a recording of an older release, which does not tell of them. */
  readonly events: number
  /** Requests whose answer was compared: those that the room answered at once. 0 for a recording of an older release. */
  readonly answers: number
  readonly inputs: number
}

/**
 * Plays a recording of the inspector again and compares, after every tick, the state, the events that the room has sent and the answers
 * that it has given. `source`: a session file, packed or not, by its path or URL, or what `readRecording` gave.
 *
 * Same inputs, same ticks, same random numbers: what the room's code takes from elsewhere (`Date.now()`, `Math.random()`, a database)
 * is not in a recording.
 * @example
 * test('a round with two players', () => replay(new URL('round.jsonl.gz', import.meta.url), { contract, setup }))
 * @throws PPError `DESYNC` when a state, an event or an answer differs: the message names tick, path, both values and the input before it, and
 * `details` holds them; `UNREADABLE_FILE` for a recording that cannot be played; `INVALID_ARGUMENT` when `setup` does not define its
 * room
 */
export async function replay<C extends ContractShape = ContractShape>(
  source: RecordingSource,
  options: ReplayOptions<C>,
): Promise<Replayed> {
  const recording = await loadRecording(source, options.room)
  const time = createReplayTime()
  const { contract, serverOptions } = options
  // Every option may be absent; that the rest of a generic type is still that type, TypeScript does not see.
  const server = new ReplayServer<C>(time, {
    ...serverOptions,
    ...(contract === undefined ? {} : { contract }),
  } as ServerOptions<C>)
  const inputs = recording.events.filter((event) => event.kind === 'input' && event.input.what !== 'mark')
  // What one input brings about by itself, such as the beginning of the ticks, happened later where the host was busy.
  const comparison = createComparison(recording, (index) => {
    const event = inputs[index]
    if (event?.kind !== 'input') return undefined
    time.moveTo(event.now)
    return event.now
  })
  server.inspector.journal = comparison
  const play = createPlay({ recording, time, server, contract, comparison })
  try {
    options.setup(server, {})
    play.begin()
    for (const event of recording.events) {
      if (event.kind === 'input') await play.meet(event)
      else await play.run(event)
      if (comparison.found !== null) break
    }
    comparison.end()
    return play.result()
  } finally {
    delete server.inspector.journal
    play.close()
    await flushMicrotasks()
    await server.close()
  }
}

interface Play {
  /** The room begins. */
  begin(): void
  meet(event: InputEvent): Promise<void>
  run(event: StepEvent): Promise<void>
  /** @throws PPError `DESYNC` */
  result(): Replayed
  close(): void
}

function createPlay<C extends ContractShape>({
  recording,
  time,
  server,
  contract,
  comparison,
}: {
  recording: Recording
  time: ReplayTime
  server: ReplayServer<C>
  contract: C | undefined
  comparison: Comparison
}): Play {
  const { create, name, room: id } = recording
  const { stepMs } = create.input
  const peers = new Map<string, ReplayPeer>()
  const isOtherContract =
    recording.fingerprint !== undefined &&
    server.fingerprint !== undefined &&
    recording.fingerprint !== server.fingerprint
  /** Inputs of the recording that have been met. */
  let met = 0
  let room: Room | null = null

  function desync(message: string, details: object = {}): PPError {
    const told = isOtherContract ? `${message} ${OTHER_CONTRACT}` : message
    return new PPError('DESYNC', told, { details })
  }

  async function peerOf(peerId: string, userId: string | undefined): Promise<ReplayPeer> {
    const known = peers.get(peerId)
    if (known !== undefined) return known
    const peer = createReplayPeer({
      id: peerId,
      time,
      contract,
      accept: (transport) => server.admit(transport, peerId),
    })
    peers.set(peerId, peer)
    await flushMicrotasks()
    const client = server.getClient(peerId)
    if (client === undefined) {
      throw desync(
        `The server does not let ${peerId} in, who played in the recording: ${peer.problem ?? 'it says nothing'}.`,
      )
    }
    if (userId !== undefined) client.userContext = { ...client.userContext, sub: userId }
    return peer
  }

  function speaker(event: InputEvent): ReplayPeer {
    const peer = peers.get(event.peer)
    if (peer !== undefined) return peer
    throw new PPError('UNREADABLE_FILE', `${nameInput(event)} comes before its join.`)
  }

  async function act(event: InputEvent): Promise<void> {
    const { input, peer: peerId } = event
    const client = server.getClient(peerId)
    // What a file holds has no prototype; what a client sends is an ordinary object.
    const own = <T>(value: T): T => structuredClone(value)
    switch (input.what) {
      case 'join': {
        const peer = await peerOf(peerId, input.userId)
        const member = server.getClient(peerId)
        if (input.isAsked) peer.join(id, own(input.options), input.role === 'spectator')
        else if (member !== undefined) room?.join(member, own(input.options))
        return
      }
      case 'message':
        if (input.isRequest) speaker(event).request(input.type, own(input.payload))
        else speaker(event).send(input.type, own(input.payload))
        return
      case 'presence':
        return speaker(event).show(own(input.data))
      case 'drop':
        return speaker(event).drop()
      case 'resume':
        return speaker(event).resume()
      case 'leave':
        if (client === undefined) return
        if (input.reason === 'ended') client.close()
        else if (input.reason === 'left') room?.leave(client)
        else room?.kick(client, input.text === undefined ? {} : { reason: input.text })
        return
      case 'write':
        return write(own(input.delta))
      case 'end':
        await room?.dispose()
        return
      case 'create':
      case 'begun':
      case 'mark':
        return
    }
  }

  function write(delta: unknown): void {
    room?.update((draft) => {
      const next = patchImmutable<object>(room?.state ?? {}, delta)
      // What stays is the same object, and is not written again.
      for (const key of Object.keys(draft)) if (!Object.hasOwn(next, key)) Reflect.deleteProperty(draft, key)
      for (const [key, value] of Object.entries(next)) {
        if (Reflect.get(room?.state ?? {}, key) !== value) Reflect.set(draft, key, value)
      }
    })
  }

  async function meet(event: InputEvent): Promise<void> {
    const { input } = event
    if (input.what === 'mark') return
    const place = met++
    if (comparison.inputs[place] === undefined) {
      time.moveTo(event.now)
      await act(event)
      await flushMicrotasks()
    }
    const seen = comparison.inputs[place]
    if (seen === undefined) {
      const problem = peers.get(event.peer)?.problem ?? 'the server did not pass it on'
      throw desync(`${nameInput(event)} does not reach the room any more: ${problem}.`, { input: event })
    }
    if (seen.peer === event.peer && seen.input.what === input.what) return
    throw desync(
      `In the recording came ${nameInput(event)}; now the server’s own code does something else first: ` +
        `${seen.input.what} of ${seen.peer === '' ? 'the server' : seen.peer}.`,
      { input: event },
    )
  }

  async function run({ from, tick, dropped = 0 }: StepEvent): Promise<void> {
    for (let step = from; step <= tick; step++) {
      if (comparison.tick >= step) continue
      // Ticks are given up only by a host so late that the most it makes up are due at once.
      const due = step === from && dropped > 0 ? step + MAX_CATCH_UP_STEPS - 1 : step
      time.moveTo(due * stepMs)
      await time.runDue()
      // It slept: nothing has changed since, or should not have.
      if (comparison.tick < step && room !== null) comparison.check(step, room.state)
    }
  }

  return {
    begin() {
      const { options, seed } = create.input
      const how = { id, seed, options: structuredClone(options) }
      // Of a room of any shape: only its tick and its state are read.
      room = server.createRoom(server.shapeOf(name), how) as unknown as Room
    },
    meet,
    run,
    result() {
      const { found, checks, events, answers, tick } = comparison
      if (found !== null) {
        const { difference, before, said, answered } = found
        throw new PPError('DESYNC', tellDifference({ recording, found, checks, isOtherContract }), {
          path: difference.path,
          details: {
            tick: found.tick,
            recorded: difference.server,
            now: difference.replica,
            input: before.at(-1),
            ...(said === null ? {} : { event: said.recorded?.type ?? said.now?.type }),
            ...(answered === null ? {} : { request: answered.request }),
          },
        })
      }
      if (checks === 0) {
        throw new PPError(
          'UNREADABLE_FILE',
          'Nothing was compared: the recording ends before its first state.',
          {
            details: { why: 'empty' },
          },
        )
      }
      return { room: id, name, ticks: tick, checks, events, answers, inputs: met }
    },
    close() {
      for (const peer of peers.values()) peer.close()
    },
  }
}
