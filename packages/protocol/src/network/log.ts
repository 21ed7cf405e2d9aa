// The delivery log: what became of every message on every link. The same seed and the same sends write the same log,
// byte for byte, so a run can be compared with another by comparing two strings.
import type { Direction } from './settings.js'

export type DeliveryEvent =
  // One message.
  | 'sent'
  | 'arrived'
  | 'dropped'
  | 'vanished'
  | 'corrupted'
  | 'cut short'
  | 'lost'
  // The whole link.
  | 'set'
  | 'offline'
  | 'online'
  | 'stall'
  | 'zombie'
  | 'cut'
  | 'overflow'

export interface DeliveryEntry {
  /** Milliseconds since the network was created. */
  t: number
  link: string
  dir: Direction | 'both'
  /** Counts the messages of one link and direction from 1; 0 for what concerns the link. */
  seq: number
  bytes: number
  event: DeliveryEvent
}

/** Where a network writes to. Anything with a `record` will do. */
export interface DeliveryRecorder {
  record(entry: DeliveryEntry): void
}

export interface DeliveryLog extends DeliveryRecorder {
  readonly entries: readonly DeliveryEntry[]
  /** Older entries that the limit pushed out. */
  readonly droppedCount: number
  /** One JSON object per line. */
  serialize(): string
  clear(): void
}

export interface DeliveryLogOptions {
  /** Keeps the newest so many entries. Default 100,000, some 10 MB. */
  maxEntries?: number
}

export function createDeliveryLog({ maxEntries = 100_000 }: DeliveryLogOptions = {}): DeliveryLog {
  let entries: DeliveryEntry[] = []
  let droppedCount = 0

  return {
    record(entry) {
      entries.push(entry)
      // Thrown away by halves: moving the whole array for each entry would cost more than the entry.
      if (entries.length < 2 * maxEntries) return
      droppedCount += entries.length - maxEntries
      entries = entries.slice(-maxEntries)
    },
    get entries() {
      return entries.slice(-maxEntries)
    },
    get droppedCount() {
      return droppedCount + Math.max(0, entries.length - maxEntries)
    },
    serialize: () => entries.slice(-maxEntries).map(formatEntry).join(''),
    clear() {
      entries = []
      droppedCount = 0
    },
  }
}

/** Microseconds are enough, and they hide the last bit in which two engines' logarithms may differ. */
function formatEntry({ t, link, dir, seq, bytes, event }: DeliveryEntry): string {
  return `${JSON.stringify({ t: Math.round(t * 1000) / 1000, link, dir, seq, bytes, event })}\n`
}
