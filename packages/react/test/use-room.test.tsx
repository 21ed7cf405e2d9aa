import { PPClient, PPProvider, usePPClient, usePPRoom, usePPRoomState, usePPStatus } from '@painda/react'
import type { RoomHandle, UsePPRoomResult } from '@painda/react'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { Component, createContext, memo, StrictMode, Suspense, useContext, useState } from 'react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Arena, contract, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  await world.close()
})

function Lobby() {
  const { state, status } = usePPRoom(Arena)
  return (
    <p data-testid="lobby">
      {state === undefined ? status : `${state.phase}, ${Object.keys(state.entities).length}`}
    </p>
  )
}

class Retry extends Component<{ children: ReactNode }> {
  override state = { hasFailed: false }
  static getDerivedStateFromError() {
    return { hasFailed: true }
  }
  override render() {
    if (!this.state.hasFailed) return this.props.children
    return <button data-testid="retry" onClick={() => this.setState({ hasFailed: false })} />
  }
}

const shown = (id: string): string => screen.getByTestId(id).textContent

describe('usePPRoom', () => {
  test('[RM1] a component goes from joining to the state of the room', async () => {
    world = createWorld()
    render(
      <PPProvider client={world.createClient()}>
        <Lobby />
      </PPProvider>,
    )
    expect(shown('lobby')).toBe('joining')
    await until(() => shown('lobby') === 'lobby, 3')
  })

  test('StrictMode and a second component share one join', async () => {
    world = createWorld()
    render(
      <StrictMode>
        <PPProvider client={world.createClient()}>
          <Lobby />
          <Second />
        </PPProvider>
      </StrictMode>,
    )
    function Second() {
      const { state } = usePPRoom(Arena)
      return <p data-testid="second">{state?.phase}</p>
    }
    await until(() => shown('lobby') === 'lobby, 3' && shown('second') === 'lobby')
    expect(world.joins).toHaveLength(1)
  })

  test('a provider with a url makes one connection under StrictMode and closes it after unmount', async () => {
    world = createWorld()
    const view = render(
      <StrictMode>
        <PPProvider url="memory://test" options={{ connectTransport: world.connectTransport }}>
          <Lobby />
        </PPProvider>
      </StrictMode>,
    )
    await until(() => shown('lobby') === 'lobby, 3')
    expect(world.server.getClients()).toHaveLength(1)
    expect(world.transports).toHaveLength(1)
    view.unmount()
    await until(() => world.server.getClients().length === 0)
    expect(world.leaves).toEqual(world.joins)
  })

  test('a provider asks the `getToken` of its latest render', async () => {
    world = createWorld()
    const asked: string[] = []
    const app = (user: string): ReactNode => (
      <PPProvider
        url="memory://test"
        options={{
          connectTransport: world.connectTransport,
          reconnectDelay: 1,
          getToken: () => {
            asked.push(user)
            return user
          },
        }}
      >
        <Lobby />
      </PPProvider>
    )
    const view = render(app('ada'))
    await until(() => shown('lobby') === 'lobby, 3')
    view.rerender(app('bob'))
    world.transports[0]?.terminate()
    await until(() => world.transports.length === 2 && asked.length > 1)
    expect(asked).toEqual(['ada', 'bob'])
    view.unmount()
    await until(() => world.server.getClients().length === 0)
  })

  test('after unmount the room is left; a remount in between keeps it', async () => {
    world = createWorld()
    const client = world.createClient()
    const view = render(
      <PPProvider client={client}>
        <Lobby />
      </PPProvider>,
    )
    await until(() => shown('lobby') === 'lobby, 3')
    view.rerender(
      <PPProvider client={client}>
        <p>elsewhere</p>
      </PPProvider>,
    )
    view.rerender(
      <PPProvider client={client}>
        <Lobby />
      </PPProvider>,
    )
    expect(shown('lobby')).toBe('lobby, 3')
    view.rerender(
      <PPProvider client={client}>
        <p>elsewhere</p>
      </PPProvider>,
    )
    await until(() => world.leaves.length === 1)
    expect(world.joins).toHaveLength(1)
  })

  test('what a component does not read does not render it', async () => {
    world = createWorld()
    let renders = 0
    function Buttons() {
      const { room } = usePPRoom(Arena)
      renders++
      return <button onClick={() => room.send('hit', { id: 'e0', by: 1 })}>hit</button>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Lobby />
        <Buttons />
      </PPProvider>,
    )
    await until(() => shown('lobby') === 'lobby, 3')
    const before = renders
    world.arena().update((state) => void ((state as { phase: string }).phase = 'play'))
    await until(() => shown('lobby') === 'play, 3')
    expect(renders).toBe(before)
  })

  test('a field that is read for the first time long after the render is as it is now', async () => {
    world = createWorld()
    const client = world.createClient()
    const Game = createContext<UsePPRoomResult<typeof Arena> | null>(null)
    function Provider({ children }: { children: ReactNode }) {
      return <Game.Provider value={usePPRoom(Arena)}>{children}</Game.Provider>
    }
    function Panel() {
      const game = useContext(Game)
      return <p data-testid="panel">{`${game?.status} ${game?.state?.phase} ${game?.status}`}</p>
    }
    const heard: string[] = []
    function Menu() {
      const game = useContext(Game)
      const [isOpen, setOpen] = useState(false)
      return (
        <>
          <button onClick={() => heard.push(`${game?.status} ${game?.stale}`)}>Tell</button>
          <button onClick={() => setOpen(true)}>Open</button>
          {isOpen && <Panel />}
        </>
      )
    }
    render(
      <PPProvider client={client}>
        <Provider>
          <Menu />
        </Provider>
      </PPProvider>,
    )
    await until(() => client.rooms()[0]?.status === 'joined')
    fireEvent.click(screen.getByText('Tell'))
    expect(heard).toEqual(['joined false'])
    fireEvent.click(screen.getByText('Open'))
    expect(shown('panel')).toBe('joined lobby joined')
    world.update((state) => void (state.phase = 'play'))
    await until(() => shown('panel') === 'joined play joined')
  })

  test('[RC3] while reconnecting the last state stays rendered, marked stale', async () => {
    world = createWorld()
    const seen: string[] = []
    function Watch() {
      const { state, stale, status } = usePPRoom(Arena)
      const line = `${status} ${state?.phase ?? '–'}${stale ? ' stale' : ''}`
      if (seen.at(-1) !== line) seen.push(line)
      return <p data-testid="watch">{line}</p>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Watch />
      </PPProvider>,
    )
    await until(() => shown('watch') === 'joined lobby')
    world.transports[0]?.terminate()
    await until(() => world.transports.length === 2 && shown('watch') === 'joined lobby')
    expect(seen).toContain('reconnecting lobby stale')
    expect(seen.slice(seen.indexOf('joined lobby'))).not.toContain('joining –')
    expect(world.joins).toHaveLength(1)
  })

  test.each([true, false])(
    '[RP4] a component that mounts when the connection has ended for good hears why, and connect() mends it (suspense %s)',
    async (suspense) => {
      world = createWorld()
      const { connectTransport } = world
      const client = new PPClient({ url: 'memory://test', contract, connectTransport, reconnect: false })
      await client.ready
      world.transports[0]?.terminate()
      await until(() => client.status().status === 'closed')
      function Page() {
        const { state } = usePPRoom(Arena, { throwOnError: true, ...(suspense && { suspense }) })
        return <p data-testid="page">{state?.phase}</p>
      }
      render(
        <PPProvider client={client}>
          <Retry>
            <Suspense>
              <Page />
            </Suspense>
          </Retry>
        </PPProvider>,
      )
      await until(() => screen.queryByTestId('retry') !== null)
      client.connect()
      await client.ready
      act(() => screen.getByTestId('retry').click())
      await until(() => screen.queryByTestId('page')?.textContent === 'lobby')
      act(() => client.close())
    },
  )

  test('a refused join is an error of the result, not an exception', async () => {
    world = createWorld({ maxClients: 1 })
    function Private({ id }: { id: string }) {
      const { status, error } = usePPRoom(Arena, { id })
      return <p data-testid="private">{`${status} ${error?.code ?? ''}`}</p>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Private id="nowhere" />
      </PPProvider>,
    )
    await until(() => shown('private') === 'failed ROOM_NOT_FOUND')
  })

  test('[RP3] after its Leave button a page stays out, and shows so, until somebody asks again', async () => {
    world = createWorld()
    function Page() {
      const { room, status } = usePPRoom(Arena)
      return (
        <button data-testid="page" onClick={() => (status === 'left' ? client.join(Arena) : room.leave())}>
          {status}
        </button>
      )
    }
    const client = world.createClient()
    render(
      <StrictMode>
        <PPProvider client={client}>
          <Page />
        </PPProvider>
      </StrictMode>,
    )
    await until(() => shown('page') === 'joined')
    act(() => screen.getByTestId('page').click())
    await until(() => world.leaves.length === 1)
    expect([shown('page'), client.rooms(), world.joins.length]).toEqual(['left', [], 1])
    act(() => screen.getByTestId('page').click())
    await until(() => shown('page') === 'joined')
  })

  test('[RP3] a page that mounts where another component has left the room is on its way in from its first render', async () => {
    world = createWorld()
    const client = world.createClient()
    const seen: string[] = []
    function Header() {
      const { room, status } = usePPRoom(Arena)
      return (
        <button data-testid="header" onClick={() => room.leave()}>
          {status}
        </button>
      )
    }
    function Page() {
      const { status, stale } = usePPRoom(Arena)
      seen.push(`${status} ${stale}`)
      return null
    }
    const app = (page: boolean) => (
      <PPProvider client={client}>
        <Header />
        {page && <Page />}
      </PPProvider>
    )
    const view = render(app(false))
    await until(() => shown('header') === 'joined')
    act(() => screen.getByTestId('header').click())
    expect(shown('header')).toBe('left')
    view.rerender(app(true))
    await until(() => shown('header') === 'joined')
    expect([...new Set(seen)]).toEqual(['joining true', 'joined false'])
  })

  test.each([true, false])(
    '[RP3] a boundary’s Retry asks again, also while another component holds the room (suspense %s)',
    async (suspense) => {
      world = createWorld({ maxClients: 2 })
      const seats = [world.createClient(), world.createClient()].map((client) => client.join(Arena))
      const [{ id }, seat] = await Promise.all([seats[0]!.joined, seats[1]!.joined])
      expect(seat.id).toBe(id)
      function Header() {
        return <p data-testid="header">{usePPRoom(Arena, { id: id! }).status}</p>
      }
      function Page() {
        const { state } = usePPRoom(Arena, { id: id!, throwOnError: true, ...(suspense && { suspense }) })
        return <p data-testid="page">{state?.phase}</p>
      }
      render(
        <PPProvider client={world.createClient()}>
          <Header />
          <Retry>
            <Suspense>
              <Page />
            </Suspense>
          </Retry>
        </PPProvider>,
      )
      await until(() => screen.queryByTestId('retry') !== null)
      expect(shown('header')).toBe('failed')
      seat.leave()
      await until(() => world.leaves.length === 1)
      act(() => screen.getByTestId('retry').click())
      await until(() => screen.queryByTestId('page')?.textContent === 'lobby')
      expect(shown('header')).toBe('joined')
    },
  )

  test('[RP3] who waits for a room that another component shows makes no render within its own', async () => {
    world = createWorld()
    const client = world.createClient()
    const complaints = vi.spyOn(console, 'error')
    function Header() {
      return <p data-testid="header">{usePPRoom(Arena).status}</p>
    }
    function Page() {
      return <p data-testid="page">{usePPRoom(Arena, { suspense: true }).state.phase}</p>
    }
    const app = (page: boolean) => (
      <PPProvider client={client}>
        <Header />
        <Suspense>{page && <Page />}</Suspense>
      </PPProvider>
    )
    const view = render(app(false))
    await until(() => shown('header') === 'joined')
    const room = world.arena()
    room.kick(room.clients[0]!)
    await until(() => shown('header') === 'left')
    view.rerender(app(true))
    await until(() => screen.queryByTestId('page')?.textContent === 'lobby')
    expect([shown('header'), complaints.mock.calls]).toEqual(['joined', []])
  })

  test('[RP3] who was kicked does not come back by a render that subscribes anew', async () => {
    world = createWorld()
    const client = world.createClient()
    const app = (snapshots: object) => (
      <PPProvider client={client} snapshots={{ ...snapshots }}>
        <Status />
      </PPProvider>
    )
    function Status() {
      return <p data-testid="status">{usePPRoom(Arena).status}</p>
    }
    const view = render(app({}))
    await until(() => shown('status') === 'joined')
    const room = world.arena()
    room.kick(room.clients[0]!)
    await until(() => shown('status') === 'left')
    view.rerender(app({}))
    // A join that the render had sent would be on its way before these questions: the second answer comes behind what became of it.
    for (let turn = 0; turn < 2; turn++) await act(() => client.emitWithAck('nothing').catch(() => {}))
    expect([shown('status'), world.joins.length]).toEqual(['left', 1])
    view.rerender(<PPProvider client={client}>{null}</PPProvider>)
    view.rerender(app({}))
    await until(() => shown('status') === 'joined')
  })

  test('a hook outside a provider says what is missing', () => {
    world = createWorld()
    function Lost() {
      usePPClient()
      return null
    }
    expect(() => render(<Lost />)).toThrow('No PPProvider above this component.')
  })
})

describe('usePPRoomState', () => {
  test('one entity of 1,000 changes: exactly one of 1,000 components renders', async () => {
    world = createWorld({ entities: 1000 })
    const renders = new Map<string, number>()
    const Hp = memo(function Hp({ room, id }: { room: RoomHandle<typeof Arena>; id: string }) {
      const hp = usePPRoomState(room, (state) => state.entities[id]?.hp)
      renders.set(id, (renders.get(id) ?? 0) + 1)
      return <i data-testid={id}>{hp}</i>
    })
    function All() {
      const { room, status } = usePPRoom(Arena)
      if (status !== 'joined') return null
      return Array.from({ length: 1000 }, (_, i) => <Hp key={i} room={room} id={`e${i}`} />)
    }
    render(
      <PPProvider client={world.createClient()}>
        <All />
      </PPProvider>,
    )
    await until(() => screen.queryByTestId('e999')?.textContent === '100')
    renders.clear()
    world.arena().update((state) => {
      const entity = (state as { entities: Record<string, { hp: number }> }).entities['e7']
      if (entity !== undefined) entity.hp = 42
    })
    await until(() => shown('e7') === '42')
    expect([...renders]).toEqual([['e7', 1]])
  })

  test('changing props, deletions and derived values', async () => {
    world = createWorld()
    function Name({ id }: { id: string }) {
      const { room } = usePPRoom(Arena)
      const name = usePPRoomState(room, (state) => state.entities[id]?.name ?? 'nobody')
      const count = usePPRoomState(room, (state) => Object.keys(state.entities).length)
      return <p data-testid="name">{`${name} of ${count}`}</p>
    }
    const client = world.createClient()
    const view = render(
      <PPProvider client={client}>
        <Name id="e0" />
      </PPProvider>,
    )
    await until(() => shown('name') === 'entity 0 of 3')
    view.rerender(
      <PPProvider client={client}>
        <Name id="e1" />
      </PPProvider>,
    )
    expect(shown('name')).toBe('entity 1 of 3')
    world
      .arena()
      .update((state) => void delete (state as { entities: Record<string, unknown> }).entities['e1'])
    await until(() => shown('name') === 'nobody of 2')
  })

  test('an equality function keeps the old value, and so the render, away', async () => {
    world = createWorld()
    let renders = 0
    function Band() {
      const { room } = usePPRoom(Arena)
      const hps = usePPRoomState(
        room,
        (state) => Object.values(state.entities).map(({ hp }) => Math.ceil(hp / 50)),
        (a, b) => a.length === b.length && a.every((value, i) => value === b[i]),
      )
      renders++
      return <p data-testid="band">{hps?.join()}</p>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Band />
        <Lobby />
      </PPProvider>,
    )
    await until(() => shown('band') === '2,2,2')
    const before = renders
    world.arena().update((state) => {
      const whole = state as { entities: Record<string, { hp: number }>; phase: string }
      for (const entity of Object.values(whole.entities)) entity.hp = 60
      whole.phase = 'play'
    })
    await until(() => shown('lobby') === 'play, 3')
    expect(renders).toBe(before)
  })
})

test('usePPStatus follows the connection', async () => {
  world = createWorld()
  const seen: string[] = []
  function Bar() {
    const { status } = usePPStatus()
    if (seen.at(-1) !== status) seen.push(status)
    return <p data-testid="status">{status}</p>
  }
  const client = world.createClient()
  render(
    <PPProvider client={client}>
      <Bar />
    </PPProvider>,
  )
  await until(() => shown('status') === 'open')
  world.transports[0]?.terminate()
  await until(() => world.transports.length === 2 && shown('status') === 'open')
  expect(seen.slice(seen.indexOf('open'))).toEqual(expect.arrayContaining(['open', 'waiting', 'open']))
})
