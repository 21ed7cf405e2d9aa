// Weather for messages of one sort. The stream stays in order, as TCP keeps it: what is held back holds back what comes behind it. Only
// what a newer one replaces may be lost; both ends count the rest.
import { CLOSE_ABNORMAL } from '@painda/protocol'
import type { CloseInfo, Direction, MessageKind, Random, Time, Transport, Undo } from '@painda/protocol'
import { joinFrame, splitFrame } from '@painda/protocol/spans'

export const SORTS = ['state', 'message', 'answer', 'presence', 'ping'] as const

export type Sort = (typeof SORTS)[number]

export interface SortRule {
  /** Beyond the weather of the line. */
  readonly delayMs: number
  /** Share that never arrives, 0 to 1; for what is counted it says nothing. */
  readonly loss: number
}

export const NO_RULE: SortRule = { delayMs: 0, loss: 0 }

export const LOSABLE: ReadonlySet<Sort> = new Set(['state', 'ping'])

/** Not a snapshot: who asked for one asks once, and waits for it. */
const LOSABLE_KINDS: ReadonlySet<MessageKind> = new Set(['delta', 'ping', 'pong'])

const SORT_OF: { readonly [Kind in MessageKind]?: Sort } = {
  delta: 'state',
  snapshot: 'state',
  event: 'message',
  input: 'message',
  ack: 'answer',
  inputAck: 'answer',
  presences: 'presence',
  ping: 'ping',
  pong: 'ping',
}

export interface SieveOptions {
  time: Pick<Time, 'now' | 'after'>
  random: Pick<Random, 'next'>
  ruleOf: (direction: Direction, sort: Sort) => SortRule
}

/** In the order in which they came, each when its time has come and not before the one ahead of it. */
interface Queue {
  add(delayMs: number, run: () => void): void
  /** At once, whatever waits. */
  flush(): void
  /** Forgets what waits. */
  clear(): void
}

/** `inner` behind the sieve. As long as no rule says anything, frames pass as they are, in the same turn. */
export function createSieve(inner: Transport, options: SieveOptions): Transport {
  const { time, random, ruleOf } = options
  const listeners = new Set<(frame: Uint8Array) => void>()
  const closeListeners = new Set<(info: CloseInfo) => void>()
  const up = createQueue(time)
  const down = createQueue(time)
  let stopHearing: Undo = () => {}
  /** How the line ended; told when all that came before it was. */
  let closed: CloseInfo | null = null
  let isTold = false

  function pass(queue: Queue, direction: Direction, frame: Uint8Array, deliver: (frame: Uint8Array) => void) {
    const { left, delayMs } = sift(direction, frame)
    if (left !== null) queue.add(delayMs, () => deliver(left))
  }

  function hear(frame: Uint8Array): void {
    for (const listener of [...listeners]) listener(frame)
  }

  function tellClosed(): void {
    if (closed === null || isTold) return
    isTold = true
    for (const listener of [...closeListeners]) listener(closed)
    closeListeners.clear()
  }

  /** Nobody wants to hear more; that the line has ended is no longer held back. */
  function hush(): void {
    down.clear()
    tellClosed()
  }

  function sift(direction: Direction, frame: Uint8Array): { left: Uint8Array | null; delayMs: number } {
    const isQuiet = SORTS.every((sort) => ruleOf(direction, sort) === NO_RULE)
    if (isQuiet) return { left: frame, delayMs: 0 }
    let delayMs = 0
    const parts = partsOf(frame)
    const left = parts.filter(({ kind }) => {
      const sort = kind === null ? undefined : SORT_OF[kind]
      if (kind === null || sort === undefined) return true
      const rule = ruleOf(direction, sort)
      if (LOSABLE_KINDS.has(kind) && rule.loss > 0 && random.next() < rule.loss) return false
      delayMs = Math.max(delayMs, rule.delayMs)
      return true
    })
    return { left: left.length === parts.length ? frame : joinFrame(left), delayMs }
  }

  inner.onClose((info) => {
    closed = info
    up.clear()
    // A goodbye is the last thing in the stream, behind what was said before it; a cable that is cut takes with it what was on its way.
    if (info.code === CLOSE_ABNORMAL) hush()
    else down.add(0, tellClosed)
  })

  const near: Transport = {
    send(frame) {
      if (closed === null) pass(up, 'up', frame, (left) => inner.send(left))
    },
    get bufferedAmount() {
      return inner.bufferedAmount
    },
    onMessage(listener) {
      listeners.add(listener)
      if (listeners.size === 1) stopHearing = inner.onMessage((frame) => pass(down, 'down', frame, hear))
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return
        stopHearing()
        hush()
      }
    },
    onClose(listener) {
      if (isTold) return inner.onClose(listener)
      closeListeners.add(listener)
      return () => void closeListeners.delete(listener)
    },
    close(code, reason) {
      up.flush()
      inner.close(code, reason)
    },
    terminate() {
      hush()
      inner.terminate()
    },
    flush: () => inner.flush?.(),
  }
  const { onOpen, ping } = inner
  if (onOpen !== undefined) near.onOpen = (listener) => onOpen.call(inner, listener)
  if (ping !== undefined) near.ping = (onPong) => ping.call(inner, onPong)
  return near
}

function createQueue(time: SieveOptions['time']): Queue {
  const waiting: { readonly at: number; readonly run: () => void }[] = []
  let stop: Undo | null = null

  function arm(): void {
    const [first] = waiting
    if (stop === null && first !== undefined) stop = time.after(Math.max(0, first.at - time.now()), release)
  }

  function rest(): void {
    stop?.()
    stop = null
  }

  function release(): void {
    rest()
    while (waiting[0] !== undefined && waiting[0].at <= time.now()) waiting.shift()?.run()
    arm()
  }

  return {
    add(delayMs, run) {
      if (delayMs === 0 && waiting.length === 0) return run()
      waiting.push({ at: Math.max(waiting.at(-1)?.at ?? 0, time.now() + delayMs), run })
      arm()
    },
    flush() {
      rest()
      for (const { run } of waiting.splice(0)) run()
    },
    clear() {
      rest()
      waiting.length = 0
    },
  }
}

/** What cannot be read is for the other end to say something about. */
function partsOf(frame: Uint8Array): ReturnType<typeof splitFrame> {
  try {
    return splitFrame(frame)
  } catch {
    return [{ kind: null, body: frame }]
  }
}
