// Reads what `delta-writer.ts` writes, straight into the next state: copy-on-write, each touched container copied once,
// everything else shared.
import { own } from '../delta/value.js'
import { ensure } from '../malformed.js'
import type { Touched, TouchedKey } from '../room.js'
import { readCell } from './cell.js'
import { GONE, readChange } from './change.js'
import { readColumn } from './column-reader.js'
import type { Held } from './column-reader.js'
import { fieldLine } from './field-lines.js'
import type { FieldLine } from './field-lines.js'
import { createGroupReader } from './group-reader.js'
import type { Reader } from './reader.js'
import type { Template } from './template.js'
import { createTree, keyOf, putAt, valueAt } from './tree.js'
import { readValue } from './value.js'

export interface Change {
  readonly state: unknown
  /** Where something changed, so that nobody has to look for it. */
  readonly touched: readonly Touched[]
}

export interface DeltaReader {
  /**
   * Reads what stands next in `r` and applies it to `state`, which stays as it is.
   * @throws PPError `MALFORMED_FRAME` and its kin; the dictionary is then as before.
   */
  read(r: Reader, hasNews: boolean, state: unknown): Change
}

export function createDeltaReader(): DeltaReader {
  const reader = createGroupReader()
  const { names } = reader
  const tree = createTree()

  function readGroup(
    r: Reader,
    { steps, fields }: Template,
    rows: number,
    blanks: readonly (readonly number[])[],
  ): Touched {
    let blank = 0
    const path = steps.map((step): string | readonly TouchedKey[] => {
      if (step.kind === 'name') return step.name
      const keys = blanks[blank++] ?? []
      return step.kind === 'index' ? keys : keys.map(names.nameOf)
    })
    const place = { path, rows, fields }
    const targets = tree.open(place, steps, blanks)

    if (fields.length === 0) {
      const last = path[path.length - 1]
      const values = readLeaves(r, rows, steps.length, {
        numbers: undefined,
        change: (row) => readChange(r, names, steps.length, valueAt(targets[row] ?? [], keyOf(last, row))),
      })
      for (const [row, target] of targets.entries()) {
        ensure(last !== undefined || values[row] !== GONE, 'deletion')
        putAt(target, keyOf(last, row), values[row])
      }
      return place
    }
    const depth = steps.length + 1
    // `open` gives records where fields are put.
    const records = targets as Record<string, unknown>[]
    let field = ''
    let line: FieldLine | undefined
    const held: Held = {
      numbers: (into) => line?.load(records, field, into),
      change: (row) => readChange(r, names, depth, own(records[row] ?? {}, field)),
    }
    for (field of fields) {
      line = fieldLine(field)
      const values = readLeaves(r, rows, depth, held)
      if (Array.isArray(values) && values.includes(GONE))
        for (const [row, record] of records.entries()) putAt(record, field, values[row])
      else line?.store(records, field, values)
    }
    return place
  }

  function readLeaves(r: Reader, rows: number, depth: number, held: Held): ArrayLike<unknown> {
    return rows > 1 ? readColumn(r, rows, names, depth, readValue, held) : [readCell(r, held)]
  }

  return {
    read(r, hasNews, state) {
      tree.begin(state)
      const touched: Touched[] = []
      reader.read(r, hasNews, (template, rows, blanks) => {
        touched.push(readGroup(r, template, rows, blanks))
      })
      return { state: tree.root, touched }
    },
  }
}
