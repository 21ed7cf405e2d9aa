/** @jsxImportSource preact */
// What the list shows: words, direction, kinds; and the three pauses.
import { useReducer } from 'preact/hooks'
import { formatCount } from '../format.js'
import type { Filter } from '../filter.js'
import { ROW_KINDS, type RowKind } from '../kinds.js'
import { IconButton } from '../overlay/icon-button.js'
import type { Model } from '../overlay/model.js'
import { Presets } from './presets.js'
import { Search } from './search.js'
import { Segments } from './segments.js'

const DIRECTIONS = [
  { value: 'all', label: 'All directions', text: 'All' },
  { value: 'in', label: 'Received', text: '↓' },
  { value: 'out', label: 'Sent', text: '↑' },
] as const

export function FilterBar({ model }: { model: Model }) {
  const { filter, counts } = model.rows
  return (
    <div class="filter-bar">
      <div class="filter-line">
        {model.hook.replayed === null && <Pauses model={model} />}
        <Search model={model} />
        <Presets model={model} />
        <Segments
          label="Direction"
          segments={DIRECTIONS}
          value={filter.direction}
          onChange={(direction) => model.setFilter({ direction })}
        />
      </div>
      <div class="chips" role="group" aria-label="Kinds of rows">
        {ROW_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="chip"
            data-kind={kind}
            data-empty={(counts.get(kind) ?? 0) === 0}
            aria-pressed={!filter.hidden.has(kind)}
            title={`${kind}: click to hide or show, Shift+click to see nothing else`}
            onClick={(event) =>
              model.setFilter({ hidden: nextHidden(model.rows.filter, kind, event.shiftKey) })
            }
          >
            {kind}
            <span class="chip-count">{formatCount(counts.get(kind) ?? 0)}</span>
          </button>
        ))}
      </div>
    </div>
  )
}

/** The lines of all clients that are shown. */
function NetworkPause({ model }: { model: Model }) {
  const lines = model.clients.flatMap(({ line }) => line ?? [])
  const isPaused = lines.some(({ isOnline }) => !isOnline)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  if (lines.length === 0) return null
  return (
    <IconButton
      icon={isPaused ? 'unplugged' : 'plug'}
      class="network-pause"
      label={isPaused ? 'Let the network go on' : 'Pause the network'}
      isOn={isPaused}
      onClick={() => {
        for (const line of lines) {
          if (isPaused) line.online()
          else line.offline()
        }
        redraw(0)
      }}
    />
  )
}

/** A replay stands still by itself. */
function Pauses({ model }: { model: Model }) {
  const isCapturing = model.hook.recorder.capturing
  return (
    <>
      <IconButton
        icon={model.behind === null ? 'pause' : 'play'}
        label={model.behind === null ? 'Pause the view' : 'Go on with the view'}
        isOn={model.behind !== null}
        onClick={() => model.pauseView(model.behind === null)}
      />
      <IconButton
        icon="record"
        class="record"
        label={isCapturing ? 'Capturing: press to stop' : 'Not capturing: press to start'}
        isOn={isCapturing}
        onClick={() => model.pauseCapture(isCapturing)}
      />
      <NetworkPause model={model} />
      <IconButton icon="clear" label="Clear the list" onClick={model.clear} />
    </>
  )
}

/** With `alone`: that kind only, or everything again when it was alone already. */
function nextHidden({ hidden }: Filter, kind: RowKind, alone: boolean): ReadonlySet<RowKind> {
  if (alone) {
    const isAlone = !hidden.has(kind) && hidden.size === ROW_KINDS.length - 1
    return new Set(isAlone ? [] : ROW_KINDS.filter((other) => other !== kind))
  }
  const next = new Set(hidden)
  if (!next.delete(kind)) next.add(kind)
  return next
}
