import {
  compareContracts,
  contractNames,
  contractRows,
  createNameTable,
  createWireCodec,
  defineContract,
  defineRoom,
  hashState,
  MAX_MISMATCHES,
  PPSchemaRegistry,
  request,
  stringSerializer,
  type,
} from '@painda/protocol'
import type { Message, MessageOf, StandardSchema } from '@painda/protocol'
import { describe, expect, test } from 'vitest'
import { codeOf } from './code-of.js'

/** A validator that can say itself as JSON Schema, as zod and arktype do. */
function shaped(shape: Record<string, unknown> | Error): StandardSchema<unknown> {
  const say = (): Record<string, unknown> => {
    if (shape instanceof Error) throw shape
    return shape
  }
  const { '~standard': standard } = type<unknown>()
  return { '~standard': { ...standard, jsonSchema: { input: say, output: say } } }
}

const NUMBER = { type: 'number' }
const hex = (value: unknown): string => hashState(value).toString(16).padStart(8, '0')

const arena = defineRoom({
  name: 'arena',
  state: () => ({}),
  messages: { move: shaped(NUMBER) },
  requests: { buy: request(shaped(NUMBER), type<null>()) },
  events: { boom: type<null>() },
  presence: type<{ name: string }>(),
  sync: { 'players.*.x': { quantize: 0.125, to: 'owner' }, time: {} },
})

describe('the rows of a contract', () => {
  test('[CT1] a row per name, with what must agree behind it, sorted', () => {
    const contract = defineContract({ version: '2', rooms: { arena }, messages: { chat: type<string>() } })
    const registry = new PPSchemaRegistry().register('note', 1, stringSerializer())
    const [{ id, layout } = { id: 0, layout: '' }] = registry.table()
    expect(contractRows(contract, registry)).toEqual([
      'event "arena"."boom"',
      'message "arena"."move"=' + hex(NUMBER),
      'message "chat"',
      'presence "arena"',
      'request "arena"."buy"=' + hex(NUMBER),
      'room "arena"',
      `schema "note"=${id},${hex(layout)}`,
      'sync "arena"."players.*.x"=0.125,owner',
      'sync "arena"."time"=,',
      'version=2',
    ])
    expect(contractRows()).toEqual(['version='])
  })

  test('[CT1] a shape is of what travels; one that JSON Schema cannot say is left out', () => {
    const rows = (schema: StandardSchema<unknown>): readonly string[] =>
      contractRows({ messages: { m: schema } })
    // The order of keys is the validator's own affair.
    expect(rows(shaped({ a: 1, b: 2 }))).toEqual(rows(shaped({ b: 2, a: 1 })))
    expect(rows(shaped({ a: 1 }))).not.toEqual(rows(shaped({ a: 2 })))
    expect(rows(shaped(new Error('a Date')))).toEqual(['message "m"', 'version='])
  })

  test('[CT1] names with dots, quotes and "=" are never taken for other names', () => {
    const nested = contractRows({
      rooms: { a: { name: 'a', state: () => ({}), messages: { b: type<null>() } } },
    })
    const flat = contractRows({
      rooms: { a: { name: 'a', state: () => ({}) } },
      messages: { 'a"."b': type<null>(), 'a.b': type<null>(), 'x=y': type<null>() },
    })
    expect(nested.filter((row) => flat.includes(row))).toEqual(['room "a"', 'version='])
    expect(compareContracts([], flat).map(({ name }) => name)).toContain('message "x=y"')
  })

  test('a contract that no server would read is refused where it is used', () => {
    const messages = Object.fromEntries(Array.from({ length: 4100 }, (_, i) => [`m${i}`, type<null>()]))
    expect(codeOf(() => contractRows({ messages }))).toBe('INVALID_ARGUMENT')
    expect(codeOf(() => defineContract({ messages: { ['m'.repeat(257)]: type<null>() } }))).toBe(
      'INVALID_ARGUMENT',
    )
    expect(codeOf(() => defineContract({ messages: { '': type<null>() } }))).toBe('INVALID_ARGUMENT')
    expect(codeOf(() => defineRoom({ name: 'r'.repeat(257), state: () => ({}) }))).toBe('INVALID_ARGUMENT')
  })
})

describe('two contracts compared', () => {
  test('[CT2] what differs is named with where it is, and only that', () => {
    const ours = contractRows({ rooms: { arena }, messages: { a: type<null>(), c: type<null>() } })
    const theirs = contractRows({
      rooms: { arena: { ...arena, messages: { move: shaped({ type: 'string' }) } } },
      messages: { b: type<null>(), c: type<null>() },
    })
    expect(compareContracts(ours, ours)).toEqual([])
    expect(compareContracts(theirs, ours)).toEqual([
      { name: 'message "a"', where: 'server' },
      { name: 'message "arena"."move"', where: 'both' },
      { name: 'message "b"', where: 'client' },
    ])
  })

  test('[CT1] registries are compared when both ends have one', () => {
    const note = contractRows({}, new PPSchemaRegistry().register('note', 1, stringSerializer()))
    const note2 = contractRows({}, new PPSchemaRegistry().register('note', 2, stringSerializer()))
    expect(compareContracts(contractRows(), note)).toEqual([])
    expect(compareContracts(note, note2)).toEqual([{ name: 'schema "note"', where: 'both' }])
  })
})

describe('numbers', () => {
  const names = contractNames({ rooms: { arena }, messages: { chat: type<string>(), move: type<null>() } })

  test('[CT3] the names of all kinds share one order', () => {
    expect(names).toEqual(['arena', 'boom', 'buy', 'chat', 'move'])
  })

  test('[CT3] numbers are neither said nor taken before the welcome that agrees, nor after one that does not', () => {
    const sender = createWireCodec(undefined, createNameTable(names, true))
    const table = createNameTable(names)
    const receiver = createWireCodec(undefined, table)
    const event: Message = { kind: 'event', type: 'move' }
    const numbered = sender.encode(event)
    expect(codeOf(() => receiver.decode(numbered))).toBe('MALFORMED_FRAME')
    // The welcome counts for what stands behind it in its own frame.
    const [frame = new Uint8Array()] = sender.pack([sender.encode(WELCOME), numbered])
    expect(receiver.decode(frame)).toEqual([WELCOME, event])
    expect(receiver.encode(event)).toEqual(numbered)
    const { compact: _, ...without } = WELCOME
    receiver.decode(sender.encode(without))
    expect(table.isAgreed).toBe(false)
    expect(codeOf(() => receiver.decode(numbered))).toBe('MALFORMED_FRAME')
    expect(receiver.encode(event)).toEqual(createWireCodec().encode(event))
  })

  test('[CT3] a number beyond the names is malformed, in an event and in a field', () => {
    const codec = createWireCodec(undefined, createNameTable(names, true))
    for (const bytes of ['4905', '000488030561636b49640103686f77a46a6f696e046e616d6505', '4980'])
      expect(codeOf(() => codec.decode(Buffer.from(bytes, 'hex')))).toBe('MALFORMED_FRAME')
  })
})

const WELCOME: MessageOf<'welcome'> = {
  kind: 'welcome',
  id: 'c1',
  token: 't',
  outcome: 'new',
  received: 0,
  missed: 0,
  heartbeatMs: 1,
  windowMs: 1,
  maxPayloadBytes: 1,
  serverNow: 1,
  compact: true,
}

test('[HS5] a welcome with more mismatches than anybody reads is malformed', () => {
  const codec = createWireCodec()
  const mismatches = Array.from({ length: MAX_MISMATCHES + 1 }, (_, i) => ({
    name: `message "${i}"`,
    where: 'client' as const,
  }))
  const { compact: _, ...welcome } = WELCOME
  expect(codeOf(() => codec.decode(codec.encode({ ...welcome, mismatches })))).toBe('MALFORMED_FRAME')
  const most = { ...welcome, mismatches: mismatches.slice(1) }
  expect(codec.decode(codec.encode(most))).toEqual([most])
})
