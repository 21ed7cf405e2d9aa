// The rows of the recorder's events under a filter, kept up to date by small steps: what came is added, what the ring
// dropped is taken away, and only another filter looks at everything again.
import { EVERYTHING, matchesButKind, type Filter } from './filter.js'
import type { RowKind } from './kinds.js'
import type { Recorder } from './recorder.js'
import type { Row, RowBuilder } from './rows.js'

export interface RowList {
  /** All rows, oldest first. */
  readonly all: readonly Row[]
  /** Rows that pass the filter; another array exactly when its content changed. */
  readonly visible: readonly Row[]
  /** Rows per kind that pass the filter but for their kind. */
  readonly counts: ReadonlyMap<RowKind, number>
  readonly filter: Filter
  setFilter(filter: Filter): void
  /** Takes in what the recorder has got since the last time. */
  update(): void
}

export function createRowList(recorder: Recorder, builder: RowBuilder): RowList {
  let all: Row[] = []
  /** Of those, the ones that pass the filter but for their kind. */
  let passing: Row[] = []
  let visible: readonly Row[] = []
  let counts = new Map<RowKind, number>()
  let filter = EVERYTHING
  let seenId = 0

  function count(row: Row, by: 1 | -1): void {
    counts.set(row.kind, (counts.get(row.kind) ?? 0) + by)
  }

  function dropGone(): void {
    const firstId = recorder.firstId
    if (all[0] === undefined || all[0].eventId >= firstId) return
    all = all.slice(lengthBefore(all, firstId))
    const gone = lengthBefore(passing, firstId)
    for (const row of passing.slice(0, gone)) count(row, -1)
    passing = passing.slice(gone)
    const hidden = lengthBefore(visible, firstId)
    if (hidden > 0) visible = visible.slice(hidden)
  }

  function addNew(): void {
    const added: Row[] = []
    for (let id = Math.max(seenId, recorder.firstId); id < recorder.nextId; id++) {
      const recorded = recorder.at(id)
      if (recorded === undefined) continue
      for (const row of builder.build(recorded)) {
        all.push(row)
        if (!matchesButKind(row, filter)) continue
        passing.push(row)
        count(row, 1)
        if (!filter.hidden.has(row.kind)) added.push(row)
      }
    }
    seenId = recorder.nextId
    if (added.length > 0) visible = [...visible, ...added]
  }

  return {
    get all() {
      return all
    },
    get visible() {
      return visible
    },
    get counts() {
      return counts
    },
    get filter() {
      return filter
    },
    setFilter(next) {
      filter = next
      counts = new Map()
      passing = all.filter((row) => matchesButKind(row, filter))
      for (const row of passing) count(row, 1)
      visible = passing.filter((row) => !filter.hidden.has(row.kind))
    },
    update() {
      dropGone()
      addNew()
    },
  }
}

/** How many rows at the front belong to events before `eventId`. Rows are in order. */
function lengthBefore(rows: readonly Row[], eventId: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.eventId ?? eventId) < eventId) low = middle + 1
    else high = middle
  }
  return low
}
