import { createJsonCodec, MAX_MESSAGES_PER_FRAME, PPError } from '@painda/protocol'
import type { Message } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVERY_KIND } from './every-kind.js'

const codec = createJsonCodec()
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const bytes = (line: string): Uint8Array => new Uint8Array(Buffer.from(line, 'utf8'))

function roundTrip(message: Message): Message | undefined {
  return codec.decode(codec.encode(message))[0]
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown.code
    throw thrown
  }
  return 'no error'
}

describe('round trips', () => {
  test.each(EVERY_KIND.map((message) => [message.kind, message] as const))(
    '[FB2] a %s arrives as it was sent',
    (_kind, message) => {
      expect(roundTrip(message)).toEqual(message)
    },
  )

  test('[FB1] a body is one line of JSON', () => {
    expect(text(codec.encode({ kind: 'leave', room: 'a\nb' }))).toBe('{"kind":"leave","room":"a\\nb"}\n')
  })

  test('[FB1] bodies make a frame by concatenation, in order', () => {
    const bodies = EVERY_KIND.map((message) => codec.encode(message))
    const [frame, ...rest] = codec.pack(bodies)
    expect(rest).toEqual([])
    expect(codec.decode(frame!)).toEqual(EVERY_KIND)
  })

  test('[FB1] nothing to send is no frame', () => {
    expect(codec.pack([])).toEqual([])
  })

  test('[FB3] bytes travel as base64 and come back as bytes, Node Buffers too', () => {
    const message: Message = {
      kind: 'event',
      type: 'raw',
      payload: { a: new Uint8Array([0, 255, 16]), b: Buffer.from([1]) },
    }
    expect(text(codec.encode(message))).toContain('{"__pp_bytes":"AP8Q"}')
    expect(roundTrip(message)).toEqual({
      ...message,
      payload: { a: new Uint8Array([0, 255, 16]), b: new Uint8Array([1]) },
    })
  })

  test('[FB3] any payload comes back equal, with bytes, look-alikes and hostile keys in it', () => {
    const payload = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, 0, -1.5, 'x', '', '\u2028\n"'),
        fc.uint8Array({ maxLength: 9 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('__pp_bytes', 'a', '', '0', 'constructor', '💥'), tie('value'), {
          maxKeys: 3,
        }),
        fc.record({ __pp_bytes: tie('value') }),
      ),
    })).value
    fc.assert(
      fc.property(payload, (value) => {
        expect(roundTrip({ kind: 'event', type: 't', payload: value })).toEqual({
          kind: 'event',
          type: 't',
          payload: structuredClone(value),
        })
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('malformed frames', () => {
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`
  test.each([
    ['empty', ''],
    ['without the last line feed', '{"kind":"leave","room":"r"}'],
    ['an empty line', '\n'],
    ['no JSON', '{oops\n'],
    ['null', 'null\n'],
    ['a number', '7\n'],
    ['an array', '[]\n'],
    ['no kind', '{}\n'],
    ['a kind that is no string', '{"kind":5}\n'],
    ['an unknown kind', '{"kind":"toString"}\n'],
    ['a field of a wrong type', '{"kind":"event","type":5}\n'],
    ['a missing field', '{"kind":"leave"}\n'],
    ['a negative count', '{"kind":"received","count":-1}\n'],
    ['a count beyond 2^53', '{"kind":"received","count":9007199254740993}\n'],
    ['a name of 257 characters', `{"kind":"leave","room":"${'x'.repeat(257)}"}\n`],
    ['a wrong choice', '{"kind":"left","room":"r","reason":"because"}\n'],
    ['bad base64', '{"kind":"event","type":"t","payload":{"__pp_bytes":"A"}}\n'],
    ['base64 of foreign letters', '{"kind":"event","type":"t","payload":{"__pp_bytes":"A-=="}}\n'],
    ['nested too deep', `{"kind":"event","type":"t","payload":${deep}}\n`],
    ['one bad body behind a good one', '{"kind":"leave","room":"r"}\n{}\n'],
    ['too many bodies', '{"kind":"leave","room":"r"}\n'.repeat(MAX_MESSAGES_PER_FRAME + 1)],
  ])('[FB5] a frame that is %s is refused whole', (_name, frame) => {
    expect(codeOf(() => codec.decode(bytes(frame)))).toBe('MALFORMED_FRAME')
  })

  test('[FB5] bytes that are no UTF-8 are refused', () => {
    expect(codeOf(() => codec.decode(new Uint8Array([0x22, 0xff, 0x22, 0x0a])))).toBe('MALFORMED_FRAME')
  })

  test('[FB4] 64 levels of state pass', () => {
    const state: unknown = JSON.parse(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`)
    expect(roundTrip({ kind: 'snapshot', room: 'r', version: 0, tick: 0, state })).toMatchObject({ state })
  })

  test('[FB2] fields that a kind does not declare are not copied, nor a prototype', () => {
    const [message] = codec.decode(
      bytes('{"kind":"leave","room":"r","extra":1,"__proto__":{"polluted":1}}\n'),
    )
    expect(Object.keys(message!)).toEqual(['kind', 'room'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('[FB5] random and damaged bytes give messages or a typed error, nothing else', () => {
    const whole = codec.pack(EVERY_KIND.map((message) => codec.encode(message)))[0]!
    const damaged = fc
      .record({ at: fc.nat(whole.length - 1), bit: fc.nat(7), cut: fc.nat(whole.length) })
      .map(({ at, bit, cut }) => {
        const copy = whole.slice(0, cut)
        if (at < copy.length) copy[at]! ^= 1 << bit
        return copy
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), (frame) => {
        const code = codeOf(() => codec.decode(frame))
        expect(['no error', 'MALFORMED_FRAME']).toContain(code)
      }),
      { seed: 11, numRuns: 2000 },
    )
  })
})

test('a payload that JSON cannot hold is refused at the sender', () => {
  expect(codeOf(() => codec.encode({ kind: 'event', type: 't', payload: 1n }))).toBe('INVALID_PAYLOAD')
})
