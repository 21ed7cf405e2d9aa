/** @jsxImportSource preact */
// One row of the list. Drawn again only when it itself changed: a row never does, but for being chosen.
import { Component } from 'preact'
import { formatBytes, formatClock, formatMs } from '../format.js'
import { Icon } from '../overlay/icons.js'
import { rawSize } from '../raw-size.js'
import type { Row } from '../rows.js'
import { summarise } from '../summary.js'
import { visible } from '../visible.js'

interface FrameRowProps {
  row: Row
  /** Pixels from the top of all rows. */
  top: number
  isSelected: boolean
  isNarrow: boolean
  /** What the frame would weigh as JSON has no place beside what it weighs. */
  isTight: boolean
  onSelect: (row: Row) => void
}

const ARROW_LABELS = { in: 'received', out: 'sent', local: 'local' } as const

export function rowId(row: Row): string {
  return `painda-row-${row.key}`
}

export class FrameRow extends Component<FrameRowProps> {
  override shouldComponentUpdate(next: FrameRowProps): boolean {
    const { row, top, isSelected, isNarrow, isTight } = this.props
    return (
      next.row !== row ||
      next.top !== top ||
      next.isSelected !== isSelected ||
      next.isNarrow !== isNarrow ||
      next.isTight !== isTight
    )
  }

  override render({ row, top, isSelected, isNarrow, isTight, onSelect }: FrameRowProps) {
    const { frame } = row
    return (
      <div
        id={rowId(row)}
        class={isNarrow ? 'row row-narrow' : 'row'}
        role="option"
        aria-selected={isSelected}
        data-bad={row.isBad}
        data-follows={frame !== null && frame.part > 0}
        style={{ transform: `translateY(${top}px)` }}
        onClick={() => onSelect(row)}
      >
        <span class="cell-arrow" data-direction={row.direction} aria-label={ARROW_LABELS[row.direction]}>
          <Icon name={row.direction} />
        </span>
        <span class="cell-seq">{frame?.seq ?? ''}</span>
        <span class="cell-time">{formatClock(row.wallAt)}</span>
        <span class="cell-kind">
          <span class="kind" data-kind={row.kind}>
            {row.kind}
          </span>
        </span>
        <span class="cell-name">
          {visible(row.name)}
          {row.latencyMs !== null && <span class="latency">{formatMs(row.latencyMs)}</span>}
          {row.marks.map(({ kind, text }) => (
            <span key={kind} class="mark-tag" data-mark={kind} title={text}>
              {kind}
            </span>
          ))}
        </span>
        <span class="cell-content">{summarise(row)}</span>
        <span class="cell-room">{visible(row.room ?? '')}</span>
        <span class="cell-version">{versionText(row)}</span>
        <span class="cell-bytes">
          {frame !== null && frame.part === 0 && <Size frame={frame} isTight={isTight} />}
        </span>
      </div>
    )
  }
}

/** What the frame would weigh as JSON is found out only for who sees it: that costs as much as writing the JSON. */
function Size({ frame, isTight }: { frame: NonNullable<Row['frame']>; isTight: boolean }) {
  return (
    <>
      {!isTight && (
        <span class="raw-size" title="as JSON">
          {formatBytes(rawSize(frame))} →{' '}
        </span>
      )}
      {formatBytes(frame.bytes.byteLength)}
    </>
  )
}

export function versionText({ from, to }: Row): string {
  if (from !== null && to !== null) return `${from} → ${to}`
  return String(from ?? to ?? '')
}
