// The tables of PROTOCOL.md that are not bytes, read out of the document: fields, errors, reserved names and limits are what
// the code has.
import { readFileSync } from 'node:fs'
import {
  ERRORS,
  isReservedType,
  LOCAL_EVENTS,
  MAX_INPUTS,
  MAX_KEY_LENGTH,
  MAX_MISMATCHES,
} from '@painda/protocol'
import { MAX_DEPTH, MAX_MESSAGES_PER_FRAME, MAX_NAME_LENGTH, readCloseCode } from '@painda/protocol'
import { expect, test } from 'vitest'
import { ALL_SHAPES } from '../src/messages.js'

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')

/** The cells of the rows of the first table behind `mark`. */
function tableBehind(mark: string): string[][] {
  const rows = text.slice(text.indexOf(mark)).split('\n')
  const first = rows.findIndex((row) => row.startsWith('| ---')) + 1
  const end = rows.findIndex((row, index) => index >= first && !row.startsWith('|'))
  return rows.slice(first, end).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

test('[FB2] the fields of each kind are those that its reader knows, with what may be absent', () => {
  const rows = tableBehind('**FB2**')
  for (const [kind, shape] of Object.entries(ALL_SHAPES)) {
    const row = rows.find(([kinds = '']) => kinds.split(', ').includes(kind))
    expect(row, kind).toBeDefined()
    for (const key of Object.keys(shape)) {
      const isOptional = key.endsWith('?')
      const pattern = isOptional ? `\\b${key.slice(0, -1)}\\?` : `\\b${key}\\b(?!\\?)`
      expect(row?.[1], `${kind}.${key}`).toMatch(new RegExp(pattern))
    }
  }
  const kinds = rows.flatMap(([names = '']) => names.split(', '))
  expect(kinds.sort()).toEqual(Object.keys(ALL_SHAPES).sort())
})

test('[ER1] each code that closes has its close code, what comes next and its reason', () => {
  const closing = Object.entries(ERRORS).filter(([, row]) => row.next !== 'none')
  const rows = tableBehind('<!-- errors: closing -->')
  expect(rows.map(([close, code, next, reason]) => [code, Number(close), next, reason]).sort()).toEqual(
    closing.map(([code, { closeCode, next, reason }]) => [code, closeCode, next, reason]).sort(),
  )
  for (const [close, , next] of rows) expect(readCloseCode(Number(close)).next).toBe(next)
  expect(readCloseCode(4999)).toEqual({ reason: 'transport close', next: 'retry' })
})

test('[ER2] each code that stands in a refusal is one that a connection survives', () => {
  const rule = text.slice(text.indexOf('**ER2**')).split('\n\n')[0] ?? ''
  const codes = [...rule.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code)
  expect(codes.length).toBeGreaterThan(10)
  for (const code of codes) expect(Object.keys(ERRORS)).toContain(code)
})

test('[EV2] the reserved names are all told', () => {
  const rule = text.slice(text.indexOf('**EV2**')).split('\n\n')[0] ?? ''
  const names = [...rule.slice(rule.indexOf('Local events')).matchAll(/`(\w+)`/g)].map(
    ([, name = '']) => name,
  )
  expect(names.sort()).toEqual([...LOCAL_EVENTS].sort())
  expect(names.every(isReservedType)).toBe(true)
})

test('[FB11] limits are those of the code', () => {
  const limits = new Map(tableBehind('**FB11**').map(([what = '', most = '']) => [what, most]))
  const limitOf = (start: string): string | undefined =>
    [...limits].find(([what]) => what.startsWith(start))?.[1]
  expect(limitOf('names:')).toBe(String(MAX_NAME_LENGTH))
  expect(limitOf('`welcome.mismatches`')).toBe(String(MAX_MISMATCHES))
  expect(limitOf('`input.inputs`')).toBe(`${MAX_INPUTS}, and at least 1`)
  expect(limitOf('keys')).toBe(String(MAX_KEY_LENGTH))
  expect(limitOf('bodies')).toBe(String(MAX_MESSAGES_PER_FRAME))
  expect(limitOf('levels')).toBe(`${MAX_DEPTH} (FB4)`)
})
