// What one can do to this page's own line, with the network engine that tests use too, and what came of it in words: made
// of events that really happened, never of what was expected to happen.
import { NETWORK_PROFILES } from '@painda/protocol'
import type { Link, Time, Undo } from '@painda/protocol'
import type { PPClient, Recovery } from '@painda/react'

export type Trouble = 'unplugged' | 'train'

export interface WeatherOptions {
  client: Pick<PPClient, 'on' | 'inspector' | 'rooms'>
  link: Link
  time: Time
  tell: (words: string) => void
}

export interface Weather {
  readonly trouble: Trouble | null
  /** No line at all for a while; then it comes back by itself. */
  pullThePlug(ms: number): void
  /** Slow, shaky and stalling, until called with false. */
  takeTheTrain(isOn: boolean): void
  close(): void
}

/** Versions of all rooms together: how far the replicas are. */
const versionsOf = (client: WeatherOptions['client']): number =>
  client.rooms().reduce((sum, { version }) => sum + Math.max(0, version), 0)

export function createWeather({ client, link, time, tell }: WeatherOptions): Weather {
  let trouble: Trouble | null = null
  let cancel: Undo = () => {}
  /** Versions when the line was cut. */
  let held = 0
  /** What came in since the line is back; null while nobody counts. */
  let back: { since: number; bytes: number } | null = null

  const count = client.inspector.listen((event) => {
    if (back !== null && event.kind === 'frame' && event.direction === 'in')
      back.bytes += event.bytes.byteLength
  })
  const undos = [
    count,
    client.on('disconnect', () => {
      held = versionsOf(client)
    }),
    client.on('stateChange', ({ status }) => {
      if (status === 'connecting' && link.isOnline) back = { since: time.now(), bytes: 0 }
    }),
    client.on('recovery', (recovery) => {
      const counted = back
      // The frame that says so carries what was missed; it is applied when this turn of the loop is over.
      time.after(0, () => {
        if (counted === null) return
        const { since, bytes } = counted
        back = null
        tell(inWords(recovery, { changes: versionsOf(client) - held, ms: time.now() - since, bytes }))
      })
    }),
  ]

  return {
    get trouble() {
      return trouble
    },
    pullThePlug(ms) {
      if (trouble === 'unplugged') return
      trouble = 'unplugged'
      link.offline()
      link.cut()
      tell(`The plug is out for ${Math.round(ms / 1000)} s. The picture stays, the seat is kept.`)
      cancel = time.after(ms, () => {
        trouble = null
        link.online()
        tell('The line is back, the client connects by itself.')
      })
    },
    takeTheTrain(isOn) {
      trouble = isOn ? 'train' : null
      const { settings } = NETWORK_PROFILES[isOn ? 'train' : 'lan']
      link.set(
        isOn ? settings : { delayMs: 0, jitter: { form: 'none', ms: 0 }, bytesPerSecond: null, stalls: null },
      )
      tell(
        isOn
          ? 'Train Wi-Fi: 60 ms each way, shaky, stalls of up to 600 ms. Steer: you still answer at once.'
          : 'Back on a good line.',
      )
    },
    close() {
      cancel()
      for (const undo of undos.splice(0).reverse()) undo()
    },
  }
}

interface Figures {
  changes: number
  ms: number
  bytes: number
}

/** One sentence about a reconnect. */
export function inWords(
  { outcome, missedCount, lost, reason }: Pick<Recovery, 'outcome' | 'missedCount' | 'lost' | 'reason'>,
  { changes, ms, bytes }: Figures,
): string {
  const cost = `in ${Math.max(1, Math.round(ms))} ms, ${bytes} bytes`
  const missed = `${changes} ${changes === 1 ? 'change' : 'changes'} missed`
  const events = missedCount > 0 ? ` and ${missedCount} ${missedCount === 1 ? 'event' : 'events'}` : ''
  if (outcome === 'resumed') return `${missed}${events}, resumed ${cost}. Nothing lost, nothing twice.`
  if (outcome === 'snapshot') return `${missed}${events}, a fresh snapshot came ${cost}.`
  return `The session had ended (${reason ?? 'server'}), a new one began ${cost}; ${lost} messages lost.`
}
