// @vitest-environment node
import { defineContract, defineRoom, request, type, type StandardSchema } from '@painda/protocol'
import { expect, test, vi } from 'vitest'
import { toJSONSchema, type $ZodType } from 'zod/v4/core'
import { gte, literal, lte, number, object } from 'zod/mini'
import {
  blankOf,
  formOf,
  messageTypes,
  refusalOf,
  valueIn,
  withField,
  type MessageType,
} from '../src/contract-messages.js'
import { createFavourites } from '../src/favourites.js'
import { createShapes } from '../src/shapes.js'
import { CONTRACT } from './fake-client.js'

const named = (name: string) => {
  const found = messageTypes(CONTRACT, 'room').find((one) => one.type === name)
  if (found === undefined) throw new Error(`No ${name}.`)
  return found
}

/** A validator that knows its shape only by a method of its own, as libraries did before the standard had one. */
function withMethod(method: string, make: () => unknown): StandardSchema {
  return Object.assign(type<unknown>(), { [method]: make })
}

const fieldsOf = (message: MessageType) => formOf(message, createShapes())

const only = (schema: StandardSchema) => ({ type: 'x', how: 'send' as const, schema })

test('a contract names what may be sent to the server, and to a room', () => {
  const Room = defineRoom({ name: 'a', state: () => ({}), messages: { move: type() } })
  const contract = defineContract({
    rooms: { Room },
    messages: { chat: type() },
    requests: { time: request(type(), type()) },
  })
  const names = (scope: 'client' | 'room') =>
    messageTypes(contract, scope).map(({ type: name, how }) => [name, how])
  expect(names('client')).toEqual([
    ['chat', 'send'],
    ['time', 'request'],
  ])
  expect(names('room')).toEqual([['move', 'send']])
  expect(messageTypes(undefined, 'room')).toEqual([])
})

test('a form has a field per property, of the kind that the validator says', () => {
  expect(fieldsOf(named('buy'))?.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
    ['item', 'choice', true],
    ['isGift', 'yes-no', true],
    ['note', 'text', false],
  ])
  expect(fieldsOf(named('move'))?.map(({ hint }) => hint)).toEqual(['from -1 to 1', 'from -1 to 1'])
  expect(blankOf(fieldsOf(named('buy')) ?? [])).toEqual({ item: 'bomb', isGift: false })
})

test.each(['toJSONSchema', 'toJsonSchema'])('a validator that has %s has a form too', (method) => {
  const shape = { type: 'object', properties: { at: { type: 'number' }, path: { type: 'array' } } }
  const fields = fieldsOf(only(withMethod(method, () => shape)))
  expect(fields?.map(({ kind }) => kind)).toEqual(['number', 'json'])
})

test('a payload that is one value is one field; a validator that cannot say its shape has none', () => {
  const single = fieldsOf(only(withMethod('toJSONSchema', () => ({ type: 'string' }))))
  expect(single?.map(({ name, kind }) => [name, kind])).toEqual([['', 'text']])
  expect(blankOf(single ?? [])).toBe('')
  const throwing = withMethod('toJSONSchema', () => {
    throw new Error('A date has no JSON Schema.')
  })
  expect(fieldsOf(only(throwing))).toBeNull()
  expect(fieldsOf(only(type()))).toBeNull()
  expect(fieldsOf(only(withMethod('toJSONSchema', () => 'nonsense')))).toBeNull()
})

test('zod/mini says nothing by itself: with zod’s converter its messages have a form, and so those that were asked for before', () => {
  const move = only(object({ dx: number().check(gte(-1), lte(1)), item: literal(['bomb', 'freeze']) }))
  const shapes = createShapes()
  expect(formOf(move, shapes)).toBeNull()
  shapes.learn('valibot', () => ({ type: 'string' }))
  expect(formOf(move, shapes), 'of another vendor').toBeNull()
  // Of zod's own validators only.
  shapes.learn('zod', (schema) => toJSONSchema(schema as $ZodType))
  expect(formOf(move, shapes)?.map(({ name, kind, hint }) => [name, kind, hint])).toEqual([
    ['dx', 'number', 'from -1 to 1'],
    ['item', 'choice', ''],
  ])
  shapes.learn(null, () => ({ type: 'boolean' }))
  expect(formOf(only(type()), shapes)?.map(({ kind }) => kind)).toEqual(['yes-no'])
})

test('a library that is offered is loaded when a form is wanted, once, and one that cannot be is done without', async () => {
  const shapes = createShapes()
  const load = vi.fn(async () => () => ({ type: 'string' }))
  shapes.offer('painda', load)
  shapes.offer('gone', () => Promise.reject(new Error('It cannot be loaded.')))
  expect(formOf(only(type()), shapes)).toBeNull()
  expect(load).not.toHaveBeenCalled()
  await Promise.all([shapes.ready(), shapes.ready()])
  await shapes.ready()
  expect(load).toHaveBeenCalledTimes(1)
  expect(formOf(only(type()), shapes)?.map(({ kind }) => kind)).toEqual(['text'])
})

test('what the contract refuses is said as its validator says it', () => {
  expect(refusalOf(named('move'), { dx: 1, dy: 0 })).toBeNull()
  expect(refusalOf(named('move'), { dx: 2, dy: 0 })).toContain('dx and dy are −1, 0 or 1')
})

test('a field is read and written in the payload, and an optional one taken out', () => {
  const payload = { item: 'bomb', note: 'x' }
  expect(withField(payload, 'note', undefined)).toEqual({ item: 'bomb' })
  expect(withField(payload, 'item', 'boots')).toEqual({ item: 'boots', note: 'x' })
  expect(withField('nothing to write into', 'item', 1)).toEqual({ item: 1 })
  expect([valueIn(payload, 'note'), valueIn(payload, 'toString'), valueIn(7, '')]).toEqual([
    'x',
    undefined,
    7,
  ])
})

function createStorage(first: string | null = null): Storage {
  let text = first
  const storage = { getItem: () => text, setItem: (_key: string, value: string) => void (text = value) }
  // Nothing else of it is used.
  return storage as unknown as Storage
}

test('favourites are kept by the browser, and taken out by the same button', () => {
  const storage = createStorage()
  const favourites = createFavourites(() => storage)
  const bomb = { type: 'buy', payload: '{"item":"bomb"}' }
  favourites.toggle(bomb)
  favourites.toggle({ type: 'move', payload: '' })
  expect(createFavourites(() => storage).list()).toEqual([bomb, { type: 'move', payload: '' }])
  favourites.toggle(bomb)
  expect([favourites.has(bomb), createFavourites(() => storage).has(bomb)]).toEqual([false, false])
})

test.each([['{'], ['7'], ['[1, null, {"type": 2, "payload": ""}]']])(
  'a store that holds %s has no favourites',
  (text) => {
    expect(createFavourites(() => createStorage(text)).list()).toEqual([])
  },
)

test('without storage favourites last as long as the page, thirty of them', () => {
  const favourites = createFavourites(() => {
    throw new Error('SecurityError')
  })
  for (let i = 0; i < 40; i++) favourites.toggle({ type: `t${i}`, payload: '' })
  expect(favourites.list()).toHaveLength(30)
  expect(favourites.list()[0]?.type).toBe('t10')
})
