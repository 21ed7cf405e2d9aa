// A template says where a group of changes lies: the path, with a blank for each key or index that differs from row to row,
// and the fields that change there. Templates are numbered per view like names, so that a delta names one in a byte.
//   players.*:{x,y}        a blank for the player, two fields
//   floor.#.#              two blanks for indexes, no fields: the place itself changes
import { MAX_DEPTH } from '../json.js'
import { ensure } from '../malformed.js'
import type { DictionaryReader, DictionaryWriter } from './names.js'
import type { Reader } from './reader.js'
import { fill } from './rows.js'
import type { Writer } from './writer.js'

/** A step is a name, any name, or any index of a list. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'index' }

export interface Template {
  readonly steps: readonly Step[]
  /** Empty: the place itself. */
  readonly fields: readonly string[]
}

export const ANY: Step = { kind: 'any' }
export const INDEX: Step = { kind: 'index' }

/** Templates one view may have; past it the sender says everything through blanks, which needs few of them. */
export const MAX_TEMPLATES = 4096
const ANY_CODE = 0
const INDEX_CODE = 1
const FIRST_NAME_CODE = 2

export function writeTemplate(w: Writer, template: Template, names: DictionaryWriter): void {
  w.varint(template.steps.length)
  for (const step of template.steps) {
    if (step.kind === 'name') w.varint(FIRST_NAME_CODE + names.numberOf(step.name))
    else w.varint(step.kind === 'any' ? ANY_CODE : INDEX_CODE)
  }
  w.varint(template.fields.length)
  for (const field of template.fields) names.put(w, field)
}

export function readTemplate(r: Reader, names: DictionaryReader): Template {
  const depth = r.count()
  ensure(depth <= MAX_DEPTH, 'depth')
  const steps = fill(depth, (): Step => {
    const code = r.varint()
    if (code < FIRST_NAME_CODE) return code === ANY_CODE ? ANY : INDEX
    return { kind: 'name', name: names.nameOf(code - FIRST_NAME_CODE) }
  })
  const fields = fill(r.count(), () => names.take(r))
  ensure(new Set(fields).size === fields.length, 'template')
  return { steps, fields }
}

export function countBlanks({ steps }: Template): number {
  return steps.reduce((count, step) => count + (step.kind === 'name' ? 0 : 1), 0)
}
