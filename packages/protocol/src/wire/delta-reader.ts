// Reads what `delta-writer.ts` writes, straight into the next state: copy-on-write, each touched container copied once,
// everything else shared. The documented JSON form of the same change is put together when somebody asks for it.
import type { Delta } from '../delta/delta.js'
import { readCell } from './cell.js'
import { readColumn } from './column-reader.js'
import type { NumberBefore } from './column-reader.js'
import { createGroupReader } from './group-reader.js'
import { deltaOf } from './groups-to-delta.js'
import type { ReadGroup } from './groups-to-delta.js'
import { readLeaf } from './leaf.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'
import type { Template } from './template.js'
import { createTree, ROOT } from './tree.js'
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

  function readGroup(
    r: Reader,
    tree: Tree,
    template: Template,
    rows: number,
    blanks: readonly (readonly number[])[],
  ): ReadGroup {
    const { steps, fields } = template
    let blank = 0
    const path = steps.map((step): ((row: number) => Key) => {
      if (step.kind === 'name') return () => step.name
      const keys = blanks[blank++] ?? []
      if (step.kind === 'index') return (row) => keys[row] ?? 0
      const known = keys.map(names.nameOf)
      return (row) => known[row] ?? ''
    })
    const targets = tree.open({ template, rows, path })
    const read = (depth: number, before?: NumberBefore): ArrayLike<unknown> =>
      rows > 1
        ? readColumn(r, rows, names, depth, readLeaf, before)
        : [readCell(r, names, depth, readLeaf, before)]

    let leaves: ReadGroup['leaves']
    if (fields.length === 0) {
      const values = read(steps.length)
      const key = path[path.length - 1]
      leaves = [fill(rows, (row) => values[row])]
      for (const [row, leaf] of (leaves[0] ?? []).entries())
        tree.put(targets[row] ?? [], key?.(row) ?? ROOT, leaf)
    } else {
      // `open` gives records where fields are put.
      const records = targets as Record<string, unknown>[]
      leaves = fields.map((field) => {
        const values = read(steps.length + 1, (row) => {
          const value = records[row]?.[field]
          return typeof value === 'number' ? value : Number.NaN
        })
        return putAll(tree, records, field, values)
      })
    }
    return { template, rows, path, targets, leaves }
  }

  return {
    read(r, hasNews, state) {
      const tree = createTree(state)
      const groups: ReadGroup[] = []
      reader.read(r, hasNews, (template, rows, blanks) => {
        groups.push(readGroup(r, tree, template, rows, blanks))
      })
      return { state: tree.root, delta: () => deltaOf(groups) }
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
  let isPlain = true
  for (const [row, target] of targets.entries()) {
    const value = values[row]
    if (typeof value !== 'object' || value === null) target[field] = value
    else {
      isPlain = false
      tree.put(target, field, value)
    }
  }
  return isPlain ? undefined : fill(targets.length, (row) => values[row])
}
