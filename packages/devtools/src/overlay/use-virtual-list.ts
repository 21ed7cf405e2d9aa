// TanStack's virtual list for Preact. The list keeps to its end while the reader is there, and keeps the row in sight in
// its place while older rows fall out of the ring above it.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { VirtualItem } from '@tanstack/virtual-core'
import { useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'

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

/** So near to the end, nobody needs the way there. */
const AT_END_ROWS = 2

export function useVirtualList<T>({ rows, keyOf, rowHeight, follows }: VirtualListOptions<T>): VirtualList {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const byRow = useMemo(() => keysOf(rows, keyOf), [rows, keyOf])
  /** As it was drawn last. */
  const drawnRef = useRef({ byRow, rows, total: 0, height: 0, isFollowing: false, isAtEnd: true, range: '' })
  const options = {
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    getItemKey: byRow,
    overscan: OVERSCAN,
    anchorTo: 'end' as 'start' | 'end',
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    // It also tells that a scroll has begun and ended, which looks like nothing.
    onChange(list: List) {
      const { range, isAtEnd } = drawnRef.current
      if (rangeText(list) !== range || distanceToEnd(list) <= rowHeight * AT_END_ROWS !== isAtEnd) redraw(0)
    },
  }
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options))

  // Only scrolling leads away from the end: neither rows that came since it was drawn nor another height of the list does.
  const last = drawnRef.current
  const wasAtEnd = last.total - last.height - (virtualizer.scrollOffset ?? 0) <= rowHeight
  // Opened on a full recorder: begin with the newest.
  const isFollowing = last.height === 0 || (follows && wasAtEnd)
  if (isFollowing) {
    // Rows are as good as their places then. To find a row again would cost a look at all of them, and to measure the list where it has
    // just changed costs a layout of the whole page.
    options.getItemKey = byPlace
    options.anchorTo = 'start'
  } else if (last.isFollowing) {
    // From here on the row in sight keeps its place: it must be known by its key before the rows are others.
    virtualizer.setOptions({ ...options, count: last.rows.length, getItemKey: last.byRow })
  }
  virtualizer.setOptions(options)
  if (isFollowing) virtualizer.scrollOffset = Math.max(0, distanceToEnd(virtualizer, 0))
  const items = virtualizer.getVirtualItems()
  const isAtEnd = distanceToEnd(virtualizer) <= rowHeight * AT_END_ROWS
  const total = virtualizer.getTotalSize()
  const height = heightOf(virtualizer)

  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => {
    drawnRef.current = { byRow, rows, total, height, isFollowing, isAtEnd, range: rangeText(virtualizer) }
    virtualizer._willUpdate()
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  useLayoutEffect(() => {
    // Beyond the end: the browser stops there.
    if (isFollowing && scroller !== null) scroller.scrollTop = total
  }, [scroller, isFollowing, total, height])

  return {
    setScroller,
    items,
    totalHeight: total,
    isAtEnd,
    reveal: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    scrollToEnd: () => virtualizer.scrollToEnd(),
  }
}

type List = Virtualizer<HTMLDivElement, HTMLDivElement>

const heightOf = ({ scrollRect }: List): number => scrollRect?.height ?? 0

/** From what the list knows, without asking the browser. */
const distanceToEnd = (list: List, offset = list.scrollOffset ?? 0): number =>
  list.getTotalSize() - heightOf(list) - offset

function keysOf<T>(rows: readonly T[], keyOf: (row: T) => number): (index: number) => number {
  return (index) => {
    const row = rows[index]
    return row === undefined ? byPlace(index) : keyOf(row)
  }
}

/** Below zero, where no row has its key. */
const byPlace = (index: number): number => -1 - index

const rangeText = ({ range }: List): string => `${range?.startIndex} ${range?.endIndex}`
