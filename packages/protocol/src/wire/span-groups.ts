// The spans of a delta's or a snapshot's groups; the order of reading is that of `group-reader.ts`.
import { ensure } from '../malformed.js'
import { readCell } from './cell.js'
import { GONE, MAX_INDEX, readChange, UNHELD } from './change.js'
import { readColumn } from './column-reader.js'
import type { Held } from './column-reader.js'
import { readKeys, widthOf } from './keys.js'
import type { DictionaryReader } from './names.js'
import { Unknown } from './span-walk.js'
import type { Walk } from './span-walk.js'
import { readTemplate } from './template.js'
import type { Template } from './template.js'
import { readValue } from './value.js'

/** Dictionary and templates of one view, by its channel. */
export interface SpanView {
  readonly names: DictionaryReader
  readonly templates: Template[]
}

/** Names the news and the groups, all that is left of the body. */
export function readGroupSpans(walk: Walk, { names, templates }: SpanView, hasNews: boolean): void {
  const { r } = walk
  if (hasNews) {
    const start = walk.varint('first new name', 'news')
    names.read(r, start)
    const fresh = Array.from({ length: names.length - start }, (_, index) => names.nameOf(start + index))
    walk.name('new names', 'news', few(fresh))
    const first = walk.varint('first new template', 'news')
    const count = walk.take('new templates', 'news', () => r.count(2))
    ensure(first <= templates.length, 'templates')
    for (let i = 0; i < count; i++)
      templates[first + i] = walk.take(
        `template ${first + i}`,
        'news',
        () => readTemplate(r, names),
        templateText,
      )
  }
  r.head = null
  while (r.flag()) readGroup(walk, names, templates)
  r.align()
  walk.name('end of the groups', 'place')
}

function readGroup(walk: Walk, names: DictionaryReader, templates: readonly Template[]): void {
  const { r } = walk
  const number = r.bits(widthOf(templates.length - 1))
  const template = templates[number]
  if (template === undefined) throw new Unknown('A template of it came with a frame that is no longer held.')
  walk.name('group', 'place', templateText(template))
  const rows = walk.take('rows', 'place', () => (r.flag() ? r.golomb() + 2 : 1))
  for (const { kind } of template.steps) {
    if (kind === 'name') continue
    const isIndex = kind === 'index'
    const max = isIndex ? MAX_INDEX : names.length - 1
    const keys =
      rows > 1 ? readKeys(r, rows, max) : [isIndex ? r.golomb() : r.bits(widthOf(names.length - 1))]
    walk.name(
      isIndex ? 'indexes' : 'keys',
      'place',
      few(keys.map((key) => (isIndex ? key : names.nameOf(key)))),
    )
  }
  const depth = template.steps.length + (template.fields.length === 0 ? 0 : 1)
  const held: Held = {
    numbers: (into) => void into.fill(0),
    change: () => readChange(r, names, depth, UNHELD),
  }
  for (const field of template.fields.length === 0 ? ['the place itself'] : template.fields) {
    const from = r.bitAt
    const values = rows > 1 ? readColumn(r, rows, names, depth, readValue, held) : [readCell(r, held)]
    const bits = r.bitAt - from
    walk.name(field, 'value', rows > 1 ? `${rows} rows in ${bits} bits` : cellText(values[0], bits))
  }
}

function cellText(value: unknown, bits: number): string {
  const what = value === GONE ? 'deleted' : typeof value === 'object' ? 'an object or a list' : typeof value
  return `${what}, ${bits} bits`
}

function templateText({ steps, fields }: Template): string {
  const path = steps
    .map((step) => (step.kind === 'name' ? step.name : step.kind === 'any' ? '*' : '#'))
    .join('.')
  return fields.length === 0 ? path || 'the state itself' : `${path}:{${few(fields)}}`
}

const MAX_SHOWN = 6

function few(items: readonly unknown[]): string {
  const shown = items.slice(0, MAX_SHOWN).join(', ')
  return items.length > MAX_SHOWN ? `${shown}, … (${items.length})` : shown
}
