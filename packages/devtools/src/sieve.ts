// Weather for messages of one sort. The stream stays in order, as TCP keeps it: what is held back holds back what comes behind it. Only
// what a newer one replaces may be lost; both ends count the rest.
import type { Direction, MessageKind, Random, Time, Transport, Undo } from '@painda/protocol'
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

/** `inner` behind the sieve. As long as no rule says anything, frames pass as they are, in the same turn. */
export function createSieve(inner: Transport, options: SieveOptions): Transport {
  const { time, random, ruleOf } = options
  const undos = new Set<Undo>()
  const up = createQueue(inner.send.bind(inner))

  function createQueue(deliver: (frame: Uint8Array) => void) {
    const waiting: { readonly at: number; readonly frame: Uint8Array }[] = []
    let stop: Undo | null = null

    function arm(): void {
      const [first] = waiting
      if (stop !== null || first === undefined) return
      stop = time.after(Math.max(0, first.at - time.now()), release)
      undos.add(close)
    }

    function release(): void {
      close()
      while (waiting[0] !== undefined && waiting[0].at <= time.now()) {
        const next = waiting.shift()
        if (next !== undefined) deliver(next.frame)
      }
      arm()
    }

    function close(): void {
      stop?.()
      stop = null
      undos.delete(close)
    }

    return {
      offer(direction: Direction, frame: Uint8Array): void {
        const { left, delayMs } = sift(direction, frame)
        if (left === null) return
        if (delayMs === 0 && waiting.length === 0) return deliver(left)
        waiting.push({ at: Math.max(waiting.at(-1)?.at ?? 0, time.now() + delayMs), frame: left })
        arm()
      },
      /** At once, whatever waits. */
      flush() {
        close()
        for (const { frame } of waiting.splice(0)) deliver(frame)
      },
    }
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

  inner.onClose(() => {
    for (const undo of undos) undo()
  })

  const near: Transport = {
    send: (frame) => up.offer('up', frame),
    get bufferedAmount() {
      return inner.bufferedAmount
    },
    onMessage(listener) {
      const down = createQueue(listener)
      return inner.onMessage((frame) => down.offer('down', frame))
    },
    onClose: (listener) => inner.onClose(listener),
    close(code, reason) {
      up.flush()
      inner.close(code, reason)
    },
    terminate: () => inner.terminate(),
    flush: () => inner.flush?.(),
  }
  const { onOpen, ping } = inner
  if (onOpen !== undefined) near.onOpen = (listener) => onOpen.call(inner, listener)
  if (ping !== undefined) near.ping = (onPong) => ping.call(inner, onPong)
  return near
}

/** What cannot be read is for the other end to say something about. */
function partsOf(frame: Uint8Array): ReturnType<typeof splitFrame> {
  try {
    return splitFrame(frame)
  } catch {
    return [{ kind: null, body: frame }]
  }
}
