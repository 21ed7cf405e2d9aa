// What is left when everything is left away: `ws`, one tree, and the best binary delta that we have, encoded once for
// all. No sessions, no rooms that come and go, no limits. `raw writes` also frames once for all and writes to the sockets.
import { createTracker, createViewEncoder, createWireCodec, compileSync, cloneJson } from '@painda/protocol'
import type { Json, Tracker } from '@painda/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import type { RawData } from 'ws'
import type { Joined, Kit, Served } from './job.js'
import { doStep } from './worlds.js'
import type { Player } from './worlds.js'

const PATTERNS = { quantize: 1 / 16 }
const sync = compileSync({
  'players.*.x': PATTERNS,
  'players.*.y': PATTERNS,
  'entities.*.x': PATTERNS,
  'entities.*.y': PATTERNS,
})
/** An input and an answer: slot or nothing, and two numbers. */
const INPUT_BYTES = 9

export function bare(isRaw: boolean): Kit {
  return {
    async serve(job, host) {
      const count = job.kind === 'lobby' || job.kind === 'storm' ? job.rooms : 1
      const rooms = Array.from({ length: count }, (_, index) => createBareRoom(index, host.start, isRaw))
      const server = new WebSocketServer({ server: host.http, perMessageDeflate: false })
      server.on('connection', (socket, { url = '/' }) => {
        const room = rooms[Number(url.slice(1))]
        if (room === undefined) return socket.close()
        room.enter(socket)
        if (job.kind === 'ask') socket.on('message', (data: Buffer) => socket.send(data))
        if (job.kind !== 'lobby') return
        socket.on('message', (data: Buffer) => {
          const player = room.players[`p${data.readUInt8(0)}`]
          if (player === undefined) return
          player.x += data.readInt32LE(1) / 16
          player.y += data.readInt32LE(5) / 16
          host.noteInput()
        })
      })
      const hz = 'hz' in job ? job.hz : 0
      if (hz > 0) {
        everyStep(hz, () => {
          const step = job.kind === 'world' ? host.nextStep() : null
          for (const room of rooms) {
            if (step !== null) doStep(room.draft, step)
            room.send()
          }
        })
      }
      return { expected: (room) => rooms[room]?.state ?? null } satisfies Served
    },

    async join(job, url, { room, slot, isLight }, seen) {
      const socket = new WebSocket(`${url}/${room}`, { perMessageDeflate: false })
      const codec = createWireCodec()
      let state: Json = null
      const asked: ((n: number) => void)[] = []
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject)
        socket.on('message', (data: RawData) => {
          // `ws` gives a Buffer unless told otherwise.
          const bytes = data as Buffer
          if (job.kind === 'ask' && state !== null) {
            asked.shift()?.(bytes.readInt32LE(1))
            return
          }
          if (isLight && state !== null) return
          for (const message of codec.decode(bytes))
            // The decoder keeps the tree; only the first delta after another codec's state would come without it.
            if (message.kind === 'snapshot' || message.kind === 'delta')
              state = (message.state ?? state) as Json
          resolve()
          if (typeof state === 'object' && state !== null && 'tick' in state) seen(Number(state['tick']))
        })
      })
      const joined: Joined = {
        state: isLight ? null : () => state,
        input: (dx, dy) => socket.send(frameOf(slot, dx, dy)),
        ask: (n) =>
          new Promise((resolve) => {
            asked.push(resolve)
            socket.send(frameOf(0, n, 0))
          }),
        close: () => socket.terminate(),
      }
      return joined
    },
  }
}

interface BareRoom {
  readonly draft: object
  readonly players: Record<string, Player>
  readonly state: Json
  enter(socket: WebSocket): void
  send(): void
}

function createBareRoom(index: number, start: Json, isRaw: boolean): BareRoom {
  const tracker: Tracker<object> = createTracker(cloneJson(start) as object, { sync })
  const encoder = createViewEncoder(index + 1, sync.patterns)
  const sockets = new Set<WebSocket>()
  let version = 0
  let snapshot: Uint8Array | null = null
  return {
    draft: tracker.draft,
    players: (tracker.draft as { players?: Record<string, Player> }).players ?? {},
    get state() {
      return tracker.state as unknown as Json
    },
    enter(socket) {
      this.send()
      snapshot ??= encoder.snapshot({
        kind: 'snapshot',
        room: `room-${index}`,
        version,
        tick: version,
        state: tracker.state,
      })
      socket.send(snapshot)
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    },
    send() {
      const bytes = encoder.commit(tracker, { from: version, to: version + 1, tick: version + 1 })
      if (bytes === null) return
      version++
      snapshot = null
      if (isRaw) {
        const frame = framed(bytes)
        // The socket below, which only a queue of the sender's own would make unsafe to write to.
        for (const socket of sockets)
          (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(frame)
      } else for (const socket of sockets) socket.send(bytes)
    },
  }
}

/** RFC 6455, 5.2: a whole binary message, unmasked. */
function framed(bytes: Uint8Array): Buffer {
  const isLong = bytes.length > 125
  const frame = Buffer.allocUnsafe(bytes.length + (isLong ? 4 : 2))
  frame[0] = 0x82
  frame[1] = isLong ? 126 : bytes.length
  if (isLong) frame.writeUInt16BE(bytes.length, 2)
  frame.set(bytes, isLong ? 4 : 2)
  return frame
}

function frameOf(slot: number, a: number, b: number): Buffer {
  const frame = Buffer.allocUnsafe(INPUT_BYTES)
  frame.writeUInt8(slot, 0)
  frame.writeInt32LE(a, 1)
  frame.writeInt32LE(b, 5)
  return frame
}

/** Absolute deadlines, as a careful author would write them. */
export function everyStep(hz: number, run: () => void): void {
  const start = performance.now()
  let step = 0
  const next = (): void => {
    step++
    run()
    setTimeout(next, Math.max(0, start + ((step + 1) * 1000) / hz - performance.now()))
  }
  setTimeout(next, 1000 / hz)
}
