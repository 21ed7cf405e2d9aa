import { CLOSE_ABNORMAL, createTransportPair } from '@painda/protocol'
import type { CloseInfo } from '@painda/protocol'
import { expect, test } from 'vitest'

const byte = (value: number): Uint8Array => new Uint8Array([value])

/** A pair whose deliveries happen when the test says so. */
function createHandPair() {
  const waiting: (() => void)[] = []
  const [a, b] = createTransportPair({ defer: (deliver) => waiting.push(deliver) })
  return {
    a,
    b,
    deliverAll() {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next()
    },
  }
}

test('messages arrive in order, and only when delivered', () => {
  const { a, b, deliverAll } = createHandPair()
  const got: number[] = []
  b.onMessage((data) => got.push(data[0] ?? -1))
  a.send(byte(1))
  a.send(byte(2))
  expect(got).toEqual([])
  expect(a.bufferedAmount).toBe(2)
  deliverAll()
  expect(got).toEqual([1, 2])
  expect(a.bufferedAmount).toBe(0)
})

test('what came before anybody listened is kept', () => {
  const { a, b, deliverAll } = createHandPair()
  a.send(byte(1))
  deliverAll()
  const got: number[] = []
  b.onMessage((data) => got.push(data[0] ?? -1))
  expect(got).toEqual([1])
})

test('a close comes after what was sent, once, at both ends', () => {
  const { a, b, deliverAll } = createHandPair()
  const log: unknown[] = []
  b.onMessage((data) => log.push(data[0]))
  b.onClose((info) => log.push(info))
  a.onClose((info) => log.push(['a', info.code]))
  a.send(byte(1))
  a.close(4001, 'why')
  a.close(4002, 'again')
  a.send(byte(2))
  deliverAll()
  expect(log).toEqual([1, { code: 4001, reason: 'why' }, ['a', 4001]])
})

test('terminate drops the pipe at once and the peer hears an abnormal close', () => {
  const { a, b, deliverAll } = createHandPair()
  const closes: CloseInfo[] = []
  a.onClose((info) => closes.push(info))
  b.onClose((info) => closes.push(info))
  a.terminate()
  expect(closes).toEqual([{ code: CLOSE_ABNORMAL, reason: '' }])
  deliverAll()
  expect(closes).toHaveLength(2)
})

test('a listener that comes after the close still hears of it', () => {
  const { a, b, deliverAll } = createHandPair()
  a.close()
  deliverAll()
  const closes: CloseInfo[] = []
  b.onClose((info) => closes.push(info))
  deliverAll()
  expect(closes).toEqual([{ code: 1000, reason: '' }])
})
