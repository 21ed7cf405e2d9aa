// The frame of a delta: news of the dictionary, then groups, each with its template and the rows it is about. What the
// values of a group do is the caller's: `delta-reader.ts` makes the next state of them, `slots.ts` moves numbers.
import { ensure, malformed } from '../malformed.js'
import { readKeys, widthOf } from './keys.js'
import { createDictionaryReader } from './names.js'
import type { DictionaryReader } from './names.js'
import type { Reader } from './reader.js'
import { MAX_TEMPLATES, readTemplate } from './template.js'
import type { Template } from './template.js'

/** Indexes of lists stay below this. */
const MAX_INDEX = 2 ** 48

/** Reads the values of a group; per blank of the path there is a column of numbers of names, or of indexes. */
export type TakeGroup = (template: Template, rows: number, blanks: readonly number[][]) => void

export interface GroupReader {
  readonly names: DictionaryReader
  /** @throws PPError `MALFORMED_FRAME` and its kin; the dictionary is then as before. */
  read(r: Reader, hasNews: boolean, take: TakeGroup): void
}

export function createGroupReader(): GroupReader {
  const templates: Template[] = []
  const names = createDictionaryReader((number) => templates[number]?.fields)

  function readNews(r: Reader): void {
    names.read(r, r.varint())
    const start = r.varint()
    const count = r.count(2)
    ensure(start <= templates.length && start + count <= MAX_TEMPLATES, 'templates')
    // Who came by a snapshot knows some of the news already; they say the same again.
    for (let i = 0; i < count; i++) templates[start + i] = readTemplate(r, names)
  }

  function readGroup(r: Reader, take: TakeGroup): void {
    const template = templates[r.bits(widthOf(templates.length - 1))]
    if (template === undefined) throw malformed('template')
    const rows = r.flag() ? r.golomb() + 2 : 1
    const blanks: number[][] = []
    for (const { kind } of template.steps) {
      if (kind === 'name') continue
      const isIndex = kind === 'index'
      if (rows > 1) blanks.push(readKeys(r, rows, isIndex ? MAX_INDEX : names.length - 1))
      else blanks.push([isIndex ? r.golomb() : r.bits(widthOf(names.length - 1))])
    }
    ensure(rows === 1 || blanks.length > 0, 'rows')
    take(template, rows, blanks)
  }

  return {
    names,
    read(r, hasNews, take) {
      const nameStart = names.length
      const templateStart = templates.length
      try {
        if (hasNews) readNews(r)
        r.head = null
        while (r.flag()) readGroup(r, take)
        r.align()
      } catch (thrown) {
        names.truncate(nameStart)
        templates.length = templateStart
        throw thrown
      }
    },
  }
}
