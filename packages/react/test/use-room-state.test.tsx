// Which components a change renders, and how often their selectors run for it.
import { PPProvider, shallowEqual, usePPRoom, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { Component, memo, useCallback, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { collect } from './collect.js'
import { Arena, createWorld, until } from './world.js'
import type { ArenaState, Entity } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  await world.close()
})

type Room = RoomHandle<typeof Arena>

const shown = (id: string): string => screen.getByTestId(id).textContent

/** Mounts `children` once the room is there. */
async function mountInRoom(
  children: (room: Room) => ReactNode,
  entities = 3,
  log: ArenaState['log'] = [],
): Promise<void> {
  world = createWorld({ entities, log })
  function Inside() {
    const { room, status } = usePPRoom(Arena)
    return status === 'joined' ? children(room) : null
  }
  render(
    <PPProvider client={world.createClient()}>
      <Inside />
      <Phase />
    </PPProvider>,
  )
  await until(() => screen.getByTestId('phase').textContent === 'lobby')
}

/** Tells when a change has arrived, whatever else it renders. */
function Phase() {
  const { room } = usePPRoom(Arena)
  return <p data-testid="phase">{usePPRoomState(room, (state) => state.phase)}</p>
}

let marks = 0
async function change(make: (state: ArenaState) => void): Promise<void> {
  const mark = `mark ${++marks}`
  world.update((state) => {
    make(state)
    state.phase = mark
  })
  await until(() => shown('phase') === mark)
}

describe.each([
  ['written inline', false],
  ['kept by useCallback or React Compiler', true],
])('1,000 mounted components with selectors %s', (_, isKept) => {
  const count = { renders: 0, calls: 0 }

  const Hp = memo(function Hp({ room, id }: { room: Room; id: string }) {
    const inline = (state: ArenaState): number | undefined => {
      count.calls++
      return state.entities[id]?.hp
    }
    // oxlint-disable-next-line react/exhaustive-deps
    const kept = useCallback(inline, [id])
    const hp = usePPRoomState(room, isKept ? kept : inline)
    count.renders++
    return <i data-testid={id}>{hp}</i>
  })

  test.each([1, 10])('%i entities change: as many renders, and selector calls for those alone', async (k) => {
    await mountInRoom(
      (room) => Array.from({ length: 1000 }, (_, i) => <Hp key={i} room={room} id={`e${i}`} />),
      1000,
    )
    await until(() => screen.queryByTestId('e999')?.textContent === '100')
    count.renders = count.calls = 0
    await change((state) => {
      for (let i = 0; i < k; i++) state.entities[`e${i * 7}`]!.hp = 42
    })
    expect(shown('e0')).toBe('42')
    expect(count).toEqual({ renders: k, calls: isKept ? k : expect.toSatisfy((calls) => calls <= 4 * k) })
  })
})

test('a field beside the selected one renders nothing and runs no selector', async () => {
  let calls = 0
  let renders = 0
  function Hp({ room }: { room: Room }) {
    renders++
    const hp = usePPRoomState(room, (state) => {
      calls++
      return state.entities['e0']?.hp
    })
    return <i data-testid="hp">{hp}</i>
  }
  const Still = memo(Hp)
  await mountInRoom((room) => <Still room={room} />)
  const before = { calls, renders }
  await change((state) => (state.entities['e0']!.name = 'other'))
  await change((state) => (state.entities['e1']!.hp = 3))
  expect({ calls, renders }).toEqual(before)
})

test('components that last changed at different times hold no states of those times', async () => {
  const Hp = memo(function Hp({ room, id }: { room: Room; id: string }) {
    return <i data-testid={id}>{usePPRoomState(room, (state) => state.entities[id]?.hp)}</i>
  })
  let joined: Room | null = null
  await mountInRoom((room) => {
    joined = room
    return Array.from({ length: 30 }, (_, i) => <Hp key={i} room={room} id={`e${i}`} />)
  }, 30)
  const states: WeakRef<object>[] = []
  for (let i = 0; i < 30; i++) {
    await change((state) => (state.entities[`e${i}`]!.hp = 42))
    states.push(new WeakRef(joined!.state!))
  }
  // The newest is the room's own; React remembers a render or two.
  await until(() => {
    collect()
    return states.filter((state) => state.deref() !== undefined).length <= 3
  })
  expect(shown('e29')).toBe('42')
})

test('a path that the state itself names is followed', async () => {
  function Target({ room }: { room: Room }) {
    return (
      <i data-testid="target">{usePPRoomState(room, (state) => state.entities[state.phase]?.hp ?? 'none')}</i>
    )
  }
  await mountInRoom((room) => <Target room={room} />)
  expect(shown('target')).toBe('none')
  world.update((state) => (state.phase = 'e1'))
  await until(() => shown('target') === '100')
  world.update((state) => (state.entities['e1']!.hp = 5))
  await until(() => shown('target') === '5')
  world.update((state) => delete state.entities['e1'])
  await until(() => shown('target') === 'none')
})

test('items of a list: one that changes, one that moves, one that goes', async () => {
  function Items({ room }: { room: Room }) {
    const first = usePPRoomState(room, (state) => state.log[0]?.text)
    const last = usePPRoomState(room, (state) => state.log.at(-1)?.text)
    const length = usePPRoomState(room, (state) => state.log.length)
    return <p data-testid="items">{`${first} … ${last} (${length})`}</p>
  }
  await mountInRoom((room) => <Items room={room} />)
  await change((state) => state.log.push({ text: 'a' }, { text: 'b' }, { text: 'c' }))
  expect(shown('items')).toBe('a … c (3)')
  await change((state) => (state.log[2]!.text = 'd'))
  expect(shown('items')).toBe('a … d (3)')
  await change((state) => state.log.shift())
  expect(shown('items')).toBe('b … d (2)')
  await change((state) => state.log.splice(0))
  expect(shown('items')).toBe('undefined … undefined (0)')
})

test('a whole-object selector gets the state’s own object, renders for what is below it, and for nothing else', async () => {
  const seen: unknown[] = []
  const Whole = memo(function Whole({ room }: { room: Room }) {
    const entity = usePPRoomState(room, (state) => state.entities['e0'])
    seen.push(entity)
    return null
  })
  let handle: Room | undefined
  await mountInRoom((room) => {
    handle = room
    return <Whole room={room} />
  })
  await change((state) => (state.entities['e0']!.hp = 7))
  await change((state) => (state.entities['e1']!.hp = 7))
  expect(seen).toEqual([
    { hp: 100, name: 'entity 0' },
    { hp: 7, name: 'entity 0' },
  ])
  expect(seen[1]).toBe(handle?.state?.entities['e0'])
})

test('a prop that changes in the same moment as the state never shows a value of another entity', async () => {
  const seen: string[] = []
  function One({ room, id }: { room: Room; id: string }) {
    const entity = usePPRoomState(room, (state) => ({ id, name: state.entities[id]?.name }), shallowEqual)
    seen.push(`${id} ${entity?.id} ${entity?.name}`)
    return <p data-testid="one">{entity?.name}</p>
  }
  let choose: (id: string) => void = () => {}
  function Chooser({ room }: { room: Room }) {
    const [id, setId] = useState('e0')
    useEffect(() => {
      choose = setId
    }, [])
    return <One room={room} id={id} />
  }
  await mountInRoom((room) => <Chooser room={room} />)
  act(() => choose('e2'))
  expect(shown('one')).toBe('entity 2')
  await change((state) => (state.entities['e2']!.name = 'new'))
  expect(shown('one')).toBe('new')
  expect(seen.filter((line) => line.split(' ')[0] !== line.split(' ')[1])).toEqual([])
})

describe('a selector that makes a new value each time', () => {
  test('ends, is told once with the name of its component, and still shows what is right', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    let renders = 0
    function UnsteadyList({ room }: { room: Room }) {
      renders++
      const hps = usePPRoomState(room, (state) => Object.values(state.entities).map(({ hp }) => hp))
      return <p data-testid="hps">{hps?.join()}</p>
    }
    await mountInRoom((room) => [<UnsteadyList key="1" room={room} />, <UnsteadyList key="2" room={room} />])
    expect(complaints.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('The selector of usePPRoomState in <UnsteadyList>'),
    ])
    const before = renders
    world.update((state) => (state.entities['e0']!.hp = 1))
    await until(() => screen.getAllByTestId('hps').every((one) => one.textContent === '1,100,100'))
    expect(renders - before).toBe(2)
  })

  test('is told though it is the same in every render, which React Compiler makes of an inline one', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    const namesOf = (state: ArenaState): string[] => Object.values(state.entities).map(({ name }) => name)
    function UnsteadyNames({ room }: { room: Room }) {
      const names = usePPRoomState(room, namesOf)
      return <p data-testid="names">{names?.join()}</p>
    }
    world = createWorld()
    const room = world.createClient().join(Arena)
    render(<UnsteadyNames room={room} />)
    await until(() => shown('names') === 'entity 0,entity 1,entity 2')
    expect(complaints.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('The selector of usePPRoomState in <UnsteadyNames>'),
    ])
  })

  test('says nothing with an equality that knows better, nor in production', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    function Steady({ room }: { room: Room }) {
      usePPRoomState(room, (state) => Object.values(state.entities), shallowEqual)
      return null
    }
    function Careless({ room }: { room: Room }) {
      usePPRoomState(room, (state) => Object.values(state.entities))
      return null
    }
    await mountInRoom((room) => <Steady room={room} />)
    cleanup()
    await world.close()
    vi.stubEnv('NODE_ENV', 'production')
    await mountInRoom((room) => <Careless room={room} />)
    vi.unstubAllEnvs()
    expect(complaints).not.toHaveBeenCalled()
  })
})

class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }
  static getDerivedStateFromError = (error: Error) => ({ error })
  override render(): ReactNode {
    const { error } = this.state
    return error === null ? this.props.children : <p data-testid="error">{error.message}</p>
  }
}

describe('a selector that throws', () => {
  let complaints: ReturnType<typeof vi.spyOn>
  beforeEach(() => {
    complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => complaints.mockRestore())

  function Hp({ room }: { room: Room }) {
    const hp = usePPRoomState(room, ({ entities }) => {
      const entity = entities['e0']
      if (entity === undefined) throw new Error('e0 is gone')
      return entity.hp
    })
    return <p data-testid="hp">{hp}</p>
  }

  test('throws in the render, where the error boundary hears it', async () => {
    await mountInRoom((room) => (
      <Boundary>
        <Hp room={room} />
      </Boundary>
    ))
    expect(shown('hp')).toBe('100')
    await change(({ entities }) => void delete entities['e0'])
    expect(shown('error')).toBe('e0 is gone')
  })

  test('is not asked by a component that the same change takes away', async () => {
    function Parent({ room }: { room: Room }) {
      const isThere = usePPRoomState(room, ({ entities }) => 'e0' in entities)
      return <Boundary>{isThere === true ? <Hp room={room} /> : <p data-testid="hp">nobody</p>}</Boundary>
    }
    await mountInRoom((room) => <Parent room={room} />)
    expect(shown('hp')).toBe('100')
    await change(({ entities }) => void delete entities['e0'])
    expect(shown('hp')).toBe('nobody')
    expect(screen.queryByTestId('error')).toBeNull()
  })

  test.each([
    ['at once', ['b', 'a'], []],
    ['later', [], ['b', 'a']],
  ])('for sorting in place is refused, %s, before it has changed anything', async (_, before, after) => {
    function Log({ room }: { room: Room }) {
      const log = usePPRoomState(room, (state) => state.log.sort((a, b) => (a.text < b.text ? -1 : 1)))
      return <p data-testid="log">{log?.length}</p>
    }
    let held: Room | null = null
    await mountInRoom(
      (room) => {
        held = room
        return (
          <Boundary>
            <Log room={room} />
          </Boundary>
        )
      },
      3,
      before.map((text) => ({ text })),
    )
    if (after.length > 0) await change(({ log }) => void log.push(...after.map((text) => ({ text }))))
    expect(shown('error')).toContain('A selector tried to change the state of a room.')
    expect(held!.state?.log.map(({ text }) => text)).toEqual(['b', 'a'])
  })

  describe('for sorting in place', () => {
    function Log({ room }: { room: Room }) {
      const log = usePPRoomState(room, (state) => state.log.sort((a, b) => (a.text < b.text ? -1 : 1)))
      return <p data-testid="log">{log?.length}</p>
    }
    const refusal = 'A selector tried to change the state of a room.'

    test('throws in production too, once it is subscribed', async () => {
      vi.stubEnv('NODE_ENV', 'production')
      onTestFinished(() => void vi.unstubAllEnvs())
      await mountInRoom(
        (room) => (
          <Boundary>
            <Log room={room} />
          </Boundary>
        ),
        3,
        [{ text: 'b' }, { text: 'a' }],
      )
      expect(shown('error')).toContain(refusal)
    })

    test('is refused before it has changed anything, also after a state that came with the page', async () => {
      world = createWorld({ log: [{ text: 'b' }, { text: 'a' }] })
      const client = world.createClient()
      const live = client.join(Arena)
      await live.joined
      const app = (room: Room): ReactNode => (
        <PPProvider client={client} snapshots={{ 'arena:elsewhere': { state: { log: [] } } }}>
          <Boundary>
            <Log room={room} />
          </Boundary>
        </PPProvider>
      )
      const view = render(app(client.room(Arena, { id: 'elsewhere' })))
      expect(shown('log')).toBe('0')
      view.rerender(app(live))
      expect(shown('error')).toContain(refusal)
      expect(live.state?.log.map(({ text }) => text)).toEqual(['b', 'a'])
    })
  })
})

test('a part of the state is compared with one that the component has from before', async () => {
  function Row({ room, entity }: { room: Room; entity: Entity }) {
    const isNamed = usePPRoomState(room, ({ entities, phase }) => entities[phase] === entity)
    return <p data-testid={entity.name}>{String(isNamed)}</p>
  }
  function Rows({ room }: { room: Room }) {
    const entities = usePPRoomState(room, (state) => state.entities) ?? {}
    return Object.entries(entities).map(([id, entity]) => <Row key={id} room={room} entity={entity} />)
  }
  await mountInRoom((room) => <Rows room={room} />)
  for (const id of ['e1', 'e0']) {
    world.update((state) => void (state.phase = id))
    await until(() => shown('phase') === id)
    expect([shown('entity 0'), shown('entity 1')]).toEqual([String(id === 'e0'), String(id === 'e1')])
  }
})

test('shallowEqual compares lists, plain objects, Maps and Sets one level deep', () => {
  const part = {}
  expect(shallowEqual([1, part], [1, part])).toBe(true)
  expect(shallowEqual({ a: 1, b: NaN }, { b: NaN, a: 1 })).toBe(true)
  expect(shallowEqual({ a: undefined }, { b: undefined })).toBe(false)
  expect(shallowEqual([1], [1, 2])).toBe(false)
  expect(shallowEqual([], {})).toBe(false)
  expect(shallowEqual(null, {})).toBe(false)
  expect(shallowEqual([{}], [{}])).toBe(false)
  expect(shallowEqual(new Set([1, part]), new Set([part, 1]))).toBe(true)
  expect(shallowEqual(new Set([1]), new Set([2]))).toBe(false)
  expect(shallowEqual(new Set([1]), new Set([1, 2]))).toBe(false)
  expect(shallowEqual(new Map([['a', part]]), new Map([['a', part]]))).toBe(true)
  expect(shallowEqual(new Map([['a', 1]]), new Map([['a', 2]]))).toBe(false)
  expect(shallowEqual(new Map([['a', undefined]]), new Map([['b', undefined]]))).toBe(false)
  expect(shallowEqual(new Map(), new Set())).toBe(false)
  expect(shallowEqual(new Date(1), new Date(2)), 'what nobody can look into').toBe(false)
})
