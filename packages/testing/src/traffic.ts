// What moves in a harness: how much is under way on each link, and when anything but upkeep was last said.
import type { DeliveryEntry, Inspector, InspectEvent, Message, Time, Undo } from '@painda/protocol'

export interface Traffic {
  /** When a message that is not upkeep was last sent or received. */
  readonly lastAt: number
  /** Messages that were sent over a link and have neither arrived nor been lost. */
  underWay(link: string): number
  /** True for a link that became half-open, until `reconnecting` says that its client has found out. */
  isHalfOpen(link: string): boolean
  reconnecting(link: string): void
  record(entry: DeliveryEntry): void
  watch(inspector: Inspector): Undo
}

/** Sent whether or not anything happens. */
const UPKEEP: ReadonlySet<Message['kind']> = new Set(['ping', 'pong', 'received'])

export function createTraffic(time: Time): Traffic {
  const counts = new Map<string, number>()
  /** By the direction in which nothing arrives. */
  const halfOpen = new Map<string, DeliveryEntry['dir']>()
  let lastAt = time.now()

  function see(event: InspectEvent): void {
    if (event.kind !== 'frame') return
    if (event.messages.some(({ kind }) => !UPKEEP.has(kind))) lastAt = time.now()
  }

  return {
    get lastAt() {
      return lastAt
    },
    underWay: (link) => counts.get(link) ?? 0,
    isHalfOpen: (link) => halfOpen.has(link),
    reconnecting: (link) => void halfOpen.delete(link),
    record({ link, dir, event, bytes }) {
      const dead = halfOpen.get(link)
      if (event === 'zombie') halfOpen.set(link, dir)
      // Something came through where nothing could: over another connection.
      else if (event === 'arrived' && (dead === 'both' || dead === dir)) halfOpen.delete(link)
      const change = changeOf(event, bytes)
      if (change !== 0) counts.set(link, (counts.get(link) ?? 0) + change)
    },
    watch: (inspector) => inspector.listen(see),
  }
}

function changeOf(event: DeliveryEntry['event'], bytes: number): -1 | 0 | 1 {
  switch (event) {
    case 'sent':
      return 1
    case 'arrived':
    case 'dropped':
    case 'vanished':
    case 'lost':
    case 'overflow':
      return -1
    case 'cut short':
      // Of a WebSocket's message nothing arrives when it is cut in the middle.
      return bytes === 0 ? -1 : 0
    default:
      return 0
  }
}
