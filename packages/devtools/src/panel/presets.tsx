/** @jsxImportSource preact */
// Filters that are wanted often, by name.
import type { Filter } from '../filter.js'
import { ROW_KINDS, type RowKind } from '../kinds.js'
import type { Model } from '../overlay/model.js'

interface Preset {
  readonly name: string
  readonly set: Pick<Filter, 'text' | 'hidden' | 'direction'>
}

const only = (...kinds: RowKind[]): ReadonlySet<RowKind> =>
  new Set(ROW_KINDS.filter((kind) => !kinds.includes(kind)))
const NONE: ReadonlySet<RowKind> = new Set()

const PRESETS: readonly Preset[] = [
  { name: 'Everything', set: { text: '', hidden: NONE, direction: 'all' } },
  { name: 'State', set: { text: '', hidden: only('delta', 'snapshot'), direction: 'in' } },
  { name: 'Messages and answers', set: { text: '', hidden: only('message', 'ack'), direction: 'all' } },
  { name: 'What I send', set: { text: '', hidden: new Set(['ping', 'connection']), direction: 'out' } },
  { name: 'Slow answers', set: { text: 'slow:100', hidden: NONE, direction: 'all' } },
  { name: 'Large frames', set: { text: 'larger:1k', hidden: NONE, direction: 'all' } },
  { name: 'Late states', set: { text: 'is:late', hidden: NONE, direction: 'all' } },
  { name: 'Sent again', set: { text: 'is:replayed', hidden: NONE, direction: 'all' } },
  { name: 'Errors', set: { text: 'is:error', hidden: NONE, direction: 'all' } },
]

/** Shows the preset that the filter is, whichever way it was set. */
export function Presets({ model }: { model: Model }) {
  const { filter } = model.rows
  const chosen = PRESETS.findIndex(({ set }) => isSame(filter, set))
  return (
    <select
      class="select"
      aria-label="Preset filters"
      value={String(chosen)}
      onChange={(event) => {
        const preset = PRESETS[Number(event.currentTarget.value)]
        if (preset !== undefined) model.setFilter(preset.set)
      }}
    >
      {chosen === -1 && <option value="-1">Own filter</option>}
      {PRESETS.map(({ name }, index) => (
        <option key={name} value={String(index)}>
          {name}
        </option>
      ))}
    </select>
  )
}

function isSame(filter: Filter, set: Preset['set']): boolean {
  const { text, direction, hidden } = filter
  if (text.trim() !== set.text || direction !== set.direction || hidden.size !== set.hidden.size) return false
  return [...hidden].every((kind) => set.hidden.has(kind))
}
