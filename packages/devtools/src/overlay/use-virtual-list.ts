// The rows of a list that are in sight, for Preact.
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'
import { createVirtualRows } from './virtual-rows.js'
import type { VirtualRowsOptions, VirtualView } from './virtual-rows.js'

export interface VirtualList extends VirtualView {
  /** The `ref` of the element that scrolls. */
  readonly setScroller: (element: HTMLDivElement | null) => void
  reveal(index: number): void
  scrollToEnd(): void
}

export function useVirtualList<T>(options: Omit<VirtualRowsOptions<T>, 'scroller'>): VirtualList {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const asked = { ...options, scroller }
  const [list] = useState(() => createVirtualRows(asked, () => redraw(0)))
  const view = list.show(asked)
  useLayoutEffect(() => list.drawn())
  useLayoutEffect(() => list.close, [list])
  return { ...view, setScroller, reveal: list.reveal, scrollToEnd: list.scrollToEnd }
}
