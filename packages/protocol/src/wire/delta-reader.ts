// Reads what `delta-writer.ts` writes, straight into the next state: copy-on-write, each touched container copied once,
// everything else shared. The documented JSON form of the same change is put together when somebody asks for it.
import type { Delta } from '../delta/delta.js'
import { ensure, malformed } from '../malformed.js'
import { readCell } from './cell.js'
import { readColumn } from './column-reader.js'
import { deltaOf } from './groups-to-delta.js'
import type { ReadGroup } from './groups-to-delta.js'
import { readKeys, widthOf } from './keys.js'
import { readLeaf } from './leaf.js'
import { createDictionaryReader } from './names.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'
import { MAX_TEMPLATES, readTemplate } from './template.js'
import type { Template } from './template.js'
import { createTree, selfKey } from './tree.js'
import type { Container, Key, Tree } from './tree.js'

/** Indexes of lists stay below this. */
const MAX_INDEX = 2 ** 48

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
  const names = createDictionaryReader()
  const templates: Template[] = []

  function readNews(r: Reader): void {
    names.read(r, r.varint())
    const start = r.varint()
    const count = r.count(2)
    ensure(start <= templates.length && start + count <= MAX_TEMPLATES, 'templates')
    // Who came by a snapshot knows some of the news already; they say the same again.
    for (let i = 0; i < count; i++) templates[start + i] = readTemplate(r, names)
  }

  function readGroups(r: Reader, state: unknown): Change {
    const tree = createTree(state)
    const groups: ReadGroup[] = []
    r.head = null
    while (r.flag()) groups.push(readGroup(r, tree))
    r.align()
    return { state: tree.root, delta: () => deltaOf(groups) }
  }

  function readGroup(r: Reader, tree: Tree): ReadGroup {
    const template = templates[r.bits(widthOf(templates.length - 1))]
    if (template === undefined) throw malformed('template')
    const rows = r.flag() ? r.golomb() + 2 : 1
    const blanks = readBlanks(r, template, rows)
    ensure(rows === 1 || blanks.length > 0, 'rows')
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

  function readBlanks(r: Reader, template: Template, rows: number): Key[][] {
    const blanks: Key[][] = []
    for (const step of template.steps) {
      if (step.kind === 'name') continue
      const isIndex = step.kind === 'index'
      const max = isIndex ? MAX_INDEX : names.length - 1
      const keys: Key[] =
        rows > 1 ? readKeys(r, rows, max) : [isIndex ? r.golomb() : r.bits(widthOf(names.length - 1))]
      // Names take the place of their numbers.
      if (!isIndex) for (let i = 0; i < keys.length; i++) keys[i] = names.nameOf(keys[i] as number)
      blanks.push(keys)
    }
    return blanks
  }

  return {
    read(r, hasNews, state) {
      const nameStart = names.length
      const templateStart = templates.length
      try {
        if (hasNews) readNews(r)
        return readGroups(r, state)
      } catch (thrown) {
        names.truncate(nameStart)
        templates.length = templateStart
        throw thrown
      }
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
