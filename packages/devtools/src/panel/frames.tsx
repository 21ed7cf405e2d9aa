/** @jsxImportSource preact */
// The list of everything that travelled, and beside it the row that was chosen.
import { useRef } from 'preact/hooks'
import { useWidth } from '../overlay/use-width.js'
import type { Model } from '../overlay/model.js'
import { Detail } from './detail.js'
import { FilterBar } from './filter-bar.js'
import { FrameList } from './frame-list.js'

/** Below this width a row takes two lines, and the detail takes the place of the list. */
const NARROW = 700

export function FramesPanel({ model }: { model: Model }) {
  const bodyRef = useRef<HTMLDivElement>(null)
  const isNarrow = useWidth(bodyRef) < NARROW
  const { selected } = model
  return (
    <div class="frames">
      <FilterBar model={model} />
      <div class="frames-body" ref={bodyRef} data-narrow={isNarrow} data-detail={selected !== null}>
        <FrameList model={model} isNarrow={isNarrow} />
        {selected !== null && <Detail key={selected.key} model={model} row={selected} />}
      </div>
    </div>
  )
}
