/** @jsxImportSource preact */
// The rows, of which only those in sight are drawn. A listbox: one stop for the Tab key, arrows choose.
import type { TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { EVERYTHING } from '../filter.js'
import { formatCount } from '../format.js'
import { Icon } from '../overlay/icons.js'
import { nextInList } from '../overlay/list-keys.js'
import type { Model } from '../overlay/model.js'
import { useVirtualList } from '../overlay/use-virtual-list.js'
import type { Row } from '../rows.js'
import { Empty } from './empty.js'
import { FrameRow, rowId } from './frame-row.js'

/** Must agree with `.row` in the styles: the virtual list places rows by these numbers. */
const ROW_HEIGHT = 26
const NARROW_ROW_HEIGHT = 46

const keyOf = (row: Row): number => row.key

export function FrameList({ model, isNarrow }: { model: Model; isNarrow: boolean }) {
  const rows = model.shown
  const { selected, behind } = model
  const rowHeight = isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT
  const { setScroller, items, totalHeight, isAtEnd, reveal, scrollToEnd } = useVirtualList({
    rows,
    keyOf,
    rowHeight,
    // Somebody reads that row: it must not run away.
    follows: selected === null,
  })

  /** As many as were ever in sight at once. Only grows: another number would give every row another element. */
  const [places, setPlaces] = useState(1)
  if (items.length > places) setPlaces(items.length)

  // The note takes its height from the list: whoever stands at the end stays there.
  const isPaused = behind !== null
  const lastRef = useRef({ isPaused, isAtEnd })
  useLayoutEffect(() => {
    if (lastRef.current.isPaused !== isPaused && lastRef.current.isAtEnd) scrollToEnd()
    lastRef.current = { isPaused, isAtEnd }
  })

  // Chosen elsewhere, in the timeline: begin there instead of at the end.
  const toRevealRef = useRef(selected)
  useLayoutEffect(() => {
    const row = toRevealRef.current
    if (row === null || items.length === 0) return
    toRevealRef.current = null
    if (rows.includes(row)) reveal(rows.indexOf(row))
  })

  function followNewest(): void {
    model.select(null)
    scrollToEnd()
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const at = selected === null ? -1 : rows.indexOf(selected)
    const next = nextInList(event.key, at, rows.length, rows.length - 1)
    const row = next === null ? undefined : rows[next]
    if (next === null || row === undefined) return
    event.preventDefault()
    model.select(row)
    reveal(next)
  }

  return (
    <div class="frame-list">
      {!isNarrow && <ColumnHeads />}
      <div
        ref={setScroller}
        class="scroller"
        role="listbox"
        aria-label="Frames"
        tabIndex={0}
        {...(selected === null ? {} : { 'aria-activedescendant': rowId(selected) })}
        onKeyDown={onKeyDown}
      >
        <div class="rows" style={{ height: `${totalHeight}px` }}>
          {items.map((item) => {
            const row = rows[item.index]
            return (
              row !== undefined && (
                <FrameRow
                  // By place, not by row: in a fast stream every row is another one, and new text costs less than new elements.
                  key={item.index % Math.max(places, items.length)}
                  row={row}
                  top={item.start}
                  isSelected={row === selected}
                  isNarrow={isNarrow}
                  isTight={isNarrow || selected !== null}
                  onSelect={model.select}
                />
              )
            )
          })}
        </div>
        {rows.length === 0 && <NothingToShow model={model} />}
      </div>
      {behind !== null ? (
        <button type="button" class="list-note" onClick={() => model.pauseView(false)}>
          <Icon name="play" /> View paused{behind > 0 ? ` · ${formatCount(behind)} new` : ''}
        </button>
      ) : (
        !isAtEnd && (
          <button type="button" class="list-note" onClick={followNewest}>
            <Icon name="end" /> Follow the newest
          </button>
        )
      )}
    </div>
  )
}

function ColumnHeads() {
  return (
    <div class="row column-heads" aria-hidden="true">
      <span />
      <span class="cell-seq">Frame</span>
      <span>Time</span>
      <span>Kind</span>
      <span>Name</span>
      <span>Content</span>
      <span>Room</span>
      <span class="cell-version">Version</span>
      <span class="cell-bytes">
        <span class="raw-size">JSON → </span>wire
      </span>
    </div>
  )
}

function NothingToShow({ model }: { model: Model }) {
  const { recorder } = model.hook
  if (model.rows.all.length > 0) {
    return (
      <Empty
        title="No row passes the filter"
        hint={`${formatCount(model.rows.all.length)} rows are hidden by it.`}
      >
        <button type="button" class="button" onClick={() => model.setFilter(EVERYTHING)}>
          Show everything
        </button>
      </Empty>
    )
  }
  if (!recorder.capturing) {
    return (
      <Empty title="Capture is paused" hint="Frames pass by unseen. The red dot above starts it again." />
    )
  }
  if (model.hook.clients().length === 0) {
    return <Empty title="No client yet" hint="A PPClient shows up here as soon as the page makes one." />
  }
  return <Empty title="Nothing has travelled yet" hint="The next frame appears here, either way." />
}
