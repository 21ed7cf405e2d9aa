// Coming to rest: moves fake time on until nobody is on the way anywhere and both ends agree, or says what hinders it.
import { PPError } from '@painda/protocol'
import { formatDifference, type Convergence } from './converged.js'
import type { FakeTime } from './fake-time.js'
import type { TestClient } from './test-client.js'
import type { Traffic } from './traffic.js'

export interface SettleOptions {
  /** Gives up after so much fake time. Default 180 000 ms: two missed heartbeats and a few waits between reconnects. */
  limitMs?: number
  /** How long nothing may have been said. Default 100 ms. */
  quietMs?: number
}

export interface SettleParts extends SettleOptions {
  time: FakeTime
  traffic: Traffic
  clients: () => readonly TestClient[]
  compare: () => Convergence
  /** What only the test can do something about, in words. */
  hindrances: () => readonly string[]
}

/** A tick of 60 Hz or less comes at least this often, and every profile delivers something. */
const STEP_MS = 20

/** @throws PPError `DESYNC` when both ends still differ, `ACK_TIMEOUT` when something else has not come to rest */
export async function settle({
  time,
  traffic,
  clients,
  compare,
  hindrances,
  limitMs = 180_000,
  quietMs = 100,
}: SettleParts): Promise<void> {
  const start = time.now()
  await time.flushMicrotasks()
  for (;;) {
    const isQuiet = time.now() - Math.max(traffic.lastAt, start) >= quietMs
    if (isQuiet && restless(clients(), traffic).length === 0 && compare().converged) return
    if (time.now() - start >= limitMs) {
      const reasons = [...hindrances(), ...restless(clients(), traffic)]
      if (!isQuiet) reasons.push(busy(time.now() - traffic.lastAt))
      throw explain(reasons, compare(), limitMs)
    }
    await time.advance(STEP_MS)
  }
}

/** What is under way; clients without a network are left out, since nothing can become of them. */
function restless(clients: readonly TestClient[], traffic: Traffic): string[] {
  return clients
    .filter(({ net }) => net.isOnline)
    .flatMap((client) => {
      const { status, attempt, error } = client.status()
      const { name } = client
      const isOnItsWay = status === 'connecting' || status === 'waiting'
      const why = error === null ? '' : `: ${error.message}`
      const isHalfOpen = status === 'open' && traffic.isHalfOpen(name)
      const underWay = traffic.underWay(name)
      // Of a client that is closed its rooms wait for a `connect()`, not for time.
      const rooms = (status === 'closed' ? [] : client.rooms())
        .filter((room) => room.status === 'joining' || room.status === 'reconnecting')
        .map((room) => `${name} is still ${room.status} "${room.key}"`)
      return [
        ...(isOnItsWay ? [`${name} is ${status} (attempt ${attempt}${why})`] : []),
        ...(isHalfOpen ? [`the connection of ${name} is half-open, and it has not found out`] : []),
        ...(underWay > 0 ? [`${underWay} messages of ${name} are under way`] : []),
        ...rooms,
      ]
    })
}

const busy = (silentMs: number): string =>
  `somebody goes on talking (last ${Math.round(silentMs)} ms ago): what writes in every tick, such as a bot, has to stop first`

function explain(restlessness: readonly string[], { differences }: Convergence, limitMs: number): PPError {
  const reasons = [...restlessness, ...differences.map(formatDifference)]
  return new PPError(
    differences.length > 0 ? 'DESYNC' : 'ACK_TIMEOUT',
    `Not at rest after ${limitMs} ms:\n- ${reasons.join('\n- ')}`,
    { details: { differences } },
  )
}
