// Objects that come whole, again and again with the same keys, one at a time: a row enters a list, another one leaves it. Such an
// object names a template that has its keys as fields, in one byte, instead of each key. Whatever has changed fields of a
// like object has made that template; else the second body with these keys does.
import type { DictionaryWriter } from './names.js'
import { MAX_TEMPLATES } from './template.js'
import type { Template } from './template.js'
import { LONG_SHAPE, SHAPED } from './value.js'
import type { NameWriter } from './writer.js'

/** Templates that are made for whole objects. More of them would make the number of every template longer. */
const MAX_SHAPES = 16
/** Combinations of keys that are looked out for. Objects that are maps have ever others, and many. */
const MAX_SEEN = 256
const MAX_KEYS = 32

export interface Shapes {
  /** Another body begins; it may be written more than once. */
  begin(): void
  readonly put: Required<NameWriter>['putShape']
}

/** New templates go into `templates`. */
export function createShapes(templates: Template[], names: Pick<DictionaryWriter, 'numberOf'>): Shapes {
  /** By the keys, joined: which template. */
  const known = new Map<string, number>()
  /** And in which body they were seen first. */
  const seen = new Map<string, number>()
  let body = 0
  let made = 0

  function numberOf(keys: readonly string[]): number {
    const signature = keys.join('\u0000')
    const number = known.get(signature) ?? find(signature, keys)
    // A key may hold what joins them.
    return number >= 0 && hasKeys(templates[number], keys) ? number : -1
  }

  function find(signature: string, keys: readonly string[]): number {
    const since = seen.get(signature)
    // What came once may never come again.
    if (since === body || (since !== undefined && made >= MAX_SHAPES)) return -1
    let number = templates.findIndex((template) => hasKeys(template, keys))
    if (number < 0 && since === undefined) note(signature)
    else if (number < 0) number = make(keys)
    if (number >= 0) known.set(signature, number)
    return number
  }

  function note(signature: string): void {
    if (seen.size >= MAX_SEEN) seen.clear()
    seen.set(signature, body)
  }

  function make(keys: readonly string[]): number {
    if (templates.length >= MAX_TEMPLATES) return -1
    made++
    for (const key of keys) names.numberOf(key)
    return templates.push({ steps: [], fields: [...keys] }) - 1
  }

  return {
    begin: () => void body++,
    put(w, entries) {
      if (entries.length === 0 || entries.length > MAX_KEYS) return false
      const number = numberOf(entries.map(([key]) => key))
      if (number < 0) return false
      w.u8(SHAPED + Math.min(number, LONG_SHAPE))
      if (number >= LONG_SHAPE) w.varint(number - LONG_SHAPE)
      return true
    },
  }
}

function hasKeys(template: Template | undefined, keys: readonly string[]): boolean {
  return template?.fields.length === keys.length && template.fields.every((field, i) => field === keys[i])
}
