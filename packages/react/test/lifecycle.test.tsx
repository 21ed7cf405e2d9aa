// What mounting, unmounting and everything in between cost the server: asserted there, under StrictMode. Each way ends with
// one join for the whole time, and with nobody left in the room a linger after the unmount.
import { PPProvider, usePPClient, usePPRoom, usePPRoomState } from '@painda/react'
import type { PPClient } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { Component, startTransition, StrictMode, Suspense, use, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Arena, createWorld, until } from './world.js'
import type { ArenaState } from './world.js'

let world: ReturnType<typeof createWorld>
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  cleanup()
  await world.close()
})

const shown = (id: string): string | undefined => screen.queryByTestId(id)?.textContent
const click = (id: string): void => act(() => screen.getByTestId(id).click())

/** With fake timers. */
const pass = (ms: number): Promise<void> => act(async () => void (await vi.advanceTimersByTimeAsync(ms)))

function Page() {
  const { room, state } = usePPRoom(Arena)
  const phase = usePPRoomState(room, (whole) => whole.phase)
  return (
    <p data-testid="page">
      {state === undefined ? 'joining' : `${phase} ${Object.keys(state.entities).length}`}
    </p>
  )
}

function strict(client: PPClient, children: ReactNode): ReactNode {
  return (
    <StrictMode>
      <PPProvider client={client}>{children}</PPProvider>
    </StrictMode>
  )
}

/** One join so far, and after the unmount nobody is left: no member, no handle, no timer of a room. */
async function expectOneJoinAndNoLeak(client: PPClient, unmount: () => void): Promise<void> {
  expect(world.joins).toHaveLength(1)
  unmount()
  await until(() => world.leaves.length === 1)
  expect(world.leaves).toEqual(world.joins)
  expect(client.rooms()).toEqual([])
  expect(world.server.rooms().map((room) => room.clients.length)).toEqual(world.server.rooms().map(() => 0))
}

describe('under StrictMode, one join on the server and nothing left after unmount', () => {
  test('[RP3] mount', async () => {
    const client = world.createClient()
    const view = render(strict(client, <Page />))
    await until(() => shown('page') === 'lobby 3')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] remount: the room is as it was, without a moment of joining', async () => {
    const client = world.createClient()
    const view = render(strict(client, <Page key="1" />))
    await until(() => shown('page') === 'lobby 3')
    view.rerender(strict(client, <Page key="2" />))
    expect(shown('page')).toBe('lobby 3')
    view.rerender(strict(client, null))
    view.rerender(strict(client, <Page key="3" />))
    expect(shown('page')).toBe('lobby 3')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] route change: the next page’s component with the same room takes it over', async () => {
    function Other() {
      const { state } = usePPRoom(Arena)
      return <p data-testid="other">{state?.phase}</p>
    }
    function Routes() {
      const [route, setRoute] = useState('page')
      return (
        <>
          <button data-testid="go" onClick={() => startTransition(() => setRoute('other'))} />
          {route === 'page' ? <Page /> : <Other />}
        </>
      )
    }
    const client = world.createClient()
    const view = render(strict(client, <Routes />))
    await until(() => shown('page') === 'lobby 3')
    click('go')
    expect(shown('other')).toBe('lobby')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] HMR: a definition and components that were loaded again keep the room', async () => {
    const client = world.createClient()
    const load = () => {
      const Again = { ...Arena }
      return function Reloaded() {
        const { state } = usePPRoom(Again)
        return <p data-testid="page">{state?.phase ?? 'joining'}</p>
      }
    }
    const First = load()
    const view = render(strict(client, <First />))
    await until(() => shown('page') === 'lobby')
    const Second = load()
    view.rerender(strict(client, <Second />))
    expect(shown('page')).toBe('lobby')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] error retry: a component that threw and mounts again finds its room', async () => {
    let isBroken = false
    function Fragile() {
      if (isBroken) throw new Error('broken')
      return <Page />
    }
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const client = world.createClient()
    const view = render(
      strict(
        client,
        <Boundary>
          <Fragile />
        </Boundary>,
      ),
    )
    await until(() => shown('page') === 'lobby 3')
    isBroken = true
    view.rerender(
      strict(
        client,
        <Boundary>
          <Fragile />
        </Boundary>,
      ),
    )
    expect(shown('failed')).toBe('broken')
    isBroken = false
    click('failed')
    expect(shown('page')).toBe('lobby 3')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] Suspense: the fallback until the room is there, and then its state', async () => {
    const client = world.createClient()
    const phases: string[] = []
    function Suspended() {
      const { state } = usePPRoom(Arena, { suspense: true })
      const phase: string = state.phase
      phases.push(phase)
      return <p data-testid="page">{phase}</p>
    }
    const view = render(
      strict(
        client,
        <Suspense fallback={<p data-testid="wait">wait</p>}>
          <Suspended />
        </Suspense>,
      ),
    )
    expect(shown('wait')).toBe('wait')
    await until(() => shown('page') === 'lobby')
    expect(new Set(phases)).toEqual(new Set(['lobby']))
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] Suspense that is gone before the room is there', async () => {
    vi.useFakeTimers()
    const client = world.createClient()
    function Suspended() {
      usePPRoom(Arena, { suspense: true })
      return <p data-testid="page" />
    }
    const view = render(
      strict(
        client,
        <Suspense fallback={<p data-testid="wait" />}>
          <Suspended />
        </Suspense>,
      ),
    )
    view.rerender(strict(client, null))
    await pass(5_000)
    expect([world.joins.length, world.leaves.length]).toEqual([1, 0])
    await pass(6_000)
    vi.useRealTimers()
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('[RP3] Suspense that waits for something else longer than a room stays', async () => {
    vi.useFakeTimers()
    const client = world.createClient()
    let open = (): void => {}
    const slow = new Promise<void>((resolve) => (open = resolve))
    function Suspended() {
      const { state } = usePPRoom(Arena, { suspense: true })
      return <p data-testid="page">{state.phase}</p>
    }
    function Slow() {
      use(slow)
      return null
    }
    const page = strict(
      client,
      <Suspense fallback={<p data-testid="wait" />}>
        <Suspended />
        <Slow />
      </Suspense>,
    )
    const view = await act(async () => render(page))
    await pass(9_000)
    expect([world.joins.length, world.leaves.length, shown('page')]).toEqual([1, 0, undefined])
    open()
    await pass(100)
    expect(shown('page')).toBe('lobby')
    await pass(5_000)
    vi.useRealTimers()
    await expectOneJoinAndNoLeak(client, view.unmount)
  })
})

class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <button data-testid="failed" onClick={() => this.setState({ error: null })}>
        {'code' in error ? String(error.code) : error.message}
      </button>
    )
  }
}

describe('refusals go to the nearest boundary, and mounting again asks again', () => {
  test.each(['throwOnError', 'suspense'])('%s', async (option) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const client = world.createClient()
    function Private() {
      const { state, status } = usePPRoom(Arena, { id: 'a1', [option]: true })
      return <p data-testid="page">{state?.phase ?? status}</p>
    }
    const page = (
      <Suspense fallback={<p data-testid="wait" />}>
        <Boundary>
          <Private />
        </Boundary>
      </Suspense>
    )
    const view = render(strict(client, page))
    await until(() => shown('failed') === 'ROOM_NOT_FOUND')
    // Still not there: refused again, not remembered.
    click('failed')
    await until(() => shown('failed') === 'ROOM_NOT_FOUND')
    expect(world.joins).toEqual([])
    world.server.createRoom(Arena, { id: 'a1' })
    click('failed')
    await until(() => shown('page') === 'lobby')
    await expectOneJoinAndNoLeak(client, view.unmount)
  })

  test('a kick reaches the boundary too', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const client = world.createClient()
    function Kicked() {
      const { state } = usePPRoom(Arena, { throwOnError: true })
      return <p data-testid="page">{state?.phase}</p>
    }
    render(
      strict(
        client,
        <Boundary>
          <Kicked />
        </Boundary>,
      ),
    )
    await until(() => shown('page') === 'lobby')
    world.arena().kick(world.server.getClients()[0]!)
    await until(() => shown('failed') === 'KICKED')
    click('failed')
    // The old state stands, marked stale, while it asks again.
    expect(shown('page')).toBe('lobby')
    await until(() => world.joins.length === 2)
  })
})

describe('providers', () => {
  test('another client: the old room is left, the new one joined', async () => {
    const [one, two] = [world.createClient(), world.createClient()]
    const view = render(strict(one, <Page />))
    await until(() => shown('page') === 'lobby 3')
    view.rerender(strict(two, <Page />))
    await until(() => shown('page') === 'lobby 3' && world.joins.length === 2)
    await until(() => world.leaves.length === 1)
    expect(world.leaves).toEqual([one.id])
    expect([one.rooms().length, two.rooms().length]).toEqual([0, 1])
  })

  test('two providers: each component is in the room by the client of its own', async () => {
    const [one, two] = [world.createClient(), world.createClient()]
    function Who({ id }: { id: string }) {
      const client = usePPClient()
      const { status } = usePPRoom(Arena)
      return <p data-testid={id}>{`${status} ${client === one ? 'one' : 'two'}`}</p>
    }
    render(
      strict(
        one,
        <>
          <Who id="outer" />
          <PPProvider client={two}>
            <Who id="inner" />
          </PPProvider>
        </>,
      ),
    )
    await until(() => shown('outer') === 'joined one' && shown('inner') === 'joined two')
    expect(new Set(world.joins)).toEqual(new Set([one.id, two.id]))
  })

  test('another url: the first connection is closed, one is opened', async () => {
    const page = (url: string): ReactNode => (
      <StrictMode>
        <PPProvider url={url} options={{ connectTransport: world.connectTransport }}>
          <Page />
        </PPProvider>
      </StrictMode>
    )
    const view = render(page('memory://a'))
    await until(() => shown('page') === 'lobby 3')
    view.rerender(page('memory://b'))
    await until(() => shown('page') === 'lobby 3' && world.server.getClients().length === 1)
    expect(world.transports).toHaveLength(2)
    view.unmount()
    await until(() => world.server.getClients().length === 0)
    expect(world.leaves).toHaveLength(2)
  })
})

test('concurrent rendering never shows two moments of the state side by side', async () => {
  const client = world.createClient()
  const torn: string[] = []
  function Cell() {
    const { room } = usePPRoom(Arena)
    const hp = usePPRoomState(room, (state: ArenaState) => state.entities['e0']?.hp)
    // Long enough for React to hand the thread back in between, with a change waiting there.
    spin(2)
    return <i data-testid="cell">{hp}</i>
  }
  let show: (size: number) => void = () => {}
  function Grid() {
    const [size, setSize] = useState(0)
    useEffect(() => {
      show = setSize
    }, [])
    return Array.from({ length: size }, (_, index) => <Cell key={index} />)
  }
  function Look() {
    const cells = screen.queryAllByTestId('cell').map((cell) => cell.textContent)
    if (new Set(cells).size > 1) torn.push(cells.join())
    return cells.length
  }
  render(
    <PPProvider client={client}>
      <Page />
      <Grid />
    </PPProvider>,
  )
  await until(() => shown('page') === 'lobby 3')
  // Outside `act`, which would render everything at once.
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }
  environment.IS_REACT_ACT_ENVIRONMENT = false
  try {
    const observer = new MutationObserver(() => void Look())
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    startTransition(() => show(60))
    for (let round = 1; round < 200 && Look() < 60; round++) {
      world.update((state) => (state.entities['e0']!.hp = 100 - round))
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    world.update((state) => (state.entities['e0']!.hp = -1))
    for (let round = 0; round < 200 && screen.queryAllByTestId('cell')[0]?.textContent !== '-1'; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    observer.disconnect()
    expect(screen.getAllByTestId('cell').map((cell) => cell.textContent)).toEqual(Array(60).fill('-1'))
    expect(torn).toEqual([])
  } finally {
    environment.IS_REACT_ACT_ENVIRONMENT = true
  }
})

function spin(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
