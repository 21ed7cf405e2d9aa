// Who sends much is read by turns. Reading a message costs before anybody knows whether it is wanted, up to 200 ms for a largest
// one of small objects, and each new connection may begin with two of them: while ten did, nobody else was heard for seconds.
//   little   is read where it arrives: inputs, chat, all that most clients ever say
//   much     of one connection, or of all that one address has (shares.ts), is read in turn, each address after the other, and all of
//            it together in half of the server's time
// A connection whose turn has not come is not taken from meanwhile, so what waits is one message and what came with it.
import type { Time, Undo } from '@painda/protocol'
import type { Effort } from './effort.js'
import { createTokenBucket } from './rate-limit.js'
import type { TokenBucket } from './rate-limit.js'
import { handledBy, type Share, type Shares } from './shares.js'

/** At once too. Sixty inputs a second are a few KiB, and so is the hello of a large contract; of small objects this is 3 ms. */
const LITTLE_PER_SECOND = 16 * 1024

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

export function createReadingTurns(time: Time, shares: Shares): ReadingTurns {
  /** Those that wait, by address. The first address is next; no list is empty. */
  const waiting = new Map<string, ReadingLine[]>()
  const effort = shares.much
  let cancel: Undo | null = null
  let isWorking = false

  const queue: Queue = {
    get isFree() {
      return waiting.size === 0 && effort.hasRested
    },
    effort,
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
    if (waiting.size === 0 || isWorking) return
    cancel ??= time.after(effort.waitMs, work)
  }

  function work(): void {
    cancel = null
    isWorking = true
    try {
      readNext()
    } finally {
      // Not at once: what was read may be handled a moment later, and that counts too.
      void Promise.resolve().then(goOn)
    }
  }

  function goOn(): void {
    isWorking = false
    if (waiting.size > 0 && effort.hasRested) work()
    else schedule()
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
      new ReadingLine(source, {
        time,
        queue,
        share: shares.enter(source.address),
        little: createTokenBucket(time, LITTLE_PER_SECOND),
      }),
  }
}

interface Queue {
  /** Much may be read at once. */
  readonly isFree: boolean
  /** Of reading much. */
  readonly effort: Effort
  enter(address: string, line: ReadingLine): void
  leave(address: string, line: ReadingLine): void
}

interface Reading {
  readonly time: Time
  readonly queue: Queue
  readonly share: Share
  readonly little: TokenBucket
}

/** The messages of one connection, in their order. A class, as what each connection has one of. */
export class ReadingLine {
  readonly #source: Source
  readonly #time: Time
  readonly #queue: Queue
  readonly #share: Share
  readonly #little: TokenBucket
  #waiting: Uint8Array[] | null = null
  #atEnd: (() => void) | null = null
  #isClosed = false

  constructor(source: Source, { time, queue, share, little }: Reading) {
    this.#source = source
    this.#time = time
    this.#queue = queue
    this.#share = share
    this.#little = little
  }

  /** Reads it, now or when its turn comes. `isDense`: it is much, however short it is. */
  push(frame: Uint8Array, isDense: boolean): void {
    if (this.#isClosed) return
    if (this.#waiting !== null) return void this.#waiting.push(frame)
    const now = this.#time.now()
    const isLittle = !isDense && this.#little.take(frame.byteLength, now)
    if (isLittle && this.#share.effort.hasRestedBy(now)) this.#read(frame, this.#share.effort, now)
    else if (this.#queue.isFree) this.#read(frame, this.#queue.effort, now)
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
      this.#read(frame, this.#queue.effort, this.#time.now())
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
    this.#share.leave()
    if (this.#waiting === null) return
    this.#queue.leave(this.#source.address, this)
    this.#finish()
  }

  /** What is read in turn is nothing that others of its address have to wait for. */
  #read(frame: Uint8Array, effort: Effort, from: number): void {
    try {
      this.#source.read(frame)
    } finally {
      const now = this.#time.now()
      effort.spent(from, frame.byteLength <= LITTLE_PER_SECOND ? handledBy(from, now) : now)
    }
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
