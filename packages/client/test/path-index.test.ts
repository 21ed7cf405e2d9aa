import { createViewEncoder, createWireCodec, diff, patchImmutable } from '@painda/protocol'
import type { Json, Message, Touched } from '@painda/protocol'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createPathIndex } from '../src/path-index.js'
import type { PathIndex } from '../src/path-index.js'
import { PathNode } from '../src/path-node.js'
import { createRecorder } from '../src/record.js'

interface Held<S> {
  index: PathIndex<S>
  readonly state: S | undefined
  /** One frame: several deltas, then one notification. */
  apply(...deltas: unknown[]): void
  become(next: S): void
  errors: unknown[]
}

/** `maps`: paths of maps of entities, whose rows travel together from the first. */
function hold<S>(initial?: S, maps: readonly string[] = []): Held<S> {
  let state: S | undefined
  const errors: unknown[] = []
  const index = createPathIndex<S>({ getState: () => state, onError: (thrown) => errors.push(thrown) })
  // What was touched is told by the decoder of the wire, as in a room.
  const codec = createWireCodec()
  const view = createViewEncoder(1, maps)
  let version = 0
  const receive = (bytes: Uint8Array): Extract<Message, { kind: 'delta' | 'snapshot' }> => {
    const [message] = codec.decode(bytes)
    if (message?.kind !== 'delta' && message?.kind !== 'snapshot') throw new Error('no state')
    return message
  }
  const begin = (whole: unknown): S =>
    receive(view.snapshot({ kind: 'snapshot', room: 'r', version, tick: version, state: whole })).state as S
  if (initial !== undefined) state = begin(initial)

  return {
    index,
    errors,
    get state() {
      return state
    },
    apply(...deltas) {
      for (const delta of deltas) {
        const before = state
        const from = version++
        const message = receive(
          view.delta({ kind: 'delta', room: 'r', from, to: version, tick: version, delta }),
        )
        const touched: readonly Touched[] | undefined = message.kind === 'delta' ? message.touched : undefined
        state = message.state as S
        index.touch(touched, before, state)
      }
      index.flush()
    },
    become(next) {
      if (state !== undefined) {
        const delta = diff(state, next)
        if (delta !== undefined) this.apply(delta)
        return
      }
      state = begin(next)
      index.touch(undefined, undefined, state)
      index.flush()
    },
  }
}

/** Counts the runs of a selector and collects what its listener is told. */
function watch<S, T>({ index }: Held<S>, selector: (state: S) => T, options?: { fireImmediately?: boolean }) {
  const told: T[] = []
  let runs = 0
  const undo = index.subscribe(
    (state) => {
      runs++
      return selector(state)
    },
    (value) => told.push(value),
    options,
  )
  return {
    told,
    undo,
    get runs() {
      return runs
    },
  }
}

type Players = {
  players: { [id: string]: { x: number; y: number; name?: string } }
  cursor: string
  list: number[]
}

const START: Players = {
  players: { a: { x: 1, y: 1 }, b: { x: 2, y: 2 } },
  cursor: 'a',
  list: [1, 2, 3],
}

describe('which subscribers look again', () => {
  test('[PI1] a thousand subscribers, one touched path: one selector runs', () => {
    const players = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${i}`, { x: i, y: 0 }]))
    const held = hold({ players })
    let runs = 0
    const told: number[] = []
    for (const id of Object.keys(players)) {
      held.index.subscribe(
        (state) => {
          runs++
          return state.players[id]?.x
        },
        (value) => told.push(value ?? -1),
      )
    }
    runs = 0
    held.apply({ players: { p7: { x: 1_007 } } })
    expect(runs).toBe(1)
    expect(told).toEqual([1_007])
    held.apply({ players: { p7: { y: 3 } } })
    expect(runs).toBe(1)
  })

  test('[PI1] a thousand subscribers of list items, one item changed in place: one selector runs', () => {
    const held = hold({ rows: Array.from({ length: 1_000 }, (_, i) => ({ n: i })) })
    let runs = 0
    for (let i = 0; i < 1_000; i++) {
      held.index.subscribe(
        (state) => {
          runs++
          return state.rows[i]?.n
        },
        () => {},
      )
    }
    runs = 0
    held.apply({ rows: { __pp_array_ops: [{ op: 'patch', index: 5, delta: { n: -1 } }] } })
    expect(runs).toBe(1)
  })

  test('a selector that returns an object it did not look into is woken by any change below it', () => {
    const held = hold(START)
    const all = watch(held, (state) => state.players)
    held.apply({ players: { a: { x: 5 } } })
    expect(all.told).toEqual([held.state?.players])
    // What it gets is the state itself, not a stand-in.
    expect(all.told[0]).toBe(held.state?.players)
  })

  test('[PI1] a path that depends on the state is followed when it moves', () => {
    const held = hold(START)
    const seen = watch(held, (state) => state.players[state.cursor]?.x)
    held.apply({ players: { b: { x: 9 } } })
    expect(seen.runs).toBe(1)
    held.apply({ cursor: 'b' })
    held.apply({ players: { b: { x: 10 } } })
    held.apply({ players: { a: { x: 11 } } })
    expect(seen.told).toEqual([9, 10])
    expect(seen.runs).toBe(3)
  })

  test('a moved path whose value stays equal is followed too', () => {
    const held = hold<Players>({ ...START, players: { a: { x: 1, y: 0 }, b: { x: 1, y: 0 } } })
    const seen = watch(held, (state) => state.players[state.cursor]?.x)
    held.apply({ cursor: 'b' })
    held.apply({ players: { b: { x: 2 } } })
    expect(seen.told).toEqual([2])
  })

  test('a deleted and a created path are seen', () => {
    const held = hold(START)
    const x = watch(held, (state) => state.players['a']?.x)
    held.apply({ players: { a: { __pp_deleted: true } } })
    held.apply({ players: { a: { x: 4, y: 4 } } })
    expect(x.told).toEqual([undefined, 4])
  })

  test('an object that becomes null or a list is seen by who read a field that neither has', () => {
    const held = hold<{ box: unknown }>({ box: {} })
    const seen = watch(held, (state) => {
      const box = state.box as { x?: number } | null
      return box === null ? 'null' : Array.isArray(box) ? 'list' : box.x
    })
    held.apply({ box: null })
    held.apply({ box: { __pp_value: {} } })
    held.apply({ box: [] })
    expect(seen.told).toEqual(['null', undefined, 'list'])
  })

  test('[PI1] Object.keys is woken by a key that comes or goes, not by a change below', () => {
    const held = hold(START)
    const count = watch(held, (state) => Object.keys(state.players).length)
    held.apply({ players: { a: { x: 8 } } })
    expect(count.runs).toBe(1)
    held.apply({ players: { c: { x: 0, y: 0 } } })
    held.apply({ players: { a: { __pp_deleted: true } } })
    held.apply({ players: { b: { __pp_deleted: true } } })
    expect(count.told).toEqual([3, 2, 1])
  })

  test('`in` and Object.hasOwn are woken by that key alone', () => {
    const held = hold(START)
    const isIn = watch(held, (state) => 'c' in state.players)
    const hasOwn = watch(held, (state) => Object.hasOwn(state.players, 'a'))
    held.apply({ players: { d: { x: 0, y: 0 } } })
    held.apply({ players: { a: { x: 3 } } })
    expect([isIn.runs, hasOwn.runs]).toEqual([1, 1])
    held.apply({ players: { c: { x: 0, y: 0 }, a: { __pp_deleted: true } } })
    expect([isIn.told, hasOwn.told]).toEqual([[true], [false]])
  })

  test('iteration, spread and JSON.stringify see every change', () => {
    const held = hold(START)
    const sum = watch(held, (state) => state.list.reduce((a, b) => a + b, 0))
    const spread = watch(held, (state) => ({ ...state.players['a'] }).x)
    const text = watch(held, (state) => JSON.stringify(state.players))
    const loop = watch(held, (state) => {
      let most = 0
      for (const [, { x }] of Object.entries(state.players)) most = Math.max(most, x)
      return most
    })
    held.apply({ list: { __pp_array_ops: [{ op: 'splice', index: 0, deleteCount: 1, items: [] }] } })
    held.apply({ players: { a: { x: 50 } } })
    expect(sum.told).toEqual([5])
    expect(spread.told).toEqual([50])
    expect(text.told).toEqual([JSON.stringify(held.state?.players)])
    expect(loop.told).toEqual([50])
    expect(sum.runs).toBe(2)
  })

  test('an object that was looked into and returned is woken by any change below it', () => {
    const held = hold(START)
    const seen = watch(held, (state) => {
      const player = state.players['a']
      return player !== undefined && player.x > 0 ? player : null
    })
    held.apply({ players: { a: { y: 7 } } })
    expect(seen.told).toEqual([{ x: 1, y: 7 }])
    expect(seen.told[0]).toBe(held.state?.players['a'])
  })

  test('a result made of parts of the state holds those parts themselves', () => {
    const held = hold(START)
    const seen = watch(held, (state) => [state.players['a'], { b: state.players['b'] }] as const)
    held.apply({ players: { a: { x: 2 } } })
    expect(seen.told[0]?.[0]).toBe(held.state?.players['a'])
    expect(seen.told[0]?.[1].b).toBe(held.state?.players['b'])
    held.apply({ players: { b: { x: 3 } } })
    expect(seen.told).toHaveLength(2)
  })

  test('a selector that remembers its result gives the same object again', () => {
    const held = hold(START)
    let lastInput: unknown
    let lastResult: object = {}
    const seen = watch(held, (state) => {
      const input = state.players['a']?.x
      if (input !== lastInput) lastResult = { part: state.players['b'] }
      lastInput = input
      return lastResult
    })
    held.apply({ players: { a: { y: 5 } } })
    held.apply({ players: { b: { y: 5 } } })
    expect(seen.told).toEqual([])
    held.apply({ players: { a: { x: 5 } } })
    expect(seen.told).toEqual([{ part: held.state?.players['b'] }])
  })

  test('parts kept where nobody can find them make the selector look at every change', () => {
    const held = hold(START)
    const seen = watch(held, (state) => new Map([['a', state.players['a']]]))
    held.apply({ list: [9] })
    expect(seen.runs, 'each time once more on the state itself').toBe(4)
    expect(seen.told[0]?.get('a')).toBe(held.state?.players['a'])
  })

  test('a selector whose result nobody can look into leaves nothing behind of where it has been', () => {
    const held = hold<{ bullets: { [id: string]: { x: number } } }>({ bullets: {} })
    const child = vi.spyOn(PathNode.prototype, 'child')
    onTestFinished(() => child.mockRestore())
    const seen = watch(held, ({ bullets }) => new Map(Object.entries(bullets)))
    for (let n = 1; n < 10; n++) {
      held.apply({
        bullets: { [`b${n}`]: { x: n }, ...(n > 1 && { [`b${n - 1}`]: { __pp_deleted: true } }) },
      })
    }
    expect(seen.told.at(-1)).toEqual(new Map([['b9', { x: 9 }]]))
    const made = child.mock.results.map(({ value }) => value as PathNode<object>)
    expect([made.length > 9, made.filter((node) => node.parent?.find(node.key) === node)]).toEqual([true, []])
  })

  test('a part that a selector keeps from one run to the next stays as it was, and every change wakes it', () => {
    const held = hold(START)
    let kept: { x: number } | undefined
    const seen = watch(held, (state) => {
      kept ??= state.players['a']
      return `${kept?.x} ${state.cursor}`
    })
    held.apply({ players: { a: { x: 5 } } })
    held.apply({ list: [9] })
    held.apply({ cursor: 'b' })
    expect(seen.told).toEqual(['1 b'])
    expect(seen.runs).toBe(4)
  })

  test('a selector that remembers by its inputs goes on seeing what it remembers', () => {
    const held = hold(START)
    const remember = new Map<unknown, string>()
    const seen = watch(held, ({ players, cursor }) => {
      const text = remember.get(players) ?? JSON.stringify(players)
      remember.set(players, text)
      return `${cursor} ${text}`
    })
    for (const cursor of ['b', 'c']) held.apply({ cursor })
    held.apply({ players: { a: { y: 6 } } })
    expect(seen.told.at(-1)).toBe(`c ${JSON.stringify(held.state?.players)}`)
  })

  test('a selector that looks at a thousand rows and more is woken by any of them', () => {
    const held = hold({
      rows: Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`r${i}`, { n: 1 }])),
    })
    const sum = watch(held, (state) => Object.values(state.rows).reduce((all, { n }) => all + n, 0))
    held.apply({ rows: { r1499: { n: 2 } } })
    held.apply({ rows: { r0: { n: 2 } } })
    expect(sum.told).toEqual([1_501, 1_502])
  })

  test('a selector that subscribes another one is woken by every change', () => {
    const held = hold(START)
    const told: unknown[] = []
    const seen = watch(held, (state) => {
      const x = state.players['a']?.x
      held.index.subscribe(
        (inner) => inner.cursor,
        (cursor) => told.push(cursor),
      )()
      return x
    })
    held.apply({ list: [9] })
    held.apply({ players: { a: { x: 5 } } })
    expect([seen.runs, seen.told, told]).toEqual([3, [5], []])
  })

  test('a list whose items shift is compared item by item', () => {
    const held = hold({ list: [{ n: 1 }, { n: 2 }, { n: 3 }] })
    const first = watch(held, (state) => state.list[0]?.n)
    const last = watch(held, (state) => state.list.at(-1)?.n)
    held.apply({ list: { __pp_array_ops: [{ op: 'splice', index: 1, deleteCount: 1, items: [] }] } })
    expect([first.runs, last.runs]).toEqual([1, 2])
    expect([first.told, last.told]).toEqual([[], []])
  })

  test('an item of a list is followed when a map with the same key takes its place, and back', () => {
    const held = hold<{ things: { [key: number]: number } }>({ things: [1, 2] })
    const seen = watch(held, ({ things }) => things[1])
    for (const things of [{ 1: 5 }, { 0: 1, 1: 6 }, [7, 8], [7, 9]]) held.become({ things })
    expect(seen.told).toEqual([5, 6, 8, 9])
    expect(seen.runs).toBe(5)
  })

  test('the equality decides, and the previous value is given', () => {
    const held = hold(START)
    const told: [number[], number[]][] = []
    held.index.subscribe(
      (state) => Object.values(state.players).map(({ x }) => x),
      (value, previous) => told.push([value, previous]),
      { equality: (a, b) => a.join() === b.join() },
    )
    held.apply({ players: { a: { y: 4 } } })
    held.apply({ players: { a: { x: 4 } } })
    expect(told).toEqual([
      [
        [4, 2],
        [1, 2],
      ],
    ])
  })

  test('before the first state nothing is called; the first value is its own predecessor', () => {
    const held = hold<Players>()
    const told: unknown[][] = []
    held.index.subscribe(
      (state) => state.cursor,
      (...args) => told.push(args),
      { fireImmediately: true },
    )
    expect(told).toEqual([])
    held.become(START)
    expect(told).toEqual([['a', 'a']])
  })

  test('fireImmediately calls once with the value of now', () => {
    const seen = watch(hold(START), (state) => state.cursor, { fireImmediately: true })
    expect(seen.told).toEqual(['a'])
  })

  test('a selector or listener that throws is reported, and the others are called', () => {
    const held = hold(START)
    held.index.subscribe(
      (state) => {
        if (state.players['a']?.x === 5) throw new Error('selector')
        return state.players['a']?.x
      },
      () => {},
    )
    held.index.subscribe(
      (state) => state.players['a']?.x,
      () => {
        throw new Error('listener')
      },
    )
    const other = watch(held, (state) => state.players['a']?.x)
    held.apply({ players: { a: { x: 5 } } })
    expect(other.told).toEqual([5])
    expect(held.errors.map(String)).toEqual(['Error: selector', 'Error: listener'])
    held.apply({ players: { a: { x: 6 } } })
    expect(other.told).toEqual([5, 6])
  })

  test('a selector cannot change the state', () => {
    const held = hold(START)
    watch(held, (state) => state.list.sort())
    watch(held, (state) => delete state.players['a'])
    expect(held.errors).toMatchObject([{ code: 'INVALID_ARGUMENT' }, { code: 'INVALID_ARGUMENT' }])
    expect(held.state).toEqual(START)
  })

  test('what a selector throws goes to its own onError, where there is one, until it gives a value again', () => {
    const held = hold(START)
    const told: unknown[] = []
    const thrown: string[] = []
    held.index.subscribe(
      (state) => {
        const a = state.players['a']
        if (a === undefined) throw new Error('gone')
        return a.x
      },
      (x) => told.push(x),
      { onError: (error) => thrown.push(String(error)) },
    )
    held.apply({ cursor: 'b' })
    held.apply({ players: { a: { __pp_deleted: true } } })
    expect([told, thrown, held.errors]).toEqual([[], ['Error: gone'], []])
    held.apply({ players: { a: { x: 7, y: 1 } } })
    expect([told, thrown]).toEqual([[7], ['Error: gone']])
  })

  test('[CB5] an onError that throws is reported, and the others are called, then and later', () => {
    const held = hold(START)
    held.index.subscribe(
      (state) => {
        if (state.players['a']?.x === 5) throw new Error('selector')
        return state.players['a']?.x
      },
      () => {},
      {
        onError() {
          throw new Error('onError')
        },
      },
    )
    const other = watch(held, (state) => state.players['a']?.x)
    held.apply({ players: { a: { x: 5 } } })
    held.apply({ players: { a: { x: 6 } } })
    expect([other.told, held.errors.map(String)]).toEqual([[5, 6], ['Error: onError']])
  })

  test('a part of the state is the same as an object that was taken from it before', () => {
    const held = hold(START)
    const { a, b } = held.state?.players ?? {}
    const isAtA = watch(held, ({ players, cursor }) => players[cursor] === a)
    const isAtB = watch(held, ({ players, cursor }) => players[cursor] === b)
    const place = watch(held, ({ players, cursor }) => [a, b].indexOf(players[cursor]))
    held.apply({ cursor: 'b' })
    held.apply({ cursor: 'a' })
    expect([isAtA.told, isAtB.told, place.told]).toEqual([
      [false, true],
      [true, false],
      [1, 0],
    ])
  })

  test('what takes no stand-in gets the state: a selector may clone', () => {
    const held = hold(START)
    const clones = watch(held, (state) => structuredClone(state.list))
    held.apply({ list: [3] })
    expect(clones.told).toEqual([[3]])
    expect(held.errors).toEqual([])
  })

  test('a frozen state can be selected from', () => {
    const frozen = Object.freeze({ box: Object.freeze({ list: Object.freeze([1, 2]) }) })
    const { record } = createRecorder(new PathNode(null, ''))
    const { value, failure } = record(frozen, (state) => state.box.list.map((n) => n * 2))
    expect({ value, failure }).toEqual({ value: [2, 4], failure: null })
  })

  test('the undo takes every entry back', () => {
    const held = hold(START)
    const seen = watch(held, (state) => [
      state.players['a']?.x,
      Object.keys(state.players),
      'q' in state.players,
    ])
    seen.undo()
    seen.undo()
    held.apply({ players: { a: { x: 3 }, z: { x: 1, y: 1 } } })
    expect(seen.runs).toBe(1)
    expect(held.index.size).toBe(0)
  })

  test('a listener that is taken back by another one in the same frame is not called', () => {
    const held = hold(START)
    const told: string[] = []
    let undoSecond = (): void => {}
    held.index.subscribe(
      (state) => state.cursor,
      () => {
        told.push('first')
        undoSecond()
      },
    )
    undoSecond = held.index.subscribe(
      (state) => state.cursor,
      () => told.push('second'),
    )
    held.apply({ cursor: 'b' })
    expect(told).toEqual(['first'])
  })
})

describe('against plain selectors', () => {
  const keys = ['a', 'b', 'c', 'toString', '0', '1', '2', 'length', '__pp_value']
  const leaf = fc.oneof(
    fc.constantFrom(0, 1, 2),
    fc.constantFrom('a', 'b', ''),
    fc.boolean(),
    fc.constant(null),
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(fc.constantFrom(...keys), tie('tree')), {
          maxLength: 5,
          selector: ([key]) => key,
        })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }))
  const root = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), tree), { maxLength: 6, selector: ([key]) => key })
    .chain((entries) =>
      // Mostly with a list of its own, from which items come and go.
      fc
        .subarray([0, 1, 2, { a: 1 }, { a: 2 }, { b: 1 }])
        .map((c): Box => ({ c, ...Object.fromEntries(entries) })),
    )

  type Box = { [key: string]: unknown }
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Box)[key] : undefined
  const isBox = (value: unknown): value is object => typeof value === 'object' && value !== null

  const path = fc.array(fc.constantFrom(...keys), { minLength: 1, maxLength: 3 })
  /** Selectors of every kind of reading, made of two random paths. */
  const selector = fc.tuple(fc.nat(12), path, path).map(([kind, one, two]) => {
    const go = (state: Box, way: readonly string[]): unknown =>
      way.reduce<unknown>((value, key) => at(value, key), state)
    return (state: Box): unknown => {
      const a = kind === 11 ? null : go(state, one)
      switch (kind) {
        case 0:
          return a
        case 1:
          return isBox(a) ? Object.keys(a).join() : typeof a
        case 2:
          return isBox(a) && 'b' in a
        case 3:
          return a ? 'yes' : 'no'
        case 4:
          return JSON.stringify(a)
        case 5:
          return Array.isArray(a) ? a.length : null
        case 6: {
          // A dynamic path: where one value says which other is read.
          const key = typeof a === 'string' ? a : '0'
          return at(go(state, two), key)
        }
        case 7:
          return isBox(a) ? Object.entries(a).filter(([, value]) => value === 1).length : a
        case 8:
          return a === go(state, two)
        case 9:
          return isBox(a) && at(a, 'a') === 1 ? a : go(state, two)
        case 10:
          return Array.isArray(a) ? a.find((item) => isBox(item)) : Object.hasOwn(state, one[0] ?? '')
        case 11:
          // The inherited ones are truthy too.
          return state[one[0] ?? ''] ? 'yes' : 'no'
        default:
          return isBox(a) ? Object.values({ ...a })[0] : undefined
      }
    }
  })

  test('[PI1] a listener is called exactly when its selected value has changed, whatever state, delta and selector', () => {
    fc.assert(
      fc.property(
        root,
        fc.array(fc.array(root, { minLength: 1, maxLength: 2 }), { maxLength: 5 }),
        fc.array(selector, { minLength: 1, maxLength: 6 }),
        (start, frames, selectors) => {
          const held = hold<Box>(start)
          const told: unknown[][] = selectors.map(() => [])
          const expected: unknown[][] = selectors.map(() => [])
          selectors.forEach((select, i) => held.index.subscribe(select, (value) => told[i]!.push(value)))
          let last = selectors.map((select) => select(held.state!))
          for (const states of frames) {
            const deltas: unknown[] = []
            let before: Box = held.state!
            for (const next of states) {
              const delta = diff(before, next)
              if (delta === undefined) continue
              deltas.push(delta)
              before = patchImmutable(before, delta)
            }
            held.apply(...deltas)
            const now = selectors.map((select) => select(held.state!))
            now.forEach((value, i) => {
              if (!Object.is(value, last[i])) expected[i]!.push(value)
            })
            last = now
          }
          expect(told).toEqual(expected)
          // The values are the state's own parts, not stand-ins or copies.
          told.forEach((values, i) =>
            values.forEach((value, n) => expect(Object.is(value, expected[i]![n])).toBe(true)),
          )
          expect(held.errors).toEqual([])
        },
      ),
      { numRuns: 600 },
    )
  })

  interface Teams {
    teams: { [team: string]: { players: { [id: string]: { x: number; hand: number[] } }; score: number } }
    rows: { n: number; m: number }[]
    log: string[]
  }
  const ids = fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 8 })
  /** One change of a tick: many players of many teams, rows of a list, one who comes or goes. */
  const change = fc.oneof(
    fc.record({ kind: fc.constant('move' as const), teams: ids, ids, x: fc.nat(3) }),
    fc.record({ kind: fc.constant('hand' as const), teams: ids, ids, x: fc.nat(3) }),
    fc.record({ kind: fc.constant('join' as const), teams: ids, ids, x: fc.nat(3) }),
    fc.record({ kind: fc.constant('leave' as const), teams: ids, ids, x: fc.nat(3) }),
    fc.record({ kind: fc.constant('rows' as const), teams: ids, ids, x: fc.nat(3) }),
    fc.record({ kind: fc.constant('shift' as const), teams: ids, ids, x: fc.nat(3) }),
  )
  function changed(
    state: Teams,
    { kind, teams, ids: who, x }: typeof change extends fc.Arbitrary<infer C> ? C : never,
  ) {
    const next = structuredClone(state)
    for (const t of teams) {
      const team = next.teams[`t${t}`]
      if (kind === 'rows') for (const id of who) next.rows[id] = { n: x, m: id }
      else if (kind === 'shift') next.rows.splice(t, x, ...(x > 1 ? [{ n: t, m: x }] : []))
      else if (team === undefined) next.teams[`t${t}`] = { players: {}, score: x }
      else if (kind === 'leave' && x === 0) delete next.teams[`t${t}`]
      else {
        for (const id of who) {
          const player = team.players[`p${id}`]
          if (kind === 'leave') delete team.players[`p${id}`]
          else if (player === undefined || kind === 'join') team.players[`p${id}`] = { x, hand: [id] }
          else if (kind === 'move') player.x = x
          else player.hand[x] = id
        }
      }
    }
    // No holes: a list is JSON.
    next.rows = [...next.rows].map((row) => row ?? { n: 0, m: 0 })
    for (const team of Object.values(next.teams))
      for (const player of Object.values(team.players))
        player.hand = [...player.hand].map((card) => card ?? 0)
    return next
  }
  /** A selector, as data that a failure can print. */
  const look = fc.record({ kind: fc.nat(8), t: fc.nat(9), p: fc.nat(9), from: fc.nat(6), to: fc.nat(6) })
  type Look = typeof look extends fc.Arbitrary<infer L> ? L : never
  const select = (state: Teams, { kind, t, p }: Look): unknown => {
    const team = state.teams[`t${t}`]
    const player = team?.players[`p${p}`]
    switch (kind) {
      case 0:
        return player?.x
      case 1:
        return player
      case 2:
        return player?.hand.length
      case 3:
        return team === undefined ? 'none' : Object.keys(team.players).join()
      case 4:
        return Object.values(state.teams).filter(({ players }) => `p${p}` in players).length
      case 5:
        return state.rows[p]?.n
      case 6:
        return state.rows.length
      case 7:
        return player?.hand.at(-1)
      default:
        return team?.score
    }
  }

  test('[PI1] the same when many entities of nested maps and lists change at once, and listeners come and go', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        fc.array(look, { minLength: 1, maxLength: 12 }),
        (frames, watchers) => {
          const players = (n: number) =>
            Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, { x: 0, hand: [1, 2] }]))
          const held = hold<Teams>({
            teams: Object.fromEntries(
              Array.from({ length: 8 }, (_, i) => [`t${i}`, { players: players(i), score: 0 }]),
            ),
            rows: Array.from({ length: 8 }, (_, n) => ({ n, m: n })),
            log: [],
          })
          const told: unknown[][] = watchers.map(() => [])
          const expected: unknown[][] = watchers.map(() => [])
          const last: unknown[] = watchers.map(() => undefined)
          const undos = watchers.map(() => (): void => {})
          frames.forEach((changes, at) => {
            watchers.forEach((one, i) => {
              if (one.from === at) {
                undos[i] = held.index.subscribe(
                  (state) => select(state, one),
                  (value) => told[i]?.push(value),
                )
                last[i] = select(held.state as Teams, one)
              }
              if (one.to === at) undos[i]?.()
            })
            const deltas: unknown[] = []
            let before = held.state as Teams
            for (const one of changes) {
              const delta = diff(before, changed(before, one))
              if (delta === undefined) continue
              deltas.push(delta)
              before = patchImmutable(before, delta)
            }
            held.apply(...deltas)
            watchers.forEach((one, i) => {
              const { from, to } = one
              const isThere = from <= at && !(to >= from && to <= at)
              if (!isThere) return
              const value = select(held.state as Teams, one)
              if (!Object.is(value, last[i])) expected[i]?.push(value)
              last[i] = value
            })
          })
          expect(told).toEqual(expected)
          expect(held.errors).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  })

  test('[PI1] the same for what a decoder says it has touched: many rows, new and lost ones, lists', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd')
    const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', null, true))
    const row = fc.dictionary(fc.constantFrom('x', 'y', 'id'), leaf, { maxKeys: 3 })
    const world = fc.record({
      map: fc.oneof(fc.dictionary(key, row, { maxKeys: 4 }), leaf),
      list: fc.array(fc.oneof(row, leaf), { maxLength: 4 }),
      one: leaf,
    })
    const step = fc.constantFrom('map', 'list', 'one', 'a', 'b', '0', '1', 'x', 'y', 'length')
    const paths = fc.array(fc.array(step, { maxLength: 3 }), { minLength: 1, maxLength: 8 })
    const at = (state: unknown, path: readonly string[]): unknown =>
      path.reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null && Object.hasOwn(value, key)
            ? (value as Record<string, unknown>)[key]
            : undefined,
        state,
      )
    fc.assert(
      fc.property(world, fc.array(world, { maxLength: 5 }), paths, (start, states, selected) => {
        const held = hold<Json>(start, ['map.*'])
        const told = selected.map(() => 0)
        const expected = selected.map(() => 0)
        const select = selected.flatMap((path, i) => [
          { i, run: (state: unknown): unknown => at(state, path) },
          { i, run: (state: unknown): unknown => Object.keys(Object(at(state, path)) as object).join() },
        ])
        for (const { i, run } of select) held.index.subscribe(run, () => told[i]!++)
        for (const next of states) {
          const before = select.map(({ run }) => run(held.state))
          held.become(next)
          select.forEach(({ i, run }, n) => {
            if (!Object.is(run(held.state), before[n])) expected[i]!++
          })
        }
        expect(told).toEqual(expected)
        expect(held.errors).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})
