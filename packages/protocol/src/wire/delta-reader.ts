// Reads what `delta-writer.ts` writes, straight into the next state: copy-on-write, each touched container copied once,
// everything else shared. The documented JSON form of the same change is put together when somebody asks for it.
import type { Delta } from '../delta/delta.js'
import { readCell } from './cell.js'
import { readColumn } from './column-reader.js'
import type { NumbersBefore } from './column-reader.js'
import { fieldLine } from './field-lines.js'
import { createGroupReader } from './group-reader.js'
import { deltaOf } from './groups-to-delta.js'
import type { ReadGroup } from './groups-to-delta.js'
import { readLeaf } from './leaf.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'
import type { Template } from './template.js'
import { createTree, keyOf, ROOT } from './tree.js'
import type { Key, Tree } from './tree.js'

export interface Change {
  readonly state: unknown
  delta(): Delta
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
    template: Template,
    rows: number,
    blanks: readonly (readonly number[])[],
  ): ReadGroup {
    const { steps, fields } = template
    let blank = 0
    const path = steps.map((step): string | readonly Key[] => {
      if (step.kind === 'name') return step.name
      const keys = blanks[blank++] ?? []
      return step.kind === 'index' ? keys : keys.map(names.nameOf)
    })
    const targets = tree.open({ template, rows, path })
    const read = (depth: number, before?: NumbersBefore): ArrayLike<unknown> =>
      rows > 1
        ? readColumn(r, rows, names, depth, readLeaf, before)
        : [readCell(r, names, depth, readLeaf, before)]

    let leaves: ReadGroup['leaves']
    if (fields.length === 0) {
      const values = read(steps.length)
      const key = path[path.length - 1]
      leaves = [fill(rows, (row) => values[row])]
      for (const [row, leaf] of (leaves[0] ?? []).entries())
        tree.put(targets[row] ?? [], key === undefined ? ROOT : keyOf(key, row), leaf)
    } else {
      // `open` gives records where fields are put.
      const records = targets as Record<string, unknown>[]
      leaves = fields.map((field) => {
        const values = read(steps.length + 1, (into) => fieldLine(field)?.load(records, field, into))
        return putAll(tree, records, field, values)
      })
    }
    return { template, rows, path, targets, leaves }
  }

  return {
    read(r, hasNews, state) {
      tree.begin(state)
      const groups: ReadGroup[] = []
      reader.read(r, hasNews, (template, rows, blanks) => {
        groups.push(readGroup(r, template, rows, blanks))
      })
      let documented: Delta | undefined
      return { state: tree.root, delta: () => (documented ??= deltaOf(groups)) }
    },
  }
}

/** Puts a column into its field. Returns the values when not all of them can be read off the targets again. */
function putAll(
  tree: Tree,
  targets: readonly Record<string, unknown>[],
  field: string,
  values: ArrayLike<unknown>,
): readonly unknown[] | undefined {
  // Columns of numbers.
  if (!Array.isArray(values)) {
    fieldLine(field)?.store(targets, field, values)
    return
  }
  for (const [row, target] of targets.entries()) tree.put(target, field, values[row])
  return values
}
