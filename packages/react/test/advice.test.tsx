// Mistakes around hooks and providers, as plain JavaScript makes them: what a developer reads, and that nothing is said otherwise.
import {
  PPClient,
  PPProvider,
  useAck,
  useOthers,
  usePPEvent,
  usePPRoom,
  usePPRoomState,
  usePPUpdate,
  useTransient,
} from '@painda/react'
import type { RoomHandle, RoomShape } from '@painda/react'
import { act, cleanup, render } from '@testing-library/react'
import { Component, createElement, StrictMode, Suspense, useEffect } from 'react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { Arena, createWorld } from './world.js'

let told: string[] = []
let thrown: unknown = null

beforeEach(() => {
  told = []
  thrown = null
  vi.spyOn(console, 'warn').mockImplementation(
    (text: string) => void told.push(text.replace('[painda] ', '')),
  )
})

afterEach(cleanup)

class Boundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  static getDerivedStateFromError(error: unknown): { isBroken: boolean } {
    thrown = error
    return { isBroken: true }
  }

  override state = { isBroken: false }

  override render(): ReactNode {
    return this.state.isBroken ? null : this.props.children
  }
}

async function show(children: ReactNode): Promise<void> {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await act(async () => void render(<Boundary>{children}</Boundary>))
}

function idle(): PPClient {
  return new PPClient('ws://localhost:1', { autoConnect: false })
}

test('a page without mistakes is told nothing', async () => {
  const world = createWorld()
  function Game() {
    const { room, state } = usePPRoom(Arena, { options: { name: 'Ada' } })
    usePPEvent(room, 'boom', () => {})
    useAck(room, 'buy')
    useOthers(room)
    const phase = usePPRoomState(room, (all) => all.phase)
    return <p>{state === undefined ? '…' : phase}</p>
  }
  await show(
    <StrictMode>
      <PPProvider client={world.createClient()}>
        <Game />
      </PPProvider>
    </StrictMode>,
  )
  expect([told, thrown]).toEqual([[], null])
})

test('props that there are not, and those that are not read, are told', async () => {
  const wrong: object = { client: idle(), urll: 'ws://localhost:1', url: 'ws://localhost:1' }
  await show(createElement(PPProvider, wrong as { client: PPClient }))
  expect(told).toEqual([
    'PPProvider has no prop "urll" (did you mean "url"?). Options of its client stand in options: <PPProvider url="…" options={{ … }}>.',
    'PPProvider is given a client and reads neither url nor options: those are for a client that it makes.',
  ])
})

test('a provider without an address says so', async () => {
  await show(createElement(PPProvider, {} as { url: string }))
  expect(thrown).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('<PPProvider url="ws://localhost:3000">'),
  })
})

test('a Suspense above the provider that makes the client, which nobody can connect then, is told', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  function Waiting() {
    return usePPRoom(Arena, { suspense: true }).state.phase
  }
  const page = (
    <Suspense fallback="wait">
      <PPProvider url="ws://localhost:1">
        <Waiting />
      </PPProvider>
    </Suspense>
  )
  await show(page)
  await act(() => vi.advanceTimersByTimeAsync(3_000))
  expect(told).toEqual([expect.stringContaining('put the Suspense below the provider')])
})

test('options of usePPRoom that there are not are told', async () => {
  function Game() {
    usePPRoom(Arena, { nick: 'Ada' } as object)
    return null
  }
  const page = (
    <PPProvider client={idle()}>
      <Game />
    </PPProvider>
  )
  await show(page)
  expect(told).toEqual([expect.stringContaining('Joining "arena" with what join does not know: "nick".')])
})

test.each([
  ['usePPRoomState', (room: RoomHandle<RoomShape>) => usePPRoomState(room, (state) => state)],
  ['usePPEvent', (room: RoomHandle<RoomShape>) => usePPEvent(room, 'boom' as never, () => {})],
  ['useAck', (room: RoomHandle<RoomShape>) => useAck(room, 'buy' as never)],
  ['useOthers', (room: RoomHandle<RoomShape>) => useOthers(room)],
])('%s that is given the definition in place of the room says so', async (hook, use) => {
  function Wrong() {
    use(Arena as unknown as RoomHandle<RoomShape>)
    return null
  }
  const page = (
    <PPProvider client={idle()}>
      <Wrong />
    </PPProvider>
  )
  await show(page)
  expect(thrown).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `${hook} takes a room, and was given the definition "arena". const { room } = usePPRoom(Arena) gives one.`,
  })
})

type Room = RoomHandle<typeof Arena>
const constant = (): number => 1

test.each([
  [
    'The selector of usePPRoomState is a function, and it was given "phase".',
    (room: Room) => usePPRoomState(room, 'phase' as never),
  ],
  [
    'The selector of useTransient is a function, and it was given undefined.',
    (room: Room) => useTransient(room, undefined as never, () => {}),
  ],
  [
    'The equality of usePPRoomState is a function, and it was given a list.',
    (room: Room) => usePPRoomState(room, constant, ['id'] as never),
  ],
  [
    'The equality of useOthers is a function, and it was given "shallow".',
    (room: Room) => useOthers(room, constant, 'shallow' as never),
  ],
])('%s', async (text, use) => {
  const client = idle()
  function Wrong() {
    use(client.room(Arena))
    return null
  }
  const page = (
    <PPProvider client={client}>
      <Wrong />
    </PPProvider>
  )
  await show(page)
  expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) })
})

test('a recipe that makes another state, or waits, is told', async () => {
  const world = createWorld()
  const room = world.createClient().join(Arena)
  await room.joined
  let send = async (): Promise<void> => {}
  function Recipes() {
    const steady = usePPUpdate(room, 'buy', (draft) => draft.log.push({ text: 'bought' }))
    const reducing = usePPUpdate(room, 'buy', (draft) => ({ ...draft, phase: 'sold out' }))
    const waiting = usePPUpdate(room, 'buy', async (draft) => {
      await Promise.resolve()
      void draft
    })
    useEffect(() => {
      send = async () => {
        await Promise.all([steady, reducing, waiting].map((one) => one.send({ item: 'bow' })))
      }
    }, [steady, reducing, waiting])
    return null
  }
  await show(<Recipes />)
  await act(() => send())
  expect(told).toEqual([
    expect.stringContaining("The recipe of usePPUpdate(room, 'buy') changed nothing and returned an object"),
    expect.stringContaining("The recipe of usePPUpdate(room, 'buy') changed nothing and returned a promise"),
  ])
  cleanup()
  await world.close()
})

test('a hook below the provider of another copy of the package is told so', async () => {
  vi.resetModules()
  const copy = await import('@painda/react')
  function Lost() {
    copy.usePPStatus()
    return null
  }
  const page = (
    <PPProvider client={idle()}>
      <Lost />
    </PPProvider>
  )
  await show(page)
  expect(thrown).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('No PPProvider above this component. There is one of another copy'),
  })
})
