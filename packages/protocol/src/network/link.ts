// One player's connection to the world: two lanes, up and down, and the switches that make them bad. A link outlives
// its sockets, as a phone outlives its tunnels: whatever connects again goes over the same link. Every socket of a
// link shares its bandwidth and its weather.
import { PPError } from '../errors.js'
import type { Undo } from '../emitter.js'
import type { Random } from '../random.js'
import type { Time } from '../time.js'
import type { Transport } from '../transport.js'
import { createDelayLine, type DelayLine } from './delay-line.js'
import { createFaults, type Faults } from './faults.js'
import { createLane, type Lane } from './lane.js'
import type { DeliveryEntry, DeliveryEvent } from './log.js'
import {
  mergeSettings,
  parseLinkPatch,
  PERFECT_LINK,
  readChoice,
  readRange,
  readWhole,
  type Direction,
  type LinkPatch,
  type LinkSettings,
} from './settings.js'
import type { LinkSocket, SocketEnds } from './socket.js'
import { acceptOverLink, wrapTransport } from './wrap.js'

export interface Link {
  readonly name: string
  readonly settings: LinkSettings
  readonly isOnline: boolean
  /** Connections that are open, zombies included. */
  readonly socketCount: number
  /**
   * The near end of `inner` as it looks through this link: what is sent goes `up`, what arrives comes `down`. While
   * the link is offline it fails as a browser's new WebSocket does, and `inner` is terminated.
   */
  wrap(inner: Transport): Transport
  /**
   * Connects in memory: the client's end is returned, the server's end goes to `accept`, and both report a truthful
   * `bufferedAmount`. Offline, `accept` is never called and the returned end closes with 1006.
   */
  connect(accept: (serverEnd: Transport) => void): Transport
  /** A connection of raw bytes or messages. Null while offline or closed. */
  open(ends: SocketEnds): LinkSocket | null
  /** Changes the named settings from now on; what is on its way keeps its time of arrival. */
  set(patch: LinkPatch): void
  /** Open sockets stall in both directions, new ones fail; `online` then delivers all of it. */
  offline(): void
  online(): void
  /** Whatever would arrive in the next `ms` arrives at their end, at once and in order. */
  stall(ms: number, direction?: Direction): void
  /** Ends every open socket with 1006 at both ends; what is under way is lost. New ones may be opened. */
  cut(): void
  /** Half-open: the bytes of every open socket vanish, and neither end hears of it. New sockets live. */
  zombie(direction?: Direction): void
  /** The next `count` messages vanish; the connection lives on. */
  dropNext(count: number, direction: Direction): void
  /** Cuts the connection that carries byte number `bytes` from now, once it has arrived. */
  cutAtByte(bytes: number, direction: Direction): void
  /** Flips one byte of the `nth` non-empty message from now (the next one by default). */
  corruptNext(direction: Direction, nth?: number): void
  /** Runs once the link is closed. */
  onClose(listener: () => void): Undo
  /** Cuts what is open. Nothing can be opened afterwards, and no timer is left. */
  close(): void
}

export interface LinkOptions {
  name: string
  time: Time
  random: Random
  record: (entry: Omit<DeliveryEntry, 't' | 'link'>) => void
  /** A socket that makes the engine hold more than this in one direction is cut. */
  maxHeldBytes: number
}

interface Socket {
  ends: SocketEnds
  isOpen: boolean
  isDead: Record<Direction, boolean>
}

interface Way {
  line: DelayLine
  lane: Lane<Socket>
  faults: Faults
  sentCount: number
}

const DIRECTIONS = ['up', 'down'] as const

export function createLink({ name, time, random, record, maxHeldBytes }: LinkOptions): Link {
  let settings = PERFECT_LINK
  let isOnline = true
  let isClosed = false
  const sockets = new Set<Socket>()
  const closeListeners = new Set<() => void>()
  const ways: Record<Direction, Way> = { up: createWay('up'), down: createWay('down') }

  // Every stream of chance is its own: more messages up change neither the jitter down nor when it stalls.
  function createWay(direction: Direction): Way {
    const line = createDelayLine({
      settings: settings[direction],
      start: time.now(),
      jitter: random.fork(`jitter ${direction}`),
      stalls: random.fork(`stalls ${direction}`),
    })
    const faults = createFaults(random.fork(`faults ${direction}`))
    return { line, lane: createLane<Socket>(line, time), faults, sentCount: 0 }
  }

  function note(event: DeliveryEvent, direction: Direction | 'both' = 'both', seq = 0, bytes = 0): void {
    record({ dir: direction, seq, bytes, event })
  }

  function send(socket: Socket, direction: Direction, data: Uint8Array): void {
    const way = ways[direction]
    if (!socket.isOpen) return
    const seq = ++way.sentCount
    note('sent', direction, seq, data.byteLength)
    const fate = way.faults.meet(data, socket.ends.unit)
    if (fate.isCorrupted) note('corrupted', direction, seq, data.byteLength)
    const rest = fate.data
    const arriving = rest?.byteLength ?? 0
    if (arriving < data.byteLength) note('cut short', direction, seq, arriving)
    if (rest !== null) {
      post(socket, direction, seq, arriving, () => {
        // A dropped message travelled like any other: those after it meet the same weather as without the drop.
        if (fate.isDropped) return note('dropped', direction, seq, arriving)
        note('arrived', direction, seq, arriving)
        socket.ends.deliver(direction, rest)
      })
    }
    if (!fate.thenCut) return
    post(socket, direction, seq, 0, () => {
      note('cut', direction, seq)
      cutSocket(socket)
    })
  }

  function post(socket: Socket, direction: Direction, seq: number, bytes: number, run: () => void): void {
    const { lane } = ways[direction]
    if (!socket.isOpen) return
    if (lane.heldBytes(socket) + bytes > maxHeldBytes) {
      if (socket.isDead[direction]) return
      note('overflow', direction, seq, bytes)
      return cutSocket(socket)
    }
    lane.post({
      owner: socket,
      bytes,
      arrive() {
        if (socket.isDead[direction]) {
          if (bytes > 0) note('vanished', direction, seq, bytes)
          return
        }
        run()
      },
      lose() {
        if (bytes > 0) note('lost', direction, seq, bytes)
      },
    })
  }

  /** Takes a socket off the link. True when it was on it. */
  function remove(socket: Socket): boolean {
    if (!sockets.delete(socket)) return false
    socket.isOpen = false
    for (const direction of DIRECTIONS) ways[direction].lane.purge(socket)
    return true
  }

  function cutSocket(socket: Socket): void {
    if (remove(socket)) socket.ends.onCut()
  }

  function cutAll(): void {
    for (const socket of [...sockets]) cutSocket(socket)
  }

  /** @throws PPError `INVALID_ARGUMENT` */
  function faultsOf(direction: Direction): Faults {
    return ways[readChoice(direction, 'direction', DIRECTIONS)].faults
  }

  function open(ends: SocketEnds): LinkSocket | null {
    if (!isOnline || isClosed) return null
    const socket: Socket = { ends, isOpen: true, isDead: { up: false, down: false } }
    sockets.add(socket)
    return {
      send: (direction, data) => send(socket, direction, data),
      follow: (direction, then, bytes = 0) => post(socket, direction, 0, bytes, then),
      flush: (direction) => ways[direction].lane.flush(),
      queuedBytes: (direction) => ways[direction].lane.queuedBytes(socket),
      heldBytes: (direction) => ways[direction].lane.heldBytes(socket),
      close: () => void remove(socket),
    }
  }

  return {
    name,
    get settings() {
      return settings
    },
    get isOnline() {
      return isOnline && !isClosed
    },
    get socketCount() {
      return sockets.size
    },
    open,
    wrap: (inner) => wrapTransport(open, inner, time),
    connect: (accept) => acceptOverLink(open, accept, time),

    set(patch) {
      settings = mergeSettings(settings, parseLinkPatch(patch, 'settings'))
      for (const direction of DIRECTIONS) ways[direction].line.configure(time.now(), settings[direction])
      note('set')
    },
    offline() {
      if (!isOnline || isClosed) return
      isOnline = false
      note('offline')
      for (const direction of DIRECTIONS) ways[direction].lane.pause()
    },
    online() {
      if (isOnline || isClosed) return
      isOnline = true
      note('online')
      for (const direction of DIRECTIONS) ways[direction].lane.resume()
    },
    stall(ms, direction) {
      readRange(ms, 'ms', 0, 600_000)
      const meant = both(direction)
      note('stall', direction)
      for (const one of meant) ways[one].lane.holdUntil(time.now() + ms)
    },
    cut() {
      note('cut')
      cutAll()
    },
    zombie(direction) {
      const meant = both(direction)
      note('zombie', direction)
      for (const socket of sockets) for (const one of meant) socket.isDead[one] = true
    },
    dropNext: (count, direction) =>
      faultsOf(direction).dropNext(readWhole(count, 'count', 0, Number.MAX_SAFE_INTEGER)),
    cutAtByte: (bytes, direction) =>
      faultsOf(direction).cutAtByte(readWhole(bytes, 'bytes', 0, Number.MAX_SAFE_INTEGER)),
    corruptNext: (direction, nth = 1) =>
      faultsOf(direction).corruptNext(readWhole(nth, 'nth', 1, Number.MAX_SAFE_INTEGER)),

    onClose(listener) {
      if (isClosed) throw new PPError('CLOSED', `The link "${name}" is closed.`)
      closeListeners.add(listener)
      return () => void closeListeners.delete(listener)
    },
    close() {
      if (isClosed) return
      isClosed = true
      cutAll()
      for (const direction of DIRECTIONS) ways[direction].lane.close()
      for (const listener of [...closeListeners]) listener()
      closeListeners.clear()
    },
  }
}

/** @throws PPError `INVALID_ARGUMENT` */
function both(direction: Direction | undefined): readonly Direction[] {
  return direction === undefined ? DIRECTIONS : [readChoice(direction, 'direction', DIRECTIONS)]
}
