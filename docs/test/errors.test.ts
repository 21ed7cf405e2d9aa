// The guide to errors names every code, and says of each what the table in the code says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS, isErrorCode } from '@painda/protocol'
import { expect, test } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '../errors.md'), 'utf8')
const rows = [...text.matchAll(/^\| (`[^|]+`) \|(.*)\|$/gm)].map(([, names = '', rest = '']) => ({
  codes: [...names.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
  cells: rest.split('|').map((cell) => cell.trim()),
}))

test('every error code is explained once, and no other', () => {
  const explained = rows.flatMap(({ codes }) => codes).sort()
  expect(explained).toEqual(Object.keys(ERRORS).sort())
})

test('close codes and what the client does next are those of the table in the code', () => {
  const closing = rows.filter(({ cells }) => cells.length > 1)
  expect(closing.length).toBeGreaterThan(10)
  for (const { codes, cells } of closing) {
    const [code = ''] = codes
    if (!isErrorCode(code)) throw new Error(`"${code}" is no code.`)
    const { closeCode, next } = ERRORS[code]
    expect([code, ...cells.slice(0, 2)]).toEqual([code, String(closeCode), next])
  }
})
