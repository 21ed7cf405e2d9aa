import { createWireCodec, isReliable, MAX_INPUTS } from '@painda/protocol'
import type { Input, InputAck, Message } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf } from './code-of.js'
import { fromHex } from './hex.js'

const codec = createWireCodec()

const count = fc.maxSafeInteger().map(Math.abs)
const time = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

describe('inputs', () => {
  test('[IN1, IN3] any input and any answer arrive as they were sent', () => {
    const input = fc.record<Input>(
      {
        kind: fc.constant('input'),
        channel: count,
        tick: count.map((tick) => Math.max(tick, MAX_INPUTS)),
        inputs: fc.array(fc.record({ dx: fc.integer(), fire: fc.boolean() }), {
          minLength: 1,
          maxLength: MAX_INPUTS,
        }),
        seen: fc.nat(2 ** 40).map((n) => n / 256),
        at: time,
      },
      { requiredKeys: ['kind', 'channel', 'tick', 'inputs'], noNullPrototype: true },
    )
    const answer = fc.record<InputAck>(
      {
        kind: fc.constant('inputAck'),
        channel: count,
        tick: count,
        margin: fc.integer().map((n) => n / 16),
        late: count,
        echo: fc.record({ at: time, heldMs: fc.nat(2 ** 30).map((n) => n / 1000), serverNow: time }),
      },
      { requiredKeys: ['kind', 'channel', 'tick', 'margin', 'late'], noNullPrototype: true },
    )
    fc.assert(
      fc.property(fc.oneof(input, answer), (message) => {
        expect(codec.decode(codec.encode(message))).toEqual([message])
      }),
      { seed: 5, numRuns: 500 },
    )
  })

  test('[IN1] three ticks of one shape say its keys once', () => {
    const steps = (n: number): Input => ({
      kind: 'input',
      channel: 1,
      tick: 900,
      inputs: Array.from({ length: n }, (_, i) => ({ dx: i % 2, dy: 0, fire: false })),
    })
    const [one, three] = [codec.encode(steps(1)).length, codec.encode(steps(3)).length]
    expect(three - one).toBeLessThanOrEqual(4)
  })

  test.each([
    ['no input', '0a 01 8407 8700'],
    ['something that is no list', '0a 01 8407 05'],
    ['more inputs than a frame has', '0a 01 8407 87 21 02 00 00'],
    ['inputs for ticks before the first', '0a 01 00 87 02 02 00 00'],
    ['a stamp that is no time', '1a 01 8407 7ff8000000000000 8701 05'],
    ['a flag that nobody defined', '4a 01 8407 8701 05'],
    ['cut', '0a 01 84'],
    ['an answer with a flag that nobody defined', '2b 01 8407 27 02'],
    ['an echo of no time', '1b 01 8507 40 00 7ff0000000000000 7d 4014000000000000'],
    ['an answer cut', '1b 01 8507 40 00'],
    ['a pong with half of what it says', '36 3ff8000000000000 03 4014000000000000'],
  ])('[FB5] %s is malformed', (_name, hex) => {
    expect(codeOf(() => codec.decode(fromHex(hex)))).toBe('MALFORMED_FRAME')
  })

  test('[IN1] a batch that no receiver would read is refused at the sender', () => {
    const input = (inputs: readonly unknown[], tick: number): Message => ({
      kind: 'input',
      channel: 1,
      tick,
      inputs,
    })
    expect(codeOf(() => codec.encode(input([], 5)))).toBe('INVALID_PAYLOAD')
    expect(
      codeOf(() =>
        codec.encode(
          input(
            Array.from({ length: MAX_INPUTS + 1 }, () => 0),
            99,
          ),
        ),
      ),
    ).toBe('INVALID_PAYLOAD')
    expect(codeOf(() => codec.encode(input([1, 2], 0)))).toBe('INVALID_PAYLOAD')
    expect(codec.decode(codec.encode(input([1, 2], 1)))).toEqual([input([1, 2], 1)])
  })

  test('[IN2, RC1] inputs are not counted, an interest is', () => {
    expect(isReliable({ kind: 'input', channel: 1, tick: 1, inputs: [1] })).toBe(false)
    expect(isReliable({ kind: 'inputAck', channel: 1, tick: 1, margin: 0, late: 0 })).toBe(false)
    expect(isReliable({ kind: 'interest', room: 'r' })).toBe(true)
  })

  test('[IN5] what is absent of an interest stays absent; too many zones are malformed', () => {
    expect(codec.decode(codec.encode({ kind: 'interest', room: 'r' }))).toEqual([
      { kind: 'interest', room: 'r' },
    ])
    const zones = Array.from({ length: 257 }, (_, i) => i)
    expect(codeOf(() => codec.decode(codec.encode({ kind: 'interest', room: 'r', zones })))).toBe(
      'MALFORMED_FRAME',
    )
    const bad = { kind: 'interest', room: 'r', sendHz: -1 } as const
    expect(codeOf(() => codec.decode(codec.encode(bad)))).toBe('MALFORMED_FRAME')
  })
})
