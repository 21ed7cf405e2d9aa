import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createTracker, isDraft, patchImmutable, untrack, type Tracker } from '../src/delta/index.js'
import { ownersAt } from '../src/owned.js'
import { compileSync } from '../src/sync.js'
import { createViewEncoder } from '../src/wire/index.js'
import { commits, runCommits, state } from './delta-program.js'
import { overTheWire } from './delta-values.js'

interface Item {
  id?: string
  hp: number
  bag?: string[]
}

interface State {
  phase: string
  players: Record<string, Item>
  list: Item[]
  words: string[]
  grid: number[][]
  extra?: unknown
}

const initial: State = {
  phase: 'lobby',
  players: { ann: { hp: 10, bag: ['key'] }, bob: { hp: 10 } },
  list: [{ hp: 1 }, { hp: 2 }, { hp: 3 }, { hp: 4 }],
  words: ['a', 'b', 'c'],
  grid: [[0, 0, 0], [0, 0, 0]],
} // prettier-ignore

/** Runs `change` and returns the delta, after checking that a replica comes out the same. */
function track(): { tracker: Tracker<State>; after(change: (draft: State) => void): unknown } {
  const tracker = createTracker(initial)
  let replica = overTheWire(tracker.state)
  return {
    tracker,
    after(change) {
      change(tracker.draft)
      const delta = overTheWire(tracker.commit())
      replica = patchImmutable(replica, delta)
      expect(replica).toEqual(overTheWire(tracker.state))
      return delta
    },
  }
}

test('[TK2] a delta holds exactly the fields that differ', () => {
  const { after } = track()
  expect(after((d) => (d.players.ann!.hp = 9))).toEqual({ players: { ann: { hp: 9 } } })
  expect(after((d) => (d.players.cy = { hp: 1 }))).toEqual({ players: { cy: { hp: 1 } } })
  expect(after((d) => delete d.players.cy)).toEqual({ players: { cy: { __pp_deleted: true } } })
  expect(after((d) => (d.players.ann = { hp: 9, bag: ['key', 'map'] }))).toEqual({
    players: {
      ann: { bag: { __pp_array_ops: [{ op: 'splice', index: 1, deleteCount: 0, items: ['map'] }] } },
    },
  })
})

test('[TK2] the same value written back, there and back again, or newly made, is no change', () => {
  const { after } = track()
  expect(after((d) => (d.phase = 'lobby'))).toBeUndefined()
  expect(
    after((d) => {
      d.phase = 'play'
      d.players.ann!.hp++
      d.words.push('d')
      d.phase = 'lobby'
      d.players.ann!.hp--
      d.words.pop()
    }),
  ).toBeUndefined()
  expect(after((d) => (d.players.ann = { bag: ['key'], hp: 10 }))).toBeUndefined()
  expect(after((d) => (d.list = d.list.filter(() => true)))).toBeUndefined()
  expect(
    after((d) => {
      d.grid[0]!.push(1)
      d.grid[0] = d.grid[0]!.slice(0, 3)
    }),
  ).toBeUndefined()
  expect(
    after((d) => {
      const { bob } = d.players
      delete d.players.bob
      d.players.bob = bob!
    }),
  ).toBeUndefined()
})

test('[TK3] array methods and index writes become that change alone', () => {
  const { after } = track()
  const op = (...ops: unknown[]): unknown => ({ __pp_array_ops: ops })
  expect(after((d) => (d.words[1] = 'x'))).toEqual({ words: op({ op: 'set', index: 1, value: 'x' }) })
  expect(after((d) => d.words.unshift('first'))).toEqual({
    words: op({ op: 'splice', index: 0, deleteCount: 0, items: ['first'] }),
  })
  expect(after((d) => d.words.splice(1, 2))).toEqual({
    words: op({ op: 'splice', index: 1, deleteCount: 2, items: [] }),
  })
  expect(after((d) => (d.words.length = 1))).toEqual({
    words: op({ op: 'splice', index: 1, deleteCount: 1, items: [] }),
  })
  expect(after((d) => (d.grid[1]![2] = 7))).toEqual({
    grid: op({ op: 'patch', index: 1, delta: op({ op: 'set', index: 2, value: 7 }) }),
  })
})

test('[TK3] sort without a comparer orders as the built-in one', () => {
  const { tracker, after } = track()
  after((d) => d.words.push('B', '10', '9'))
  after((d) => d.words.sort())
  expect(tracker.state.words).toEqual(['a', 'b', 'c', 'B', '10', '9'].sort((x, y) => (x < y ? -1 : 1)))
})

test('[TK3] items without an id are told apart by identity: moves and changes are found', () => {
  const { after } = track()
  const op = (...ops: unknown[]): unknown => ({ list: { __pp_array_ops: ops } })
  expect(after((d) => d.list.push(d.list.shift()!))).toEqual(op({ op: 'move', from: 0, to: 3 }))
  expect(after((d) => d.list.sort((a, b) => a.hp - b.hp))).toEqual(op({ op: 'move', from: 3, to: 0 }))
  expect(
    after((d) => {
      d.list.reverse()
      d.list[0]!.hp = 40
      d.list.reverse()
    }),
  ).toEqual(op({ op: 'patch', index: 3, delta: { hp: 40 } }))
  expect(
    after((d) => {
      ;[d.list[0], d.list[3]] = [d.list[3]!, d.list[0]!]
      d.list[0]!.hp = 41
    }),
  ).toMatchObject({
    list: { __pp_array_ops: [{ op: 'move' }, { op: 'move' }, { op: 'patch', index: 0, delta: { hp: 41 } }] },
  })
})

test('[TK4] a draft kept in a variable goes on writing to its object, wherever that has moved', () => {
  const { after } = track()
  let third: Item | undefined
  after((d) => (third = d.list[2]))
  after((d) => d.list.unshift({ hp: 0 }, { hp: 0 }))
  expect(after(() => (third!.hp = 33))).toEqual({
    list: { __pp_array_ops: [{ op: 'patch', index: 4, delta: { hp: 33 } }] },
  })
  after((d) => (d.players.moved = d.list.splice(4, 1)[0]!))
  expect(after(() => (third!.hp = 34))).toEqual({ players: { moved: { hp: 34 } } })
  after((d) => delete d.players.moved)
  expect(after(() => (third!.hp = 35))).toBeUndefined()
})

test('[TK5] a subtree moves with its content, also when it is changed on the way', () => {
  const { tracker, after } = track()
  after((d) => {
    const { ann } = d.players
    ann!.hp = 1
    d.extra = { parked: ann }
    delete d.players.ann
    ann!.bag!.push('coin')
  })
  expect(tracker.state.extra).toEqual({ parked: { hp: 1, bag: ['key', 'coin'] } })
  expect(tracker.state.players).toEqual({ bob: { hp: 10 } })
})

test('[TK6] an object in two places is one object until the commit and two from then on', () => {
  const { tracker, after } = track()
  after((d) => {
    d.players.twin = d.players.ann!
    d.players.twin.hp = 5
  })
  expect(tracker.state.players.ann).toEqual(tracker.state.players.twin)
  expect(tracker.state.players.ann).not.toBe(tracker.state.players.twin)
  expect(after((d) => (d.players.twin!.hp = 6))).toEqual({ players: { twin: { hp: 6 } } })
  after((d) => d.list.push(d.list[0]!, d.list[0]!))
  expect(new Set(tracker.state.list).size).toBe(6)
  after((d) => (d.players.ann!.bag = d.players as never))
  expect(Object.keys(tracker.state.players.ann!.bag!)).toEqual(['ann', 'bob', 'twin'])
})

test('[TK6] what was taken out and is put back shares nothing with what lived on elsewhere', () => {
  const { tracker, after } = track()
  const { players } = tracker.draft
  after((d) => (d.players = { ...d.players }))
  after((d) => (d.extra = players))
  expect(tracker.state.extra).toEqual(tracker.state.players)
  expect(after((d) => (d.players.ann!.hp = 1))).toEqual({ players: { ann: { hp: 1 } } })
})

test('[TK7] what the caller passes in is copied: changing it afterwards changes nothing', () => {
  const own = { hp: 1, bag: ['a'] }
  const start = { players: { own } }
  const tracker = createTracker<{ players: Record<string, unknown> }>(start)
  tracker.draft.players.other = own
  tracker.commit()
  own.hp = 99
  own.bag.push('b')
  expect(tracker.commit()).toBeUndefined()
  expect(tracker.state).toEqual({ players: { own: { hp: 1, bag: ['a'] }, other: { hp: 1, bag: ['a'] } } })
})

test('[TK7] a delta shares nothing with the tree: later writes do not change it', () => {
  const { tracker } = track()
  tracker.draft.players.cy = { hp: 1, bag: ['x'] }
  tracker.draft.list.push({ hp: 9 })
  const delta = tracker.commit()
  const before = overTheWire(delta)
  tracker.draft.players.cy.bag!.push('y')
  tracker.draft.list[4]!.hp = 0
  expect(overTheWire(delta)).toEqual(before)
})

const loop: Record<string, unknown> = {}
loop['again'] = loop
class Hero {}

test.each([
  ['a Date', new Date(0), 'players.ann.bag.1'],
  ['a Map', new Map(), 'players.ann.bag.1'],
  ['an instance', new Hero(), 'players.ann.bag.1'],
  ['NaN', NaN, 'players.ann.bag.1'],
  ['Infinity', Infinity, 'players.ann.bag.1'],
  ['undefined', undefined, 'players.ann.bag.1'],
  ['a function', () => 1, 'players.ann.bag.1'],
  ['a bigint', 1n, 'players.ann.bag.1'],
  ['a symbol', Symbol('x'), 'players.ann.bag.1'],
  ['bytes', new Uint8Array(1), 'players.ann.bag.1'],
  ['undefined inside', { a: [undefined] }, 'players.ann.bag.1.a.0'],
  ['a forbidden key', JSON.parse('{"a":{"__proto__":1}}'), 'players.ann.bag.1.a.__proto__'],
  ['a cycle', loop, /^players\.ann\.bag\.1(\.again)+$/],
])('[TK8] %s is refused at the write, with its path, and nothing has changed', (_, value, path) => {
  const { tracker } = track()
  const bag = tracker.draft.players.ann!.bag as unknown[]
  for (const write of [
    () => bag.push(value),
    () => (bag[1] = value),
    () => bag.splice(1, 0, value),
    () => bag.fill(value, 1),
  ]) {
    if (write.toString().includes('fill')) bag.push('second')
    let thrown: unknown
    try {
      write()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'STATE_NOT_JSON' })
    const at = (thrown as { path: unknown[] }).path.join('.')
    if (typeof path === 'string') expect(at).toBe(path)
    else expect(at).toMatch(path)
    if (bag.length > 1) bag.pop()
    expect(tracker.commit()).toBeUndefined()
  }
})

test('[TK8] holes, named fields on arrays, accessors, symbols and prototype keys are refused', () => {
  const { tracker } = track()
  const { words, players } = tracker.draft
  const refused = expect.objectContaining({ code: 'STATE_NOT_JSON' })
  expect(() => (words[5] = 'x')).toThrow(refused)
  expect(() => (words.length = 9)).toThrow(refused)
  expect(() => Reflect.deleteProperty(words, 0)).toThrow(refused)
  expect(() => ((words as unknown as { name: string }).name = 'x')).toThrow(refused)
  expect(() => Object.defineProperty(players, 'x', { get: () => 1 })).toThrow(refused)
  expect(() => ((players as Record<symbol, unknown>)[Symbol('s')] = 1)).toThrow(refused)
  for (const key of ['__proto__', 'constructor', 'prototype'])
    expect(() => (players[key] = { hp: 1 })).toThrow(refused)
  expect(() => createTracker({ a: [new Date(0)] })).toThrow(refused)
  expect(() => Object.setPrototypeOf(players, null)).toThrow(TypeError)
  expect(() => Object.freeze(players)).toThrow(TypeError)
  expect(tracker.dirty).toBe(false)
  expect(({} as Record<string, unknown>)['hp']).toBeUndefined()
})

test('[TK9] a draft reads like the object it stands for', () => {
  const { draft, state } = createTracker(initial)
  expect(draft.players.ann).toBe(draft.players.ann)
  expect(Array.isArray(draft.list)).toBe(true)
  expect(Object.keys(draft.players)).toEqual(['ann', 'bob'])
  expect('ann' in draft.players && !('zed' in draft.players)).toBe(true)
  expect(JSON.stringify(draft)).toBe(JSON.stringify(initial))
  expect({ ...draft.players.ann, bag: 0 }).toEqual({ hp: 10, bag: 0 })
  expect([...draft.words]).toEqual(['a', 'b', 'c'])
  expect(draft.list.map(({ hp }) => hp)).toEqual([1, 2, 3, 4])
  expect(draft.list.find(({ hp }) => hp === 2)).toBe(draft.list[1])
  expect(draft.list.indexOf(draft.list[2]!)).toBe(2)
  expect(Object.entries(draft.players)[0]![1]).toBe(draft.players.ann)
  expect(isDraft(draft.players) && !isDraft(state.players) && !isDraft(1)).toBe(true)
  expect(untrack(draft.players)).toBe(state.players)
  expect(untrack(initial)).toBe(initial)
})

test('[TK9] a map of objects goes on reading like itself when all of it was read, and things come and go', () => {
  const ids = Array.from({ length: 40 }, (_, i) => `p${i}`)
  const tracker = createTracker<{ players: Record<string, Item | number | null> }>({
    players: Object.fromEntries(ids.map((id, i) => [id, { hp: i }])),
  })
  const { players } = tracker.draft
  const sameAsState = (): void => {
    expect(Object.keys(players)).toEqual(Object.keys(tracker.state.players))
    expect(overTheWire(players)).toEqual(overTheWire(tracker.state.players))
  }
  const before = players['p7']
  for (let round = 0; round < 2; round++) for (const id of ids) expect(isDraft(players[id])).toBe(true)
  expect(players['p7']).toBe(before)
  expect([players['nobody'], 'nobody' in players, players['toString']]).toEqual([
    undefined,
    false,
    {}.toString,
  ])
  players['new'] = { hp: 1 }
  ;(players['new'] as Item).hp++
  delete players['p3']
  expect(players['p3']).toBeUndefined()
  players['p3'] = players['p4']!
  delete players['p4']
  players['count'] = 1
  players['count'] += 1
  players['none'] = null
  sameAsState()
  tracker.commit()
  expect([players['count'], players['none'], players['new']]).toEqual([2, null, { hp: 2 }])
  players['p5'] = players['p6']!
  tracker.commit()
  expect(players['p5']).not.toBe(players['p6'])
  ;(players['p5'] as Item).hp = 100
  expect(tracker.commit()).toEqual({ players: { p5: { hp: 100 } } })
  sameAsState()
})

test('[TK9] an object of plain values shows the object that is put into it as a draft', () => {
  const tracker = createTracker<{ a: { n: number; inner?: { n: number } } }>({ a: { n: 1 } })
  const { a } = tracker.draft
  expect(a.n).toBe(1)
  a.inner = { n: 1 }
  expect(isDraft(a.inner)).toBe(true)
  tracker.commit()
  a.inner.n = 2
  expect(tracker.commit()).toEqual({ a: { inner: { n: 2 } } })
})

test('[TK10] reading and refused writes leave the tracker clean; the first write says so once per commit', () => {
  const onDirty = vi.fn()
  const tracker = createTracker(initial, { onDirty })
  void tracker.draft.list.map(({ hp }) => hp)
  delete tracker.draft.players.nobody
  tracker.draft.words.splice(1, 0)
  expect([tracker.dirty, onDirty.mock.calls.length]).toEqual([false, 0])
  tracker.draft.phase = 'play'
  tracker.draft.players.ann!.hp = 1
  expect([tracker.dirty, onDirty.mock.calls.length]).toEqual([true, 1])
  tracker.commit()
  expect(tracker.dirty).toBe(false)
  tracker.draft.words.pop()
  expect(onDirty).toHaveBeenCalledTimes(2)
})

test('[TK11] the root can be replaced, also by another kind of value', () => {
  const tracker = createTracker<unknown>({ a: 1, b: { c: 1 } })
  tracker.replaceRoot({ a: 1, b: { c: 2 } })
  expect(tracker.commit()).toEqual({ b: { c: 2 } })
  tracker.replaceRoot([1, 2])
  expect(tracker.commit()).toEqual([1, 2])
  ;(tracker.draft as number[]).push(3)
  expect(tracker.commit()).toEqual({
    __pp_array_ops: [{ op: 'splice', index: 2, deleteCount: 0, items: [3] }],
  })
  tracker.replaceRoot(7)
  expect([tracker.commit(), tracker.state]).toEqual([7, 7])
  expect(() => tracker.replaceRoot(NaN)).toThrow(
    expect.objectContaining({ code: 'STATE_NOT_JSON', path: [] }),
  )
})

test('[TK12] a commit looks at what was touched and at nothing else', () => {
  const tracker = createTracker({ touched: { a: { x: 1 } }, untouched: { b: { x: 1 } } })
  void tracker.draft.untouched.b.x
  tracker.draft.touched.a.x = 2
  // The raw tree is only read where something was written: anything else would meet this getter.
  Object.defineProperty(tracker.state.untouched, 'b', { get: () => expect.unreachable(), enumerable: true })
  expect(tracker.commit()).toEqual({ touched: { a: { x: 2 } } })
})

test('[TK1] after every commit a replica that applied the deltas equals the state, whatever the program did', () => {
  fc.assert(fc.property(state, commits, runCommits), { numRuns: 100, seed: Number(process.env['PP_SEED']) })
}, 60_000)

test('whose secrets a commit may have changed is known by the places of what was written', () => {
  interface Held {
    x: number
    hand: string[] | null
  }
  const sync = compileSync({ 'players.*.hand': { to: 'owner' }, 'players.*.x': { quantize: 1 } })
  for (const isShort of [false, true]) {
    const players: Record<string, Held> = { ann: { x: 0, hand: [] }, bob: { x: 0, hand: ['a'] } }
    const tracker = createTracker({ players, phase: 1 }, { sync })
    const encoder = createViewEncoder(1, sync.patterns)
    let version = 0
    const touchedBy = (write: (draft: typeof tracker.draft) => void): string[] | null => {
      write(tracker.draft)
      if (isShort) encoder.commit(tracker, { from: version, to: ++version, tick: version })
      else tracker.commit()
      const owners = ownersAt(tracker.secretPaths, sync)
      expect(tracker.areSecretsTouched).toBe(owners === null || owners.size > 0)
      return owners === null ? null : [...owners].sort()
    }
    const of = (draft: typeof tracker.draft, id: string): Held => draft.players[id]!
    expect(touchedBy((draft) => void (of(draft, 'ann').x = 5))).toEqual([])
    expect(touchedBy((draft) => void of(draft, 'ann').hand?.push('b'))).toEqual(['ann'])
    expect(touchedBy((draft) => void (of(draft, 'bob').hand = null))).toEqual(['bob'])
    expect(touchedBy((draft) => void (draft.phase = 2))).toEqual([])
    expect(
      touchedBy((draft) => {
        of(draft, 'bob').hand = ['c']
        of(draft, 'ann').hand?.pop()
      }),
    ).toEqual(['ann', 'bob'])
    expect(touchedBy((draft) => void (draft.players['cyd'] = { x: 1, hand: ['d'] }))).toEqual(['cyd'])
    expect(
      touchedBy((draft) => {
        draft.players['dan'] = of(draft, 'cyd')
        delete draft.players['cyd']
        of(draft, 'dan').hand?.push('e')
      }),
    ).toEqual(['cyd', 'dan'])
    expect(touchedBy((draft) => void of(draft, 'dan').hand?.push('f'))).toEqual(['dan'])
    expect(
      touchedBy((draft) => void (draft.players = { eve: { x: 0, hand: ['g'] }, ann: of(draft, 'ann') })),
    ).toBeNull()
    expect(touchedBy((draft) => void delete draft.players['eve'])).toEqual(['eve'])
    tracker.replaceRoot({ players: {}, phase: 3 })
    expect(touchedBy(() => {})).toBeNull()
  }
  const asked = compileSync({ deck: { to: () => true }, 'players.*.hand': { to: 'owner' } })
  expect(ownersAt([['players', 'ann', 'hand']], asked)).toBeNull()
})
