import { expect, test } from 'vitest'
import { createBatch } from '../src/batch.js'

test('[RP2] what is marked runs once, after the outermost run, and what it marks after it', () => {
  const batch = createBatch(unexpected)
  const ran: string[] = []
  const second = (): void => void ran.push('second')
  const first = (): void => {
    ran.push('first')
    batch.mark(second)
  }
  batch.run(() => {
    batch.mark(first)
    batch.run(() => batch.mark(first))
    ran.push('work')
  })
  expect(ran).toEqual(['work', 'first', 'second'])
  batch.mark(second)
  expect(ran).toEqual(['work', 'first', 'second', 'second'])
})

test('[CB5] one that throws is reported; the others of its frame run, and the next frame is as any', () => {
  const errors: unknown[] = []
  const batch = createBatch((thrown) => errors.push(thrown))
  const ran: string[] = []
  const bug = new Error('bug')
  batch.run(() => {
    batch.mark(() => {
      throw bug
    })
    batch.mark(() => void ran.push('other'))
  })
  batch.run(() => batch.mark(() => void ran.push('later')))
  expect([ran, errors]).toEqual([['other', 'later'], [bug]])
})

function unexpected(thrown: unknown): never {
  throw thrown
}
