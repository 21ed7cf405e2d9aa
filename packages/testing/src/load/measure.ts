// What is counted of all clients of a run, second by second, from what each client tells its tools.
import type { PPClient } from '@painda/client'
import type { ErrorCode, FrameEvent, Message, PPError, Time, Undo } from '@painda/protocol'
import { createHistogram, type Histogram, type Percentiles } from './histogram.js'

/** Of one second, or of the whole run. */
export interface Traffic {
  framesIn: number
  framesOut: number
  /** Pings and confirmations are not counted. */
  messagesIn: number
  messagesOut: number
  bytesIn: number
  bytesOut: number
}

export interface LoadError {
  /** A code of ours; `SCENARIO` for what the scenario threw. */
  readonly code: ErrorCode | 'SCENARIO'
  readonly count: number
  /** The first one's words. */
  readonly example: string
}

export interface Measures {
  readonly totals: Readonly<Traffic>
  readonly open: number
  readonly lostConnections: number
  readonly errorCount: number
  watch(client: PPClient): Undo
  took(name: string, ms: number): void
  failed(code: LoadError['code'], message: string): void
  errors(): readonly LoadError[]
  latencies(): Readonly<Record<string, Percentiles>>
}

const UPKEEP: ReadonlySet<Message['kind']> = new Set(['ping', 'pong', 'received'])

export const NO_TRAFFIC: Readonly<Traffic> = {
  framesIn: 0,
  framesOut: 0,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
}

export function createMeasures(time: Pick<Time, 'now'>): Measures {
  const totals: Traffic = { ...NO_TRAFFIC }
  const histograms = new Map<string, Histogram>()
  const errors = new Map<LoadError['code'], { count: number; example: string }>()
  let open = 0
  let lost = 0
  let errorCount = 0

  function took(name: string, ms: number): void {
    const known = histograms.get(name) ?? createHistogram()
    histograms.set(name, known)
    known.add(ms)
  }

  function failed(code: LoadError['code'], message: string): void {
    errorCount++
    const known = errors.get(code)
    if (known === undefined) errors.set(code, { count: 1, example: message })
    else known.count++
  }

  function count({ direction, bytes, messages }: FrameEvent): void {
    const said = messages.filter(({ kind }) => !UPKEEP.has(kind)).length
    if (direction === 'in') {
      totals.framesIn++
      totals.messagesIn += said
      totals.bytesIn += bytes.byteLength
    } else {
      totals.framesOut++
      totals.messagesOut += said
      totals.bytesOut += bytes.byteLength
    }
  }

  return {
    totals,
    get open() {
      return open
    },
    get lostConnections() {
      return lost
    },
    get errorCount() {
      return errorCount
    },
    watch(client) {
      const asked = new Map<number, { name: string; at: number }>()
      let isOpen = false
      const undos = [
        client.inspector.listen((event) => {
          if (event.kind !== 'frame') return
          count(event)
          for (const message of event.messages) measure(message, event, asked, took)
        }),
        client.subscribeStatus(() => {
          const { status, error } = client.status()
          const wasOpen = isOpen
          isOpen = status === 'open'
          if (isOpen && !wasOpen) open++
          if (!wasOpen || isOpen) return
          open--
          // A close of our own has no error.
          if (error !== null || status === 'waiting') lost++
        }),
        client.on('error', ({ code, message }: PPError) => failed(code, message)),
        client.on('desync', ({ room, path }) => failed('DESYNC', `room "${room}", ${path ?? 'somewhere'}`)),
      ]
      return () => {
        if (isOpen) open--
        for (const undo of undos) undo()
      }
    },
    took,
    failed,
    errors: () =>
      [...errors]
        .map(([code, { count: many, example }]) => ({ code, count: many, example }))
        .sort((a, b) => b.count - a.count),
    latencies: () => Object.fromEntries([...histograms].map(([name, one]) => [name, one.percentiles()])),
  }

  /** Questions by their ids, from the frame that asks to the one that answers. */
  function measure(
    message: Message,
    { direction, at }: FrameEvent,
    asked: Map<number, { name: string; at: number }>,
    tell: typeof took,
  ): void {
    if (direction === 'out') {
      if (message.kind === 'join') asked.set(message.ackId, { name: 'join', at })
      else if (message.kind === 'event' && message.ackId !== undefined)
        asked.set(message.ackId, { name: `request ${message.type}`, at })
      return
    }
    if (message.kind === 'pong') return tell('ping', time.now() - message.at)
    const id = message.kind === 'ack' || message.kind === 'joined' ? message.ackId : undefined
    const question = id === undefined ? undefined : asked.get(id)
    if (id === undefined || question === undefined) return
    asked.delete(id)
    tell(question.name, at - question.at)
  }
}

/** What came between two readings. */
export function difference(before: Readonly<Traffic>, after: Readonly<Traffic>): Traffic {
  return {
    framesIn: after.framesIn - before.framesIn,
    framesOut: after.framesOut - before.framesOut,
    messagesIn: after.messagesIn - before.messagesIn,
    messagesOut: after.messagesOut - before.messagesOut,
    bytesIn: after.bytesIn - before.bytesIn,
    bytesOut: after.bytesOut - before.bytesOut,
  }
}
