// A value in one short line, as a console shows it: `{dx: 1, dy: 0}`, `[0, 0, 3, … 25 more]`. Values come from peers and may be
// huge: the work is bounded by the length of what is shown.

import { escaped } from './visible.js'

const MAX_LENGTH = 160
const MAX_ITEMS = 24

export function preview(value: unknown, maxLength = MAX_LENGTH): string {
  const text = write(value, maxLength, 3)
  return escaped(text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text)
}

function write(value: unknown, room: number, depth: number): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > room ? `${value.slice(0, room)}…` : value)
  if (value instanceof Uint8Array) return `bytes(${value.byteLength})`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return depth === 0 ? `[${value.length}]` : `[${writeItems(value, room, depth)}]`
  const keys = Object.keys(value)
  if (depth === 0) return keys.length === 0 ? '{}' : '{…}'
  return `{${writeFields(value, keys, room, depth)}}`
}

function writeItems(items: readonly unknown[], room: number, depth: number): string {
  return writeAll(items.length, room, (index, left) => write(items[index], left, depth - 1))
}

function writeFields(value: object, keys: readonly string[], room: number, depth: number): string {
  return writeAll(keys.length, room, (index, left) => {
    const key = keys[index] ?? ''
    return `${key.length > room ? `${key.slice(0, room)}…` : key}: ${write(Reflect.get(value, key), left, depth - 1)}`
  })
}

function writeAll(count: number, room: number, writeOne: (index: number, left: number) => string): string {
  let text = ''
  for (let index = 0; index < count; index++) {
    if (index === MAX_ITEMS || text.length > room) return `${text}, … ${count - index} more`
    text += (index === 0 ? '' : ', ') + writeOne(index, room - text.length)
  }
  return text
}
