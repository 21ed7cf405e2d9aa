// Reads what `delta-writer.ts` writes, straight into the next state: copy-on-write, each touched container copied once,
// everything else shared. The documented JSON form of the same change is put together when somebody asks for it.
import type { Delta } from '../delta/delta.js'
import { readCell } from './cell.js'
import { readColumn } from './column-reader.js'
import { deltaOf } from './groups-to-delta.js'
import type { ReadGroup } from './groups-to-delta.js'
import { createGroupReader } from './group-reader.js'
import { readLeaf } from './leaf.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'
import type { Template } from './template.js'
import { createTree, selfKey } from './tree.js'
import type { Container, Key, Tree } from './tree.js'

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
    blanks: readonly Key[][],
  ): ReadGroup {
    const targets = tree.open(template, blanks, rows)
    const { steps, fields } = template
    const depth = steps.length
    if (fields.length === 0) {
      const values =
        rows > 1
          ? readColumn(r, rows, names, depth, readLeaf)
          : [readCell(r, names, depth, readLeaf, nothing)]
      const leaves = fill(rows, (row) => values[row])
      for (const [row, leaf] of leaves.entries())
        tree.put(targets[row] ?? [], selfKey(template, blanks, row), leaf)
      return { template, rows, blanks, targets, leaves: [leaves] }
    }
    const leaves = fields.map((field) => {
      const before = (row: number): number => {
        // `open` gives records where fields are put.
        const value = (targets[row] as Record<string, unknown>)[field]
        return typeof value === 'number' ? value : Number.NaN
      }
      const values =
        rows > 1
          ? readColumn(r, rows, names, depth + 1, readLeaf, before)
          : [readCell(r, names, depth + 1, readLeaf, before)]
      return putAll(tree, targets, field, values)
    })
    return { template, rows, blanks, targets, leaves }
  }

  /** Names in the place of their numbers. */
  function nameAll({ steps }: Template, blanks: readonly Key[][]): readonly Key[][] {
    let blank = 0
    for (const { kind } of steps) {
      if (kind === 'name') continue
      const keys = blanks[blank++] ?? []
      if (kind === 'any') for (let i = 0; i < keys.length; i++) keys[i] = names.nameOf(keys[i] as number)
    }
    return blanks
  }

  return {
    read(r, hasNews, state) {
      const tree = createTree(state)
      const groups: ReadGroup[] = []
      reader.read(r, hasNews, (template, rows, blanks) => {
        groups.push(readGroup(r, tree, template, rows, nameAll(template, blanks)))
      })
      return { state: tree.root, delta: () => deltaOf(groups) }
    },
  }
}

/** A place that changes as a whole starts from nothing. */
function nothing(): number {
  return Number.NaN
}

/** Puts a column into its field. Returns the values when not all of them can be read off the targets again. */
function putAll(
  tree: Tree,
  targets: readonly Container[],
  field: string,
  values: ArrayLike<unknown>,
): readonly unknown[] | undefined {
  let isPlain = true
  for (let row = 0; row < targets.length; row++) {
    const value = values[row]
    const target = targets[row] as Record<string, unknown>
    if (typeof value !== 'object' || value === null) target[field] = value
    else {
      isPlain = false
      tree.put(target, field, value)
    }
  }
  return isPlain ? undefined : fill(targets.length, (row) => values[row])
}
