/** @jsxImportSource preact */
// Messages and answers by type, what is still unanswered, and a form to send one by hand.
import { formatAge, formatClock, formatCount, formatMs } from '../format.js'
import { exchangesOf, quantile, type TypeStats } from '../exchanges.js'
import { EVERYTHING } from '../filter.js'
import { Icon } from '../overlay/icons.js'
import type { Model } from '../overlay/model.js'
import { useNow } from '../overlay/use-now.js'
import type { Row } from '../rows.js'
import { summarise } from '../summary.js'
import { Composer } from './composer.js'
import { Empty } from './empty.js'
import { visible } from '../visible.js'

const MAX_OPEN = 50

export function MessagesPanel({ model }: { model: Model }) {
  const now = useNow()
  const { all, filter } = model.rows
  const { source } = filter
  const rows = source === null ? all : all.filter((row) => row.source === source)
  const { types, open, refused } = exchangesOf(rows)
  return (
    <div class="messages">
      <div class="messages-list" tabIndex={0} role="region" aria-label="Messages by type">
        {types.length === 0 ? (
          <Empty title="No message yet" hint="Messages and requests appear here by type, either way." />
        ) : (
          <Types model={model} types={types} />
        )}
      </div>
      <div class="messages-side" tabIndex={0} role="region" aria-label="Requests">
        {model.hook.replayed === null && <Composer model={model} types={types} />}
        <Open model={model} rows={open} now={now} />
        <Refused model={model} rows={refused} />
      </div>
    </div>
  )
}

function Types({ model, types }: { model: Model; types: readonly TypeStats[] }) {
  return (
    <table class="grid">
      <thead>
        <tr>
          <th scope="col">Message</th>
          <th scope="col" class="number">
            Count
          </th>
          <th scope="col" class="number">
            Last
          </th>
          <th scope="col" class="number">
            Answered in
          </th>
          <th scope="col" class="number">
            p95
          </th>
          <th scope="col" class="number">
            Refused
          </th>
          <th scope="col" class="number">
            Open
          </th>
        </tr>
      </thead>
      <tbody>
        {types.map((type) => (
          <tr key={`${type.direction} ${type.name}`}>
            <th scope="row">
              <span
                class="cell-arrow"
                data-direction={type.direction}
                title={type.direction === 'in' ? 'received' : 'sent'}
              >
                <Icon name={type.direction} />
              </span>
              <button
                type="button"
                class="link"
                title="Show these frames"
                onClick={() => showType(model, type.name)}
              >
                {visible(type.name)}
              </button>
            </th>
            <td class="number">{formatCount(type.count)}</td>
            <td class="number">{formatClock(type.lastAt).slice(0, 8)}</td>
            <td class="number">{latency(type, 0.5)}</td>
            <td class="number">{latency(type, 0.95)}</td>
            <td class="number" data-bad={type.failed > 0}>
              {type.failed === 0 ? '–' : formatCount(type.failed)}
            </td>
            <td class="number">{type.open === 0 ? '–' : formatCount(type.open)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function latency({ latencies }: TypeStats, share: number): string {
  const ms = quantile(latencies, share)
  return ms === null ? '–' : formatMs(ms)
}

function showType(model: Model, name: string): void {
  // A name with a space in it is no term; its words are looked for then.
  model.setFilter({ ...EVERYTHING, text: /\s/.test(name) ? name : `type:${name}` })
  model.setPreferences({ tab: 'frames' })
}

function Open({ model, rows, now }: { model: Model; rows: readonly Row[]; now: number }) {
  return (
    <section class="log" aria-label="Open requests">
      <h3 class="log-title">Waiting for an answer · {formatCount(rows.length)}</h3>
      <ol class="log-list">
        {rows.slice(-MAX_OPEN).map((row) => (
          <li key={row.key} class="log-line">
            <time>{formatAge(now - row.wallAt)}</time>
            <button type="button" class="link" onClick={() => showRow(model, row)}>
              {visible(row.name)}
            </button>
            <span class="log-detail">{summarise(row)}</span>
          </li>
        ))}
        {rows.length === 0 && <li class="node-empty">Every request has its answer.</li>}
      </ol>
    </section>
  )
}

function Refused({ model, rows }: { model: Model; rows: readonly Row[] }) {
  return (
    <section class="log" aria-label="Refused requests">
      <h3 class="log-title">Refused</h3>
      <ol class="log-list">
        {rows.map((row) => (
          <li key={row.key} class="log-line" data-bad="true">
            <time>{formatClock(row.wallAt)}</time>
            <button type="button" class="link" onClick={() => showRow(model, row)}>
              {visible(row.name)}
            </button>
            <span class="log-detail">{summarise(row)}</span>
          </li>
        ))}
        {rows.length === 0 && <li class="node-empty">Nothing was refused.</li>}
      </ol>
    </section>
  )
}

function showRow(model: Model, row: Row): void {
  model.setFilter(EVERYTHING)
  model.select(row)
  model.setPreferences({ tab: 'frames' })
}
