import { PPError } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createFlush, type Flushable } from '../src/flush.js'

function target(log: string[], name: string, flush: () => void = () => {}): Flushable {
  return {
    isMarked: false,
    flush() {
      log.push(name)
      flush()
    },
    fail: (error) => void log.push(`${name}: ${error.code}`),
  }
}

test('[BI1] a flush that fails ends what it is for; the others of the turn and of later turns are flushed', () => {
  const log: string[] = []
  const faults: unknown[] = []
  const turns: (() => void)[] = []
  const flush = createFlush(
    (thrown) => void faults.push(thrown),
    (run) => void turns.push(run),
  )
  const defect = new PPError('INVALID_PAYLOAD', 'NaN cannot travel.')
  const failing = target(log, 'b', () => {
    throw defect
  })
  const all = [target(log, 'a'), failing, target(log, 'c')]
  for (const one of all) flush.mark(one)
  turns.shift()?.()
  expect(log).toEqual(['a', 'b', 'b: TRANSPORT_ERROR', 'c'])
  expect(faults).toEqual([defect])
  for (const one of all) flush.mark(one)
  turns.shift()?.()
  expect(log.slice(4)).toEqual(['a', 'b', 'b: TRANSPORT_ERROR', 'c'])
})
