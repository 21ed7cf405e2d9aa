/** @jsxImportSource preact */
// How the connection of each client is, what it carried in the last minute, and what happened to it.
import { formatBytes, formatCount, formatMs } from '../format.js'
import type { AttachedClient } from '../hook.js'
import type { Model } from '../overlay/model.js'
import { toneOf } from '../overlay/status-words.js'
import { useNow } from '../overlay/use-now.js'
import { visible } from '../visible.js'
import { Empty } from './empty.js'
import { Log } from './log.js'
import { Sparkline } from './sparkline.js'

/** A page has at most 16; a file may name a thousand. */
const MAX_SHOWN = 24

interface Clocks {
  /** Milliseconds since the epoch. */
  readonly wall: number
  /** The clock of `InspectEvent.at`. */
  readonly monotonic: number
}

function readClocks(): Clocks {
  return { wall: Date.now(), monotonic: performance.now() }
}

export function StatusPanel({ model }: { model: Model }) {
  useNow()
  const now = readClocks()
  const { clients } = model
  const { recorder, replayed } = model.hook
  // A replay's last minute ends with the file.
  const end = replayed === null ? now : { ...now, monotonic: recorder.at(recorder.nextId - 1)?.event.at ?? 0 }
  if (clients.length === 0) {
    return <Empty title="No client yet" hint="A PPClient shows up here as soon as the page makes one." />
  }
  return (
    <div class="status">
      {clients
        .slice(-MAX_SHOWN)
        .reverse()
        .map((attached) => (
          <ClientStatus key={attached.source} model={model} attached={attached} now={end} />
        ))}
      {clients.length > MAX_SHOWN && (
        <p class="node-empty">{formatCount(clients.length - MAX_SHOWN)} more clients are not shown.</p>
      )}
    </div>
  )
}

interface ClientStatusProps {
  model: Model
  attached: AttachedClient
  now: Clocks
}

function ClientStatus({ model, attached: { client, source }, now }: ClientStatusProps) {
  const { recorder } = model.hook
  const totals = recorder.totals(source)
  const { status, attempt, nextRetryAt, error } = client.status()
  const tone = toneOf(status)
  return (
    <article class="client">
      <header class="client-head">
        <span class="connection" data-tone={tone}>
          <span class="dot" data-tone={tone} />
          {status}
        </span>
        {client.url !== undefined && <span class="client-url">{client.url}</span>}
      </header>
      {error !== null && (
        <p class="client-error">
          <b>{visible(error.code)}</b> {visible(error.message)}
        </p>
      )}
      <div class="client-body">
        <div>
          <dl class="figures">
            <Figure name="client id" value={visible(client.id ?? 'none yet')} />
            <Figure
              name="round trip"
              value={client.rtt === null ? 'not measured yet' : formatMs(client.rtt)}
            />
            <Figure name="attempt" value={formatCount(attempt)} />
            {nextRetryAt !== null && (
              <Figure name="next attempt" value={`in ${formatMs(Math.max(0, nextRetryAt - now.wall))}`} />
            )}
            <Figure name="rooms" value={formatCount(client.rooms().length)} />
            <Figure name="errors" value={formatCount(totals.problems)} isBad={totals.problems > 0} />
          </dl>
          <div class="traffic">
            <Sparkline
              direction="in"
              label={`↓ ${formatBytes(totals.bytesIn)} in ${formatCount(totals.framesIn)} frames`}
              traffic={recorder.rates(source, 'in').lastMinute(now.monotonic)}
            />
            <Sparkline
              direction="out"
              label={`↑ ${formatBytes(totals.bytesOut)} in ${formatCount(totals.framesOut)} frames`}
              traffic={recorder.rates(source, 'out').lastMinute(now.monotonic)}
            />
          </div>
        </div>
        <Log model={model} source={source} />
      </div>
    </article>
  )
}

function Figure({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd data-bad={isBad}>{value}</dd>
    </div>
  )
}
