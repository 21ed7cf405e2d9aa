// TanStack's virtual list for rows of one height, which come at the end and fall out at the beginning. At its end it stays there; away from
// it the row in sight keeps its place.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { VirtualItem } from '@tanstack/virtual-core'

/** What is to be shown. */
export interface VirtualRowsOptions<T> {
  rows: readonly T[]
  keyOf: (row: T) => number
  rowHeight: number
  /** Stays with the newest row while that is in sight. */
  follows: boolean
  scroller: HTMLDivElement | null
}

/** What is to be drawn for it. */
export interface VirtualView {
  readonly items: readonly VirtualItem[]
  readonly totalHeight: number
  readonly isAtEnd: boolean
}

export interface VirtualRows<T> {
  show(options: VirtualRowsOptions<T>): VirtualView
  /** What `show` said is on the page: now it may scroll. */
  drawn(): void
  reveal(index: number): void
  scrollToEnd(): void
  close(): void
}

type List = Virtualizer<HTMLDivElement, HTMLDivElement>

/** Rows drawn beyond each edge, so that a flick does not show a gap. */
const OVERSCAN = 4
/** So near to the end, nobody needs the way there. */
const AT_END_ROWS = 2

/** `onChange`: other rows are in sight, or the end is reached or left. */
export function createVirtualRows<T>(first: VirtualRowsOptions<T>, onChange: () => void): VirtualRows<T> {
  let options = first
  let isFollowing = true
  /** As `show` said last. */
  let view: VirtualView = { items: [], totalHeight: 0, isAtEnd: true }
  let height = 0
  let range = ''
  /** As it is on the page. */
  let drawn = { total: 0, height: 0, isFollowing: false, scroller: first.scroller }

  const list: List = new Virtualizer(listOptions(byPlace))

  function listOptions(getItemKey: (index: number) => number) {
    const { rows, rowHeight, scroller } = options
    return {
      count: rows.length,
      getScrollElement: () => scroller,
      estimateSize: () => rowHeight,
      getItemKey,
      overscan: OVERSCAN,
      anchorTo: isFollowing ? ('start' as const) : ('end' as const),
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      // It also tells that a scroll has begun and ended, which looks like nothing.
      onChange: () => {
        if (rangeText() !== range || isNear(AT_END_ROWS) !== view.isAtEnd) onChange()
      },
    }
  }

  // Both from what the list knows: to ask the browser, where the page has just changed, costs a layout of all of it.
  const listHeight = (): number => list.scrollRect?.height ?? 0
  const end = (): number => list.getTotalSize() - listHeight()
  const isNear = (rows: number): boolean => end() - (list.scrollOffset ?? 0) <= rows * options.rowHeight
  const rangeText = (): string => `${list.range?.startIndex} ${list.range?.endIndex}`

  return {
    show(next) {
      const isOtherHeight = next.rowHeight !== options.rowHeight
      // Only scrolling leads away from the end: neither rows that came since it was shown nor another height of the list does.
      const wasAtEnd = view.totalHeight - height - (list.scrollOffset ?? 0) <= options.rowHeight
      const wasFollowing = isFollowing
      // Not shown before: it begins with the newest.
      isFollowing = height === 0 || (next.follows && wasAtEnd)
      // From here on the row in sight keeps its place: it must be known by its key before the rows are others.
      if (wasFollowing && !isFollowing) list.setOptions(listOptions(keysOf(options)))
      options = next
      // At the end rows are as good as their places, and nobody looks for one among all.
      list.setOptions(listOptions(isFollowing ? byPlace : keysOf(options)))
      if (isOtherHeight) list.measure()
      if (isFollowing) list.scrollOffset = Math.max(0, end())
      view = {
        items: list.getVirtualItems(),
        totalHeight: list.getTotalSize(),
        isAtEnd: isNear(AT_END_ROWS),
      }
      height = listHeight()
      range = rangeText()
      return view
    },
    drawn() {
      const now = { total: view.totalHeight, height, isFollowing, scroller: options.scroller }
      const { total, scroller } = now
      const isSame =
        drawn.total === total && drawn.height === height && drawn.isFollowing && drawn.scroller === scroller
      drawn = now
      list._willUpdate()
      // Beyond the end: the browser stops there.
      if (isFollowing && !isSame && scroller !== null) scroller.scrollTop = total
    },
    reveal: (index) => list.scrollToIndex(index, { align: 'auto' }),
    scrollToEnd: () => list.scrollToEnd(),
    close: list._didMount(),
  }
}

function keysOf<T>({ rows, keyOf }: VirtualRowsOptions<T>): (index: number) => number {
  return (index) => {
    const row = rows[index]
    return row === undefined ? byPlace(index) : keyOf(row)
  }
}

/** Below zero, where no row has its key. */
const byPlace = (index: number): number => -1 - index
