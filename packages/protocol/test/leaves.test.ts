import {
  assertJson,
  createEmitter,
  createInspector,
  createRandom,
  ERRORS,
  MAX_DEPTH,
  PPError,
  readCloseCode,
  toPPError,
  defineContract,
  defineRoom,
  request,
  type,
  validate,
} from '@painda/protocol'
import { describe, expect, test } from 'vitest'

function thrownBy(run: () => unknown): PPError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown
  }
  throw new Error('expected a PPError')
}

describe('state that is JSON', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  test.each([
    ['a Date', { at: new Date(0) }, 'at'],
    ['a Map', { a: { m: new Map() } }, 'a.m'],
    ['undefined', { a: undefined }, 'a'],
    ['NaN', { list: [0, Number.NaN] }, 'list.1'],
    ['Infinity', { n: Infinity }, 'n'],
    ['a function', { f: () => 1 }, 'f'],
    ['a class instance', { e: new (class Enemy {})() }, 'e'],
    ['a bigint', { b: 1n }, 'b'],
    ['a key that reaches the prototype', JSON.parse('{"a":{"__proto__":1}}') as unknown, 'a.__proto__'],
  ])('%s is refused with its path', (_name, value, path) => {
    const error = thrownBy(() => assertJson(value))
    expect(error.code).toBe('STATE_NOT_JSON')
    expect(error.path?.join('.')).toBe(path)
    expect(error.message).toContain(path)
  })

  test('a cycle is refused, at the depth limit', () => {
    expect(thrownBy(() => assertJson(cycle)).path).toHaveLength(MAX_DEPTH)
  })

  test('plain JSON passes, with and without a prototype', () => {
    assertJson({ a: [1, 'x', null, true, { b: Object.assign(Object.create(null) as object, { c: 1 }) }] })
  })
})

describe('errors', () => {
  test('every code that ends a connection has a close code of its own meaning', () => {
    for (const [code, row] of Object.entries(ERRORS)) {
      if (row.next === 'none') continue
      expect(readCloseCode(row.closeCode), code).toMatchObject({ reason: row.reason, next: row.next })
    }
  })

  test('an unknown close code is a transport close, to be retried', () => {
    expect(readCloseCode(1006)).toEqual({ reason: 'transport close', next: 'retry' })
    expect(readCloseCode(3999)).toEqual({ reason: 'transport close', next: 'retry' })
  })

  test('the documented reasons are there', () => {
    const reasons = new Set<string>(Object.values(ERRORS).map((row) => row.reason))
    expect(reasons).toContain('Ping timeout')
    expect(reasons).toContain('forced server disconnect')
    expect(ERRORS.INVALID_PROTOCOL_VERSION.reason).toContain('Invalid Protocol Version')
  })

  test('a PPError without a sentence says its code', () => {
    const error = new PPError('ROOM_FULL', false)
    expect(error.message).toBe('ROOM_FULL')
    expect(String(error)).toBe('PPError: ROOM_FULL')
    expect(new PPError('ROOM_FULL', false, false).details).toBeUndefined()
  })

  test('a PPError keeps its code, hint and cause; others are wrapped', () => {
    const cause = new Error('low level')
    const error = new PPError('REFUSED', 'No.', { hint: 'Ask again.', cause })
    expect(error.message).toBe('No. Ask again.')
    expect(error.cause).toBe(cause)
    expect(toPPError(error, 'INTERNAL')).toBe(error)
    expect(toPPError(cause, 'INTERNAL')).toMatchObject({ code: 'INTERNAL', message: 'low level' })
    expect(toPPError('text', 'INTERNAL').message).toBe('text')
  })
})

describe('emitter', () => {
  test('a listener that throws does not silence the next one', () => {
    const thrown: unknown[] = []
    const emitter = createEmitter<{ ping: [number] }>((error) => thrown.push(error))
    const got: number[] = []
    emitter.on('ping', () => {
      throw new Error('bad listener')
    })
    emitter.on('ping', (value) => got.push(value))
    emitter.emit('ping', 1)
    expect(got).toEqual([1])
    expect(thrown).toHaveLength(1)
  })

  test('a listener whose promise fails is reported like one that throws', async () => {
    const thrown: unknown[] = []
    const emitter = createEmitter<{ ping: [] }>((error) => thrown.push(error))
    emitter.on('ping', () => Promise.reject(new Error('later')))
    emitter.on('ping', async () => {})
    emitter.emit('ping')
    await new Promise(setImmediate)
    expect(thrown).toEqual([new Error('later')])
  })

  test('once fires once; an undo works twice; a list under way is not changed', () => {
    const emitter = createEmitter<{ ping: [] }>(() => {})
    const log: string[] = []
    emitter.once('ping', () => log.push('once'))
    const undo = emitter.on('ping', () => {
      log.push('first')
      undo()
      emitter.on('ping', () => log.push('late'))
    })
    emitter.emit('ping')
    expect(log).toEqual(['once', 'first'])
    undo()
    emitter.emit('ping')
    expect(log).toEqual(['once', 'first', 'late'])
    expect(emitter.listenerCount('ping')).toBe(1)
  })
})

describe('random', () => {
  test('a seed is a sequence, and named forks are independent of how often the parent was asked', () => {
    const a = createRandom(42)
    const b = createRandom(42)
    const first = [a.next(), a.next(), a.int(1, 6)]
    expect([b.next(), b.next(), b.int(1, 6)]).toEqual(first)
    expect(createRandom(42).fork('x').next()).toBe(a.fork('x').next())
    expect(a.fork('x').next()).not.toBe(a.fork('y').next())
  })

  test('whole numbers stay within their ends and reach both', () => {
    const random = createRandom(1)
    const seen = new Set(Array.from({ length: 500 }, () => random.int(1, 6)))
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6])
  })
})

test('an inspector without listeners is inactive', () => {
  const inspector = createInspector()
  const seen: string[] = []
  expect(inspector.active).toBe(false)
  const undo = inspector.listen((event) => seen.push(event.kind))
  expect(inspector.active).toBe(true)
  inspector.emit({ kind: 'error', at: 0, peer: 'p', code: 'INTERNAL', message: 'm' })
  undo()
  inspector.emit({ kind: 'error', at: 0, peer: 'p', code: 'INTERNAL', message: 'm' })
  expect(seen).toEqual(['error'])
})

describe('contract', () => {
  test('[EV2] reserved names are refused at definition', () => {
    const define = (name: string) => () =>
      defineRoom({ name: 'r', state: () => ({}), messages: { [name]: type<null>() } })
    expect(thrownBy(define('__pp_ack')).code).toBe('RESERVED_TYPE')
    expect(thrownBy(define('error')).code).toBe('RESERVED_TYPE')
  })

  test('one name cannot be a message and a request, nor name two rooms', () => {
    const room = { name: 'r', state: () => ({}) }
    const both = {
      ...room,
      messages: { buy: type<null>() },
      requests: { buy: request(type<null>(), type<null>()) },
    }
    expect(thrownBy(() => defineRoom(both)).code).toBe('INVALID_ARGUMENT')
    expect(thrownBy(() => defineContract({ rooms: { a: room, b: room } })).code).toBe('INVALID_ARGUMENT')
  })

  test('[EV5] a validator speaks Standard Schema; its first issue is told', () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'string'
            ? { value }
            : { issues: [{ message: 'not text', path: ['a', { key: 0 }] }] },
      },
    }
    expect(validate(schema, 'x', 'chat')).toBe('x')
    expect(thrownBy(() => validate(schema, 5, 'chat'))).toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: 'chat is invalid: a.0: not text',
    })
  })

  test('an asynchronous validator is a programmer’s mistake', () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => Promise.resolve({ value }),
      },
    }
    expect(thrownBy(() => validate(schema, 5, 'chat')).code).toBe('INVALID_ARGUMENT')
  })
})
