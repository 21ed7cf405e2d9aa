// The examples of PROTOCOL.md and rules/wire.md, read out of the documents: what they say is what the codec does.
import { readFileSync } from 'node:fs'
import {
  contractNames,
  createNameTable,
  createViewEncoder,
  createWireCodec,
  deepEqual,
  defineRoom,
  hashState,
  patchImmutable,
  request,
  type,
} from '@painda/protocol'
import type { Codec, Delta, Json, Message, StateDelta, StateSnapshot } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proveFrame, withCheck } from './proven.js'
import { fromHex, toHex } from './hex.js'

interface Example {
  readonly hex: string
  readonly says: unknown
}

/** The table behind the comment `examples: name`: bytes and JSON, both in backquotes. */
function examplesOf(file: string, name: string): Example[] {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  const table = text.split(`<!-- examples: ${name} -->\n\n`)[1]?.split('\n\n')[0] ?? ''
  return [...table.matchAll(/^\| `([0-9a-f]+)` +\| `(.*)` +\|$/gm)].map(([, hex = '', json = '']) => ({
    hex,
    says: JSON.parse(json),
  }))
}

const messages = examplesOf('PROTOCOL.md', 'messages')
const numbers = examplesOf('PROTOCOL.md', 'numbers')
const values = examplesOf('PROTOCOL.md', 'values')
const line = examplesOf('rules/wire.md', 'state')

test('[FB6] the documents hold examples of all that is to be shown', () => {
  expect(messages.length).toBeGreaterThanOrEqual(10)
  expect(numbers.length).toBeGreaterThanOrEqual(6)
  expect(values.length).toBeGreaterThanOrEqual(30)
  expect(line.length).toBeGreaterThanOrEqual(8)
})

describe('messages', () => {
  const codec = createWireCodec()

  test.each(messages)('[FB1, FB2, FB6] $hex is read and written as the document says', ({ hex, says }) => {
    // The document is ours; what it calls a message is checked by what the codec makes of it.
    const said = (Array.isArray(says) ? says : [says]) as Message[]
    expect(codec.decode(fromHex(hex))).toEqual(said)
    expect(codec.pack(said.map((message) => codec.encode(message))).map(toHex)).toEqual([hex])
  })

  test('[FB8] of a key that comes twice the last value counts', () => {
    const [event] = codec.decode(fromHex('83 01 74  88 03 01 61 01 01 62 02 01 61 03'))
    expect(event).toEqual({ kind: 'event', type: 't', payload: { a: 3, b: 2 } })
  })

  test.each(values)('[FB8, FB9, FB10] the value $hex is read and written as the document says', (example) => {
    const event: Message = { kind: 'event', type: 't', payload: example.says }
    expect(codec.decode(fromHex(`830174${example.hex}`))).toEqual([event])
    expect(toHex(codec.encode(event))).toBe(`830174${example.hex}`)
  })
})

describe('numbers for names', () => {
  const arena = defineRoom({
    name: 'arena',
    state: () => ({}),
    messages: { move: type<unknown>() },
    requests: { buy: request(type<unknown>(), type<unknown>()) },
    events: { boom: type<unknown>() },
  })
  const names = contractNames({ rooms: { arena } })
  const codec = createWireCodec(undefined, createNameTable(names, true))

  test.each(numbers)('[CT3, FB6] $hex is read and written as the document says', ({ hex, says }) => {
    // As above: what the document calls a message is checked by what the codec makes of it.
    const message = says as Message
    expect(names).toEqual(['arena', 'boom', 'buy', 'move'])
    expect(codec.decode(fromHex(hex))).toEqual([message])
    expect(toHex(codec.encode(message))).toBe(hex)
    // With texts it is as long as its name is, and no end that has not agreed is shown a number.
    expect(createWireCodec().encode(message).length).toBeGreaterThanOrEqual(hex.length / 2)
  })
})

describe('a line of states', () => {
  test('[WB6, WB7, WB10, WB11, WB12, WB13, WB14, WB15, WB16] is read as the document says', () => {
    const codec = createWireCodec()
    let state: Json = {}
    for (const { hex, says } of line) {
      const message = one(codec, hex)
      expect(message).toMatchObject(says as object)
      state = stateAfter(state, message)
      expect(deepEqual(message.state as Json, state)).toBe(true)
    }
  })

  test('[WB6, WB7] is written as the document says', () => {
    const view = createViewEncoder(1, ['players.*'])
    let state: Json = {}
    for (const { hex, says } of line) {
      // As above: a row is one of the two kinds, by its own word.
      const message = says as StateSnapshot | StateDelta
      const before = message.kind === 'delta' ? pastsOf(state, message.delta) : new Map<object, object>()
      const bytes =
        message.kind === 'snapshot'
          ? view.snapshot(message)
          : view.delta(message, (changes) => before.get(changes) as Record<string, unknown> | undefined)
      expect(toHex(bytes)).toBe(hex)
      state = stateAfter(state, message)
    }
  })

  test('[WB9] a hash is that of the state at its version', () => {
    const codec = createWireCodec()
    const hashed = line.map(({ hex }) => one(codec, hex)).filter((message) => message.hash !== undefined)
    expect(hashed.length).toBeGreaterThan(0)
    for (const message of hashed) expect(message.hash).toBe(hashState(message.state))
  })
})

describe('a switch of views', () => {
  const steps = examplesOf('rules/wire.md', 'switch')

  test('[WB18] is read and written as the document says', () => {
    expect(steps).toHaveLength(3)
    const codec = createWireCodec()
    for (const { hex, says } of steps) expect(one(codec, hex)).toMatchObject(says as object)
    // Rows of the document, of these kinds by their own words.
    const [first, second, third] = steps.map(({ says }) => says) as [StateSnapshot, StateSnapshot, StateDelta]
    const [near, far] = [createViewEncoder(1, ['players.*']), createViewEncoder(2, ['players.*'])]
    const base = { channel: 1, version: first.version, state: first.state }
    expect([near.snapshot(first), far.snapshot(second, base), far.delta(third)].map(toHex)).toEqual(
      steps.map(({ hex }) => hex),
    )
  })

  test('[WB18] from a version that the receiver does not hold it asks for a snapshot', () => {
    const codec = createWireCodec()
    const [first = '', second = ''] = steps.map(({ hex }) => hex)
    one(codec, first)
    expect(one(codec, changed(second, '0c000105', '0c000104'))).toMatchObject({
      room: 'arena',
      isDamaged: true,
    })
    // It has lost step: also the right one does not help any more.
    expect(one(codec, second)).toMatchObject({ isDamaged: true })
    one(codec, first)
    expect(one(codec, second)).toMatchObject({ kind: 'snapshot', version: 8 })
  })

  test('[WB18] from a view that is not held, or is of another room, it is malformed', () => {
    const [first = '', second = ''] = steps.map(({ hex }) => hex)
    const other = createWireCodec()
    one(other, changed(first, '6172656e61', '6172656e62'))
    for (const codec of [createWireCodec(), other])
      expect(() => codec.decode(fromHex(second))).toThrow(
        expect.objectContaining({ code: 'MALFORMED_FRAME' }),
      )
  })

  test('[WB18] any two states: the switch arrives at the second, and untouched parts keep their identity', () => {
    const isSendable = (json: unknown): boolean =>
      !/__proto__|constructor|prototype/.test(JSON.stringify(json))
    const value = fc.jsonValue({ maxDepth: 3 }).filter(isSendable) as fc.Arbitrary<Json>
    const state = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value, { noNullPrototype: true })
    fc.assert(
      fc.property(state, state, value, (before, after, same) => {
        const codec = createWireCodec()
        const kept = { same, deep: { same } }
        const a = { ...before, kept }
        const b = { ...after, kept }
        const [from, to] = [createViewEncoder(1), createViewEncoder(2)]
        const head = { kind: 'snapshot', room: 'r', tick: 1 } as const
        const held = one(codec, toHex(from.snapshot({ ...head, version: 3, state: a }))).state as typeof a
        const bytes = to.snapshot({ ...head, version: 9, state: b }, { channel: 1, version: 3, state: a })
        const switched = one(codec, toHex(bytes)).state as typeof b
        expect(hashState(switched)).toBe(hashState(b))
        expect(switched.kept).toBe(held.kept)
      }),
      { seed: 18, numRuns: 300 },
    )
  })
})

// The smallest view: channel 1, room "r", version 0, tick 0; the dictionary is a, b; one template, of the root's field a.
const SNAPSHOT = '12 01 01 72 00 00 00  00 04 01 61 01 62  00 01 00 01 00'
/** Bytes of a snapshot, and its check. */
const checked = (hex: string): string => toHex(withCheck(fromHex(hex)))
// Its groups: a group, one row, a cell that counts: 1 0 10 0 101, and the end.
const A_IS_5 = checked(`${SNAPSHOT} a5 00`)
describe('single bytes', () => {
  test('[WB12, WB14] a cell counts, or steps from what the receiver holds', () => {
    const codec = createWireCodec()
    expect(one(codec, A_IS_5).state).toEqual({ a: 5 })
    // 1 0 01 0 010: a step of zigzag 2.
    expect(one(codec, '01 10 49 00')).toMatchObject({ from: 0, to: 1, tick: 1, state: { a: 6 } })
  })

  test('[WB7] `from` is the version nearest to the receiver’s, and an explicit delta says `to` and tick', () => {
    const codec = createWireCodec()
    one(codec, checked(`${SNAPSHOT} a5 00`.replace('72 00', '72 1f')))
    expect(one(codec, '41 1f 03 09 49 00')).toMatchObject({ from: 31, to: 34, tick: 9, state: { a: 6 } })
    // 34 ends in 2; 33, one below, is known by its 1.
    expect(one(codec, '01 11 49 00')).toMatchObject({ from: 33, isDamaged: true })
  })

  test('[WB8, FB5] an unreadable delta loses its view until a snapshot, and no other message', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    const [damaged, received] = codec.decode(fromHex('08 02 03 01 10 ff 07 05'))
    expect(damaged).toMatchObject({ kind: 'delta', room: 'r', isDamaged: true })
    expect(received).toEqual({ kind: 'received', count: 5 })
    expect(one(codec, '01 10 49 00')).toMatchObject({ isDamaged: true })
    expect(one(codec, A_IS_5).state).toEqual({ a: 5 })
    expect(one(codec, '01 10 49 00').state).toEqual({ a: 6 })
  })

  test('[WB10] a name may be told again, if it is the same', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    expect(one(codec, '11 10 00 02 01 61 01 00 49 00').state).toEqual({ a: 6 })
    expect(one(codec, '11 11 00 02 01 63 01 00 49 00')).toMatchObject({ isDamaged: true })
  })

  test('[WB10, WB11] a snapshot with a gap in its numbers, or a field twice, is refused', () => {
    const gap = '12 01 01 72 00 00 00  01 02 01 61  00 00 00'
    const twice = '12 01 01 72 00 00 00  00 02 01 61  00 01 00 02 00 00 00'
    const forbidden = '12 01 01 72 00 00 00  00 02 09 5f5f70726f746f5f5f  00 00 00'
    for (const hex of [gap, twice, forbidden])
      expect(() => createWireCodec().decode(fromHex(checked(hex)))).toThrow(
        expect.objectContaining({ code: 'MALFORMED_FRAME' }),
      )
  })

  test('[WB17] a path makes the object that it leads through; a marker means the same in it as elsewhere', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    // A second template, `b:{a}`, and its leaf f0: first where no object stands, then where one does.
    expect(one(codec, '11 10 02 00 01 01 01 03 01 00 03 f0 00').state).toEqual({ a: 5, b: {} })
    expect(one(codec, '01 11 03 f0 00').state).toEqual({ a: 5, b: {} })
  })

  test('[WB15] an object is new where none stands; over one it has no keys, and changes nothing', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    expect(one(codec, '01 10 01 88 01 00 07 00').state).toEqual({ a: { a: 7 } })
    expect(one(codec, '01 11 01 88 00 00').state).toEqual({ a: { a: 7 } })
    expect(one(codec, '01 12 01 88 01 00 08 00')).toMatchObject({ isDamaged: true })
  })

  test('[WB15, FB8] an object takes its keys from a template that is there and has some', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    // A second template, `b`, with an object of the first one's field; then one of the second, which has no fields; then of a third.
    const second = '11 10 02 00 01 01 01 03 00 03'
    expect(one(codec, `${second} e0 07 00`).state).toEqual({ a: 5, b: { a: 7 } })
    for (const shape of ['e1 07', 'e2 07', 'ef 00 07', 'e0']) {
      one(codec, A_IS_5)
      expect(one(codec, `${second} ${shape} 00`)).toMatchObject({ isDamaged: true })
    }
    one(codec, A_IS_5)
    // Over an object it would say that fields change, and those have groups.
    one(codec, `${second} e0 07 00`)
    expect(one(codec, '01 11 03 e0 08 00')).toMatchObject({ isDamaged: true })
    // A message has no templates.
    expect(() => codec.decode(fromHex('83 01 74 e0 07'))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_FRAME' }),
    )
  })

  test('[WB15] a column of leaves holds leaves: one each, or one for all that is no marker and no object', () => {
    // A second name, b, and a second template, `*`; a group of both: the state itself is a map here.
    const both = '11 10 01 02 01 62 01 01 01 00 00'
    const [each, all] = ['87 00', '87 20']
    const changedBy = (leaves: string): StateSnapshot | StateDelta => {
      const codec = createWireCodec()
      one(codec, A_IS_5)
      return one(codec, `${both} ${leaves} 00`)
    }
    expect(changedBy(`${each} f0 f1 07`).state).toEqual({ b: 7 })
    expect(changedBy(`${each} 87 00 88 00`).state).toEqual({ a: [], b: {} })
    expect(changedBy(`${all} f1 07`).state).toEqual({ a: 7, b: 7 })
    for (const leaf of ['f0', '87 00', '88 00', 'f1 88 00'])
      expect(changedBy(`${all} ${leaf}`)).toMatchObject({ isDamaged: true })
  })

  test('[WB15] changes of an object stand in the patch of an item only', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    expect(one(codec, '01 10 01 f3 01 00 07 00')).toMatchObject({ isDamaged: true })
  })

  test('[WB17] items of a list that does not stand there are malformed, also in an object that a path makes', () => {
    // `a.b.#` and `a.b.#:{c}`, where nothing stands: item 0 is 7, and c of item 2 is 1.
    const hex = '12 01 01 72 00 00 00  00 07 0a 59 9a 00  02 03 02 03 01 00 03 02 03 01 01 02  81 7c 94 00'
    expect(() => createWireCodec().decode(fromHex(checked(hex)))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_FRAME' }),
    )
  })

  test('[WB17] a list is not made, and the root is not deleted', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    // `b.#`, index 0: b is no list. Then, on a new snapshot, a template of the root and f0.
    expect(one(codec, '11 10 02 00 01 01 02 03 01 00 03 80 00')).toMatchObject({ isDamaged: true })
    one(codec, A_IS_5)
    expect(one(codec, '11 10 02 00 01 01 00 00 03 f0 00')).toMatchObject({ isDamaged: true })
  })

  test('[WB12] a group of many rows has a blank', () => {
    const codec = createWireCodec()
    one(codec, A_IS_5)
    expect(one(codec, '01 10 03 00')).toMatchObject({ isDamaged: true })
  })
})

/** Other bytes, and the check that goes with them. */
function changed(hex: string, from: string, to: string): string {
  return toHex(proveFrame(fromHex(hex.replace(from, to))))
}

function one(codec: Codec, hex: string): StateSnapshot | StateDelta {
  const [message, more] = codec.decode(fromHex(hex))
  if (more !== undefined || (message?.kind !== 'snapshot' && message?.kind !== 'delta'))
    throw new Error('A state message was to be read.')
  return message
}

function stateAfter(state: Json, message: StateSnapshot | StateDelta): Json {
  // State and deltas of these tests are JSON: they come out of a document.
  return message.kind === 'snapshot' ? (message.state as Json) : patchImmutable(state, message.delta as Delta)
}

/** Each object of a delta, and what stood there before. */
function pastsOf(before: unknown, delta: unknown): Map<object, object> {
  const pasts = new Map<object, object>()
  const note = (held: unknown, change: unknown): void => {
    if (typeof held !== 'object' || held === null || typeof change !== 'object' || change === null) return
    pasts.set(change, held)
    for (const [key, child] of Object.entries(change)) note((held as Record<string, unknown>)[key], child)
  }
  note(before, delta)
  return pasts
}
