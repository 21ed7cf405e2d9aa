// A delta as tables: changes at like places (the x and y of many players) become one group, whose keys and values are
// columns. `change-table.ts` sorts it; `delta-reader.ts` reads what is written here straight into the next state.
//
//   news?      names and templates that the receiver does not have: from which number on, and these
//   groups     a 1, the template's number, many?, rows − 2; the blanks of the path; the fields. After the last: a 0
//
// Groups stand in the order of their depth: a list's insertions come before the changes of its items, whose indexes count
// after them.
import type { DiffContext } from '../delta/context.js'
import type { RecordNode } from '../delta/track-record.js'
import type { BitWriter } from './bit-writer.js'
import { writeCell } from './cell.js'
import { createChangeTable } from './change-table.js'
import type { PastOf } from './change-table.js'
import { createBitWriter, writeColumn, writeMixed, writeNumbers, writeNumerators } from './column-writer.js'
import { widthOf, writeKeys } from './keys.js'
import { isMarkerLeaf, writeLeaf } from './leaf.js'
import { createDictionaryWriter } from './names.js'
import { divideNumerators } from './place.js'
import type { Column, Group } from './place.js'
import { createShapes } from './shapes.js'
import { writeTemplate } from './template.js'
import type { Template } from './template.js'

/** What a receiver has heard of a view's dictionary. */
export interface Told {
  readonly names: number
  readonly templates: number
  /** Characters of the names: about the bytes that it takes to tell them. */
  readonly size: number
}

export interface DeltaWriter {
  /** Turns `delta` into bytes, which wait for `write`. */
  prepare(delta: unknown, past?: PastOf): void
  /** The same of what a tracker noted, read where it is; false, and nothing waits, when nothing differs. */
  prepareTracked(holder: RecordNode, context: DiffContext): boolean
  /** True when those who have heard `told` need to hear more before they can read what waits. */
  hasNews(told: Told): boolean
  /** Writes what waits for those who have heard `told`. */
  write(w: BitWriter, told: Told): void
  /** All there is to tell by now: what a receiver of the next bytes knows afterwards. */
  readonly told: Told
}

/** Patterns with `*` for "any key" (a contract's sync paths) tell from the start which places are maps. */
export function createDeltaWriter(patterns: readonly string[] = []): DeltaWriter {
  const names = createDictionaryWriter()
  const templates: Template[] = []
  const shapes = createShapes(templates, names)
  names.putShape = shapes.put
  const table = createChangeTable(names, templates, patterns)
  const groupsOut = createBitWriter()

  function prepare(delta: unknown, past?: PastOf): void {
    try {
      table.fill(delta, past)
      writeGroups()
    } finally {
      table.clear()
    }
  }

  function prepareTracked(holder: RecordNode, context: DiffContext): boolean {
    try {
      table.fillTracked(holder, context)
      if (table.groups.length === 0) return false
      writeGroups()
      return true
    } finally {
      table.clear()
    }
  }

  function hasNews(told: Told): boolean {
    return names.length > told.names || templates.length > told.templates
  }

  function write(w: BitWriter, told: Told): void {
    if (hasNews(told)) writeNews(w, told)
    w.append(groupsOut)
  }

  function writeGroups(): void {
    shapes.begin()
    let known: number
    do {
      // Their numbers are as wide as there are names and templates, and values may bring new ones: then once more, with all of them.
      known = names.length + templates.length
      groupsOut.truncate(0)
      for (const group of table.groups) {
        groupsOut.flag(true)
        writeGroup(group)
      }
      groupsOut.flag(false)
      groupsOut.align()
    } while (names.length + templates.length > known)
  }

  function writeGroup({ number, template, rows, keys, columns }: Group): void {
    const w = groupsOut
    const isMany = rows > 1
    w.bits(number, widthOf(templates.length - 1))
    w.flag(isMany)
    if (isMany) w.golomb(rows - 2)
    let blank = 0
    for (const step of template.steps) {
      if (step.kind === 'name') continue
      const column = keys[blank++] ?? []
      if (isMany) writeKeys(w, column, rows)
      else if (step.kind === 'any') w.bits(column[0] ?? 0, widthOf(names.length - 1))
      else w.golomb(column[0] ?? 0)
    }
    for (const column of columns) {
      if (isMany) writeRows(w, column, rows)
      else {
        divideNumerators(column, 1)
        const value = column.areNumbers ? column.numbers[0] : column.values[0]
        writeCell(w, value, column.before[0] ?? Number.NaN, names, 0, writeLeaf)
      }
    }
  }

  function writeRows(w: BitWriter, column: Column, rows: number): void {
    if (column.areNumbers) {
      // The first time any divisor may fit.
      if (
        column.areNumerators &&
        column.code === column.gridCode &&
        writeNumerators(w, column.numbers, rows, column.before, column.code)
      )
        return
      divideNumerators(column, rows)
      column.code = writeNumbers(
        w,
        column.numbers,
        rows,
        column.hasBefore ? column.before : null,
        column.code,
      )
      return
    }
    const values = column.values.slice(0, rows)
    if (values.some(isMarkerLeaf)) writeMixed(w, values, names, 0, writeLeaf)
    else writeColumn(w, values, names, 0, writeLeaf)
  }

  function writeNews(w: BitWriter, told: Told): void {
    w.varint(told.names)
    names.write(w, told.names)
    w.varint(told.templates)
    w.varint(templates.length - told.templates)
    for (const template of templates.slice(told.templates)) writeTemplate(w, template, names)
  }

  return {
    prepare,
    prepareTracked,
    hasNews,
    write,
    get told() {
      return { names: names.length, templates: templates.length, size: names.size }
    },
  }
}
