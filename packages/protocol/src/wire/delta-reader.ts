// Reads what `delta-writer.ts` writes, back into the documented JSON form.
import { emptyDelta } from '../delta/delta.js'
import type { ArrayOp, Delta } from '../delta/delta.js'
import { PPError } from '../errors.js'
import type { Json } from '../json.js'
import type { Reader } from './bytes.js'
import { readColumn } from './column.js'
import type { Previous } from './column.js'
import { readLeaf } from './leaf.js'
import { createDictionaryReader } from './names.js'
import { isBlank, MAX_TEMPLATES, readTemplate } from './template.js'
import type { Template } from './template.js'

export interface DeltaReader {
  /**
   * The delta that stands next in `r`. @throws PPError `MALFORMED_FRAME` and its kin; the dictionary is then as before.
   */
  read(r: Reader, flags: { hasNews: boolean; isSingle: boolean }, state: unknown): Delta
  /** Takes over a whole dictionary, of a snapshot. */
  readDictionary(r: Reader): void
}

export function createDeltaReader(): DeltaReader {
  const names = createDictionaryReader()
  const templates: Template[] = []

  function readNews(r: Reader): void {
    names.read(r, r.varint())
    const start = r.varint()
    const count = r.count(2)
    if (start > templates.length) throw malformed('A delta assumes templates that never came.')
    if (start + count > MAX_TEMPLATES) throw malformed(`A view has at most ${MAX_TEMPLATES} templates.`)
    // Who came by a snapshot knows some of the news already; they say the same again.
    for (let i = 0; i < count; i++) templates[start + i] = readTemplate(r, names)
  }

  function readGroups(r: Reader, isSingle: boolean, state: unknown): Delta {
    const builder = createBuilder()
    const groups = isSingle ? 1 : r.count(2)
    for (let i = 0; i < groups; i++) {
      const head = r.varint()
      const template = templates[Math.floor(head / 2)]
      if (template === undefined) throw malformed('A delta names a template that nobody defined.')
      const rows = head % 2 === 1 ? r.varint() : 1
      if (head % 2 === 1 && rows < 2) throw malformed('A group of many rows has at least two.')
      const isMany = rows > 1
      const blanks = template.steps.filter(isBlank).map((step) => {
        const numbers = isMany ? readColumn(r, rows, names, 0, readLeaf) : [r.varint()]
        return numbers.map((number) => toBlank(number, step.kind === 'any' ? names.nameOf : null))
      })
      const width = Math.max(template.fields.length, 1)
      const leaves: unknown[][] = []
      for (let j = 0; j < width; j++) {
        const field = template.fields[j]
        const previous: Previous = (row) =>
          field === undefined ? undefined : numberAt(state, template, blanks, row, field)
        leaves.push(isMany ? readColumn(r, rows, names, 0, readLeaf, previous) : [readLeaf(r, names, 0)])
      }
      for (let row = 0; row < rows; row++) builder.add(template, blanks, leaves, row)
    }
    return builder.result()
  }

  return {
    read(r, { hasNews, isSingle }, state) {
      const nameStart = names.length
      const templateStart = templates.length
      try {
        if (hasNews) readNews(r)
        return readGroups(r, isSingle, state)
      } catch (thrown) {
        names.truncate(nameStart)
        templates.length = templateStart
        throw thrown
      }
    },
    readDictionary(r) {
      names.truncate(0)
      templates.length = 0
      readNews(r)
    },
  }
}

type Blank = string | number

/** The number that the receiver holds in one field of one row. */
function numberAt(
  state: unknown,
  { steps }: Template,
  blanks: readonly Blank[][],
  row: number,
  field: string,
): number | undefined {
  let at = state
  let blank = 0
  for (const step of steps) {
    const key = step.kind === 'name' ? step.name : blanks[blank++]?.[row]
    if (typeof at !== 'object' || at === null || key === undefined || !Object.hasOwn(at, key))
      return undefined
    at = (at as Record<Blank, unknown>)[key]
  }
  if (typeof at !== 'object' || at === null || !Object.hasOwn(at, field)) return undefined
  const value = (at as Record<string, unknown>)[field]
  return typeof value === 'number' ? value : undefined
}

function toBlank(number: unknown, nameOf: ((number: number) => string) | null): Blank {
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw malformed('A blank of a path is a whole number.')
  }
  return nameOf === null ? number : nameOf(number)
}

/** An object of the delta under construction, or the operations on one list. */
type Node = { kind: 'object'; delta: Record<string, Delta>; children: Map<string, Node> } | ListNode
type ListNode = { kind: 'list'; ops: ArrayOp[]; items: Map<number, Node> }

/**
 * Puts rows together into one delta. A place is an object or a list, and has one change: rows that disagree about that
 * are malformed.
 */
function createBuilder(): {
  add(template: Template, blanks: readonly Blank[][], leaves: readonly unknown[][], row: number): void
  result(): Delta
} {
  let root: Node | null = null
  let literalRoot: { value: Delta } | null = null

  function add(
    template: Template,
    blanks: readonly Blank[][],
    leaves: readonly unknown[][],
    row: number,
  ): void {
    if (literalRoot !== null) throw conflict()
    const { steps, fields } = template
    const isSelf = fields.length === 0
    const depth = isSelf ? steps.length - 1 : steps.length
    if (isSelf && steps.length === 0) {
      if (root !== null) throw conflict()
      literalRoot = { value: leaves[0]?.[row] as Delta }
      return
    }
    let blank = 0
    const keyAt = (i: number): Blank => {
      const step = steps[i]
      if (step === undefined) throw conflict()
      return step.kind === 'name' ? step.name : (blanks[blank++]?.[row] ?? 0)
    }
    let node: Node = (root ??= createNode(steps[0]?.kind === 'index'))
    for (let i = 0; i < depth; i++) node = enter(node, keyAt(i), steps[i + 1]?.kind === 'index')
    // Leaves are JSON by construction: the readers of the wire make nothing else.
    if (isSelf) {
      put(node, keyAt(depth), leaves[0]?.[row] as Delta)
      return
    }
    fields.forEach((field, i) => put(node, field, leaves[i]?.[row] as Delta))
  }

  function result(): Delta {
    if (literalRoot !== null) return literalRoot.value
    return root === null ? {} : toDelta(root)
  }

  return { add, result }
}

function createNode(isList: boolean): Node {
  return isList
    ? { kind: 'list', ops: [], items: new Map() }
    : { kind: 'object', delta: emptyDelta(true), children: new Map() }
}

function enter(node: Node, key: Blank, isList: boolean): Node {
  const known = node.kind === 'list' ? node.items.get(Number(key)) : node.children.get(String(key))
  if (known !== undefined) {
    if ((known.kind === 'list') !== isList) throw conflict()
    return known
  }
  const child = createNode(isList)
  if (node.kind === 'list') {
    if (typeof key !== 'number') throw conflict()
    node.items.set(key, child)
    node.ops.push({
      op: 'patch',
      index: key,
      delta: child.kind === 'object' ? child.delta : listDelta(child),
    })
    return child
  }
  if (typeof key !== 'string' || key in node.delta) throw conflict()
  node.children.set(key, child)
  node.delta[key] = child.kind === 'object' ? child.delta : listDelta(child)
  return child
}

function put(node: Node, key: Blank, leaf: Delta): void {
  if (node.kind === 'object') {
    if (typeof key !== 'string' || key in node.delta) throw conflict()
    node.delta[key] = leaf
    return
  }
  if (typeof key !== 'number') throw conflict()
  // A marker is a change of the item; a plain value takes its place.
  const isChange = typeof leaf === 'object' && leaf !== null && !Array.isArray(leaf)
  node.ops.push(isChange ? { op: 'patch', index: key, delta: leaf } : { op: 'set', index: key, value: leaf })
}

/** Shares the list that is still being filled. */
function listDelta(node: ListNode): Delta {
  return { __pp_array_ops: node.ops as unknown as Json }
}

function toDelta(node: Node): Delta {
  return node.kind === 'object' ? node.delta : listDelta(node)
}

function conflict(): PPError {
  return malformed('Two changes of a delta contradict each other.')
}

function malformed(what: string): PPError {
  return new PPError('MALFORMED_FRAME', what)
}
