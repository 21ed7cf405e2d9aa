// Who sends much is read by turns. Reading a message costs before anybody knows whether it is wanted, up to 200 ms for a largest
// one of small objects, and each new connection may begin with two of them: while ten did, nobody else was heard for seconds.
//   little   is read where it arrives: inputs, chat, all that most clients ever say
//   much     is read in turn, each address after the other, and all of it together in half of the server's time
// A connection whose turn has not come is not taken from meanwhile, so what waits is one message and what came with it.
import type { Time, Undo } from '@painda/protocol'
import { Effort } from './effort.js'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'

/** At once too. Sixty inputs a second are a few KiB, and so is the hello of a large contract; of small objects this is 3 ms. */
const LITTLE_PER_SECOND = 16 * 1024
/** Reading it has half of the time. */
const REST = 1

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
  const effort = new Effort(time, REST)
  let cancel: Undo | null = null

  const queue: Queue = {
    get isFree() {
      return waiting.size === 0 && effort.hasRested
    },
    spend: (read) => effort.spend(read),
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

  function schedule(): void {
    if (waiting.size === 0) return
    cancel ??= time.after(effort.waitMs, work)
  }

  function work(): void {
    cancel = null
    try {
      while (waiting.size > 0 && effort.hasRested) readNext()
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
    line: (source) => new ReadingLine(source, queue, createTokenBucket(time, LITTLE_PER_SECOND)),
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
