// TanStack's virtual list for Preact. The list keeps to its end while the reader is there, and keeps the row in sight in
// its place while older rows fall out of the ring above it.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { VirtualItem } from '@tanstack/virtual-core'
import { useCallback, useLayoutEffect, useReducer, useState } from 'preact/hooks'

export interface VirtualList {
  /** The `ref` of the element that scrolls. */
  readonly setScroller: (element: HTMLDivElement | null) => void
  readonly items: readonly VirtualItem[]
  readonly totalHeight: number
  readonly isAtEnd: boolean
  reveal(index: number): void
  scrollToEnd(): void
}

export interface VirtualListOptions<T> {
  rows: readonly T[]
  keyOf: (row: T) => number
  rowHeight: number
  /** Stays with the newest row while that is in sight. */
  follows: boolean
}

/** Rows drawn beyond each edge, so that a flick does not show a gap. */
const OVERSCAN = 4

export function useVirtualList<T>({ rows, keyOf, rowHeight, follows }: VirtualListOptions<T>): VirtualList {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? -1 - index : keyOf(row)
    },
    [rows, keyOf],
  )
  const options = {
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN,
    anchorTo: 'end' as const,
    followOnAppend: follows,
    scrollEndThreshold: rowHeight,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(0),
  }
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options))
  virtualizer.setOptions(options)

  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => virtualizer._willUpdate())
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  // Opened on a full recorder: begin with the newest.
  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer, scroller])

  return {
    setScroller,
    items: virtualizer.getVirtualItems(),
    totalHeight: virtualizer.getTotalSize(),
    isAtEnd: virtualizer.isAtEnd(rowHeight * 2),
    reveal: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    scrollToEnd: () => virtualizer.scrollToEnd(),
  }
}
