// Who sends much is read by turns. Reading a message costs before anybody knows whether it is wanted, up to 200 ms for a largest
// one of small objects, and each new connection may begin with two of them: while ten did, nobody else was heard for seconds.
//   little   is read where it arrives: inputs, chat, all that most clients ever say
//   much     is read in turn, each address after the other, and all of it together in half of the server's time
// A connection whose turn has not come is not taken from meanwhile, so what waits is one message and what came with it.
import type { Time, Undo } from '@painda/protocol'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'

/** Of small objects this is a millisecond, for each of an address' 256 connections. */
const LITTLE_AT_ONCE = 4 * 1024
/** Sixty inputs a second are a few KiB. */
const LITTLE_PER_SECOND = 16 * 1024
/** What may be read without a rest after it: messages that take little time need no timer each. */
const SPARE_MS = 5

/** What one connection says, as it comes from the network. */
export interface Source {
  readonly address: string
  read(frame: Uint8Array): void
  /** Whether more of it is to be taken from the network. */
  hold(isHeld: boolean): void
}

export interface ReadingTurns {
  line(source: Source): ReadingLine
}

export function createReadingTurns(time: Time): ReadingTurns {
  /** Those that wait, by address. The first address is next; no list is empty. */
  const waiting = new Map<string, ReadingLine[]>()
  let cancel: Undo | null = null
  /** When as much time has gone by without reading as reading took. */
  let restedAt = -Infinity

  const queue: Queue = {
    get isFree() {
      return waiting.size === 0 && hasRested()
    },
    spend(read) {
      const from = time.now()
      try {
        read()
      } finally {
        const to = time.now()
        restedAt = Math.max(restedAt, from) + 2 * (to - from)
      }
    },
    enter(address, line) {
      const lines = waiting.get(address)
      if (lines === undefined) waiting.set(address, [line])
      else lines.push(line)
      schedule()
    },
    leave(address, line) {
      const left = waiting.get(address)?.filter((other) => other !== line) ?? []
      if (left.length > 0) waiting.set(address, left)
      else waiting.delete(address)
      if (waiting.size > 0) return
      cancel?.()
      cancel = null
    },
  }

  const hasRested = (): boolean => restedAt - time.now() <= SPARE_MS

  function schedule(): void {
    if (waiting.size === 0) return
    cancel ??= time.after(Math.max(1, restedAt - SPARE_MS - time.now()), work)
  }

  function work(): void {
    cancel = null
    try {
      while (waiting.size > 0 && hasRested()) readNext()
    } finally {
      schedule()
    }
  }

  /** One message of one connection. Its address is then the last of all, and it the last of its address. */
  function readNext(): void {
    for (const [address, [line, ...others]] of waiting) {
      waiting.delete(address)
      if (others.length > 0) waiting.set(address, others)
      line?.readOne()
      return
    }
  }

  return {
    line: (source) =>
      new ReadingLine(source, queue, createTokenBucket(time, LITTLE_PER_SECOND, LITTLE_AT_ONCE)),
  }
}

interface Queue {
  /** Much may be read at once. */
  readonly isFree: boolean
  /** Reads much. */
  spend(read: () => void): void
  enter(address: string, line: ReadingLine): void
  leave(address: string, line: ReadingLine): void
}

/** The messages of one connection, in their order. A class, as what each connection has one of. */
export class ReadingLine {
  readonly #source: Source
  readonly #queue: Queue
  readonly #little: TokenBucket
  #waiting: Uint8Array[] | null = null
  #atEnd: (() => void) | null = null
  #isClosed = false

  constructor(source: Source, queue: Queue, little: TokenBucket) {
    this.#source = source
    this.#queue = queue
    this.#little = little
  }

  /** Reads it, now or when its turn comes. `isDense`: it is much, however short it is. */
  push(frame: Uint8Array, isDense: boolean): void {
    if (this.#isClosed) return
    if (this.#waiting !== null) this.#waiting.push(frame)
    else if (!isDense && this.#little.take(frame.byteLength)) this.#source.read(frame)
    else if (this.#queue.isFree) this.#queue.spend(() => this.#source.read(frame))
    else {
      this.#waiting = [frame]
      this.#queue.enter(this.#source.address, this)
      this.#source.hold(true)
    }
  }

  readOne(): void {
    const frame = this.#waiting?.shift()
    if (frame === undefined) return
    try {
      this.#queue.spend(() => this.#source.read(frame))
    } finally {
      if (this.#waiting !== null) this.#goOn(this.#waiting)
    }
  }

  /** Runs once, when all that came has been read. */
  end(run: () => void): void {
    if (this.#waiting === null) run()
    else this.#atEnd = run
  }

  /** Nobody reads any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#waiting === null) return
    this.#queue.leave(this.#source.address, this)
    this.#finish()
  }

  #goOn(waiting: readonly Uint8Array[]): void {
    if (waiting.length > 0) this.#queue.enter(this.#source.address, this)
    else this.#finish()
  }

  #finish(): void {
    const run = this.#atEnd
    this.#waiting = null
    this.#atEnd = null
    this.#source.hold(false)
    run?.()
  }
}
