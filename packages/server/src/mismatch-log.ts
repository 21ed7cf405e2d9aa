// Tells the operator that a client was built from another contract. A page that was loaded before a deployment does this a
// thousand times, and a hostile client as often as it likes: the log hears of each difference once, of a few of them.
import type { ContractMismatch, Inspector, Time } from '@painda/protocol'
import type { Connection } from './connection.js'
import type { Logger } from './logger.js'

/** Kinds of differences that are logged; after so many the log has said what there is to say. */
const MAX_LOGGED = 16
/** Names in one line. */
const MAX_NAMES = 8

export function createMismatchLog({
  logger,
  inspector,
  time,
}: {
  logger: Pick<Logger, 'warn'>
  inspector: Inspector
  time: Pick<Time, 'now'>
}): (connection: Connection, mismatches: readonly ContractMismatch[]) => void {
  const logged = new Set<string>()
  return ({ peer }, mismatches) => {
    const text = `A client was built from another contract: ${describe(mismatches)}.`
    if (inspector.active)
      inspector.emit({ kind: 'error', at: time.now(), peer, code: 'SCHEMA_MISMATCH', message: text })
    if (logged.has(text) || logged.size >= MAX_LOGGED) return
    logged.add(text)
    logger.warn(text)
  }
}

/** What a client alone has is the client's own text: it is counted, not repeated. */
function describe(mismatches: readonly ContractMismatch[]): string {
  const ours = mismatches.filter(({ where }) => where !== 'client')
  const named = ours
    .slice(0, MAX_NAMES)
    .map(({ name, where }) => (where === 'both' ? `${name} differs` : `it lacks ${name}`))
  const strange = mismatches.length - ours.length
  return [
    ...named,
    ...(ours.length > MAX_NAMES ? [`${ours.length - MAX_NAMES} more of ours`] : []),
    ...(strange > 0 ? [`${strange} names that this server does not know`] : []),
  ].join(', ')
}
