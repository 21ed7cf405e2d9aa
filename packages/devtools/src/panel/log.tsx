/** @jsxImportSource preact */
// What happened to a connection, newest first.
import { formatClock } from '../format.js'
import type { Model } from '../overlay/model.js'
import type { Row } from '../rows.js'
import { summarise } from '../summary.js'
import { visible } from '../visible.js'

/** More is what the list of frames is for. */
const MAX_LOG = 100

export function Log({ model, source }: { model: Model; source: number }) {
  const rows = model.rows.all.filter((row) => row.source === source && isLogged(row))
  return (
    <div class="log">
      <h3 class="log-title">What happened</h3>
      <ol class="log-list" tabIndex={0} aria-label="What happened">
        {rows
          .slice(-MAX_LOG)
          .reverse()
          .map((row) => (
            <li key={row.key} class="log-line" data-bad={row.isBad}>
              <time>{formatClock(row.wallAt)}</time>
              <span class="kind" data-kind={row.kind}>
                {visible(row.name)}
              </span>
              <span class="log-detail">{summarise(row)}</span>
            </li>
          ))}
        {rows.length === 0 && <li class="node-empty">Nothing yet.</li>}
      </ol>
    </div>
  )
}

function isLogged({ kind, message }: Row): boolean {
  return kind === 'connection' || kind === 'error' || kind === 'handshake' || message?.kind === 'resync'
}
