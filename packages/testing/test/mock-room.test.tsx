// A component with a mocked room around it: what a story or a component test can make it show.
// @vitest-environment happy-dom
import { defineRoom, PPError, request, type } from '@painda/protocol'
import {
  PPProvider,
  useAck,
  usePPEvent,
  usePPRoom,
  usePPRoomState,
  usePPStatus,
  usePresence,
} from '@painda/react'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { memo, useState, type ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { createMockRoom, type MockRoom } from '../src/mock/index.js'
import { renderWithRoom } from '../src/react.js'

interface ArenaState {
  phase: 'lobby' | 'play'
  players: { [id: string]: { hp: number } }
}

const Arena = defineRoom({
  name: 'arena',
  state: (): ArenaState => ({ phase: 'lobby', players: {} }),
  messages: { move: type<{ dx: number }>() },
  requests: { buy: request(type<{ item: string }>(), type<{ coins: number }>()) },
  events: { boom: type<{ at: string }>() },
  presence: type<{ name: string }>(),
})

afterEach(cleanup)

const shown = (id: string): string => screen.getByTestId(id).textContent

function Hud(): ReactNode {
  const { room, state, status, stale, error } = usePPRoom(Arena)
  const { others, update } = usePresence(room)
  const connection = usePPStatus()
  const buy = useAck(room, 'buy')
  const [boom, setBoom] = useState('quiet')
  usePPEvent(room, 'boom', ({ at }) => setBoom(at))
  return (
    <>
      <p data-testid="room">{`${status}${stale ? ' stale' : ''} ${error?.code ?? ''}`.trim()}</p>
      <p data-testid="connection">{connection.status}</p>
      <p data-testid="phase">{state?.phase ?? 'none'}</p>
      <p data-testid="others">
        {others.map(({ data, connected }) => `${data.name}${connected ? '' : ' away'}`).join()}
      </p>
      <p data-testid="boom">{boom}</p>
      <p data-testid="buy">{`${buy.status} ${buy.data?.coins ?? buy.error?.message ?? ''}`.trim()}</p>
      <button onClick={() => room.send('move', { dx: 1 })}>Move</button>
      <button onClick={() => void buy.send({ item: 'bomb' }).catch(() => {})}>Buy</button>
      <button onClick={() => update({ name: 'Grace' })}>Name</button>
    </>
  )
}

test('a component is rendered in a room with the state that the test gave', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena, {
    state: { phase: 'play', players: {} },
    others: { ben: { name: 'Ben' } },
  })
  expect([shown('room'), shown('connection'), shown('phase'), shown('others')]).toEqual([
    'joined',
    'open',
    'play',
    'Ben',
  ])
  mock.close()
})

test('without a state the room begins as its definition does', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  expect(shown('phase')).toBe('lobby')
  mock.close()
})

test('a change of the state is shown when the call returns, and what it did not touch keeps its identity', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena, {
    state: { phase: 'lobby', players: { a: { hp: 1 }, b: { hp: 2 } } },
  })
  const before = mock.room.state?.players['a']
  mock.update((state) => {
    state.phase = 'play'
    state.players['b'] = { hp: 7 }
  })
  expect(shown('phase')).toBe('play')
  expect(mock.room.state?.players).toEqual({ a: { hp: 1 }, b: { hp: 7 } })
  expect(mock.room.state?.players['a']).toBe(before)
  mock.setState({ phase: 'lobby', players: {} })
  expect(shown('phase')).toBe('lobby')
  expect(mock.room.state).toEqual(mock.state)
  mock.close()
})

test('a change that changes nothing sends nothing', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  const { version } = mock.room
  mock.update(() => {})
  expect(mock.room.version).toBe(version)
  mock.close()
})

test('a component renders for what it selected and not for the rest, as with a server', async () => {
  let renders = 0
  const Hp = memo(function Hp() {
    const { room } = usePPRoom(Arena)
    renders++
    return <p data-testid="hp">{usePPRoomState(room, (state) => state.players['a']?.hp)}</p>
  })
  const { mock } = await renderWithRoom(<Hp />, Arena, {
    state: { phase: 'lobby', players: { a: { hp: 1 } } },
  })
  const before = renders
  mock.update((state) => void (state.phase = 'play'))
  expect(renders).toBe(before)
  mock.update((state) => void (state.players['a'] = { hp: 9 }))
  expect(shown('hp')).toBe('9')
  mock.close()
})

test('an event reaches the component', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  mock.emit('boom', { at: 'the door' })
  expect(shown('boom')).toBe('the door')
  mock.close()
})

test('what the page sends is kept, by type and payload', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  fireEvent.click(screen.getByText('Move'))
  await mock.settled()
  expect(mock.sent).toEqual([{ type: 'move', payload: { dx: 1 } }])
  mock.close()
})

test('a request waits for its answer, which may be a refusal', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  fireEvent.click(screen.getByText('Buy'))
  await mock.settled()
  expect(shown('buy')).toBe('pending')
  expect(mock.requests.map(({ type: name, payload }) => [name, payload])).toEqual([['buy', { item: 'bomb' }]])
  const [asked] = mock.requests
  asked?.answer({ coins: 3 })
  await mock.settled()
  expect(shown('buy')).toBe('success 3')
  expect(() => asked?.answer({ coins: 3 })).toThrow(/answered already/)

  fireEvent.click(screen.getByText('Buy'))
  await mock.settled()
  mock.requests[0]?.refuse('Not enough coins.')
  await mock.settled()
  expect(shown('buy')).toBe('error Not enough coins.')
  expect(mock.requests).toEqual([])
  mock.close()
})

test('answers given beforehand come at once, and what one throws is a refusal', async () => {
  const buy = vi.fn(({ item }: { item: string }) => {
    if (item !== 'bomb') throw new PPError('REFUSED', 'Only bombs.')
    return { coins: 1 }
  })
  const { mock } = await renderWithRoom(<Hud />, Arena, { answers: { buy } })
  fireEvent.click(screen.getByText('Buy'))
  await mock.settled()
  expect(shown('buy')).toBe('success 1')
  const refused = expect(mock.room.request('buy', { item: 'moon' })).rejects.toThrow('Only bombs.')
  await mock.settled()
  await refused
  expect(buy).toHaveBeenCalledTimes(2)
  mock.close()
})

test('others come, change, lose their connection and go', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  mock.show('ben', { name: 'Ben' })
  mock.show('cleo', { name: 'Cleo' }, { connected: false })
  expect(shown('others')).toBe('Ben,Cleo away')
  mock.show('ben', { name: 'Benno' })
  mock.hide('cleo')
  expect(shown('others')).toBe('Benno')
  mock.close()
})

test('what the page shows of itself is known', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena, { self: { name: 'Ada' } })
  expect(mock.room.presence.self?.data).toEqual({ name: 'Ada' })
  fireEvent.click(screen.getByText('Name'))
  await mock.settled()
  expect(mock.self).toEqual({ name: 'Grace' })
  mock.close()
})

test('a lost connection leaves the last state on the page, and what was missed comes with the connection', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena, { state: { phase: 'lobby', players: {} } })
  mock.drop()
  expect([shown('room'), shown('connection'), shown('phase')]).toEqual([
    'reconnecting stale',
    'waiting',
    'lobby',
  ])
  mock.update((state) => void (state.phase = 'play'))
  mock.emit('boom', { at: 'far away' })
  fireEvent.click(screen.getByText('Move'))
  await mock.settled()
  expect([shown('phase'), mock.sent.length]).toEqual(['lobby', 0])
  await mock.reconnect()
  expect([shown('room'), shown('connection'), shown('phase'), shown('boom')]).toEqual([
    'joined',
    'open',
    'play',
    'far away',
  ])
  await mock.settled()
  expect(mock.sent).toEqual([{ type: 'move', payload: { dx: 1 } }])
  mock.close()
})

test('a session that has expired joins the room anew', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  const outcomes: string[] = []
  mock.client.on('recovery', ({ outcome }) => void outcomes.push(outcome))
  mock.drop()
  mock.update((state) => void (state.phase = 'play'))
  await mock.reconnect({ isExpired: true })
  expect([outcomes.join(), shown('room'), shown('phase')]).toEqual(['expired', 'joined', 'play'])
  mock.update((state) => void (state.phase = 'lobby'))
  expect(shown('phase')).toBe('lobby')
  mock.close()
})

test('a session that has expired leaves no question behind that could be answered', async () => {
  const { mock } = await renderWithRoom(<Hud />, Arena)
  fireEvent.click(screen.getByText('Buy'))
  await mock.settled()
  const [asked] = mock.requests
  mock.drop()
  await mock.reconnect({ isExpired: true })
  expect(mock.requests).toEqual([])
  expect(() => asked?.answer({ coins: 3 })).toThrow(/its session is over/)
  mock.close()
})

test('when the clock is moved on, the page shows what the client does by then: a request times out', async () => {
  const complaints = vi.spyOn(console, 'error')
  const { mock } = await renderWithRoom(<Hud />, Arena)
  fireEvent.click(screen.getByText('Buy'))
  await mock.settled()
  await mock.time.advance(10_000)
  expect(shown('buy')).toMatch(/^error .+ was not answered within/)
  mock.close()
  expect(shown('connection')).toBe('closed')
  expect(complaints).not.toHaveBeenCalled()
})

test('a page that is not let in shows that it is joining, and then the room or the refusal', async () => {
  const first = await renderWithRoom(<Hud />, Arena, { isOpen: false })
  expect([shown('room'), shown('phase')]).toEqual(['joining', 'none'])
  first.mock.admit()
  expect([shown('room'), shown('phase')]).toEqual(['joined', 'lobby'])
  first.mock.close()
  first.unmount()

  const second = await renderWithRoom(<Hud />, Arena, { isOpen: false })
  second.mock.refuse('All seats are taken.', 'ROOM_FULL')
  expect(shown('room')).toBe('failed ROOM_FULL')
  second.mock.close()
})

const WAYS_OUT: [string, (mock: MockRoom<typeof Arena>) => void][] = [
  ['before it is let in', () => {}],
  ['after a kick', (mock) => mock.kick('enough')],
  ['after it has left', (mock) => mock.room.leave()],
]
test.each(WAYS_OUT)(
  'what happens in the room while the page is not in it, %s, is there when it comes in',
  async (way, out) => {
    const mock = createMockRoom(Arena, { isOpen: way !== 'before it is let in' })
    const problems: string[] = []
    mock.client.on('error', ({ message }) => void problems.push(message))
    await mock.settled()
    out(mock)
    await mock.settled()
    mock.update((state) => void (state.phase = 'play'))
    mock.show('ben', { name: 'Ben' })
    mock.emit('boom', { at: 'nowhere' })
    const again = mock.client.join(Arena)
    mock.admit()
    await mock.settled()
    expect(again.status).toBe('joined')
    expect(again.state?.phase).toBe('play')
    expect(again.presence.snapshot().others.map(({ data }) => data.name)).toEqual(['Ben'])
    mock.update((state) => void (state.phase = 'lobby'))
    expect(again.state?.phase).toBe('lobby')
    expect(problems).toEqual([])
    mock.close()
  },
)

test('a kick, and the end of the connection', async () => {
  const first = await renderWithRoom(<Hud />, Arena)
  first.mock.kick('Too loud.')
  expect(shown('room')).toBe('left KICKED')
  first.mock.close()
  first.unmount()

  const second = await renderWithRoom(<Hud />, Arena)
  second.mock.end('The token is old.')
  expect([shown('room'), shown('connection')]).toEqual(['failed stale UNAUTHORIZED', 'closed'])
  second.mock.close()
})

test('two components that join the room differently, and one that wants another room', async () => {
  function Two(): ReactNode {
    const first = usePPRoom(Arena)
    const second = usePPRoom<ArenaState>('mock')
    const third = usePPRoom(Other)
    return (
      <p data-testid="two">
        {`${first.state?.phase} ${second.state?.phase} ${third.status} ${third.error?.code}`}
      </p>
    )
  }
  const Other = defineRoom({ name: 'other', state: () => ({}) })
  const { mock } = await renderWithRoom(<Two />, Arena)
  expect(shown('two')).toBe('lobby lobby failed ROOM_NOT_FOUND')
  mock.update((state) => void (state.phase = 'play'))
  expect(shown('two')).toContain('play play')
  mock.close()
})

test('a story needs no Testing Library: the state is there before anything has happened on a clock', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  const setRepeat = vi.spyOn(globalThis, 'setInterval')
  const mock = createMockRoom(Arena, { state: { phase: 'play', players: {} } })
  await mock.settled()
  expect([setTimer.mock.calls.length, setRepeat.mock.calls.length]).toEqual([0, 0])
  render(
    <PPProvider client={mock.client}>
      <Hud />
    </PPProvider>,
  )
  expect(shown('phase')).toBe('play')
  mock.close()
  expect(mock.client.status().status).toBe('closed')
})

test('messages and payloads that the contract does not know are refused as by a server', async () => {
  const Strict = defineRoom({
    name: 'strict',
    state: () => ({ n: 0 }),
    messages: { add: { '~standard': { version: 1, vendor: 'test', validate: onlyNumbers } } },
  })
  const mock = createMockRoom(Strict)
  const errors: string[] = []
  mock.client.on('error', ({ code }) => void errors.push(code))
  mock.room.send('add', 'two' as never)
  // @ts-expect-error "sub" is no message of this room
  mock.room.send('sub', 1)
  // @ts-expect-error no event of this room
  mock.emit('bang', {})
  await mock.settled()
  expect(errors).toEqual(['INVALID_PAYLOAD', 'UNKNOWN_TYPE'])
  expect(mock.sent).toEqual([])
  mock.close()
})

test('a state that is not JSON is refused at the call', async () => {
  const mock = createMockRoom(Arena)
  for (const hp of [() => 1, new Map(), Number.NaN]) {
    expect(() => mock.update((state) => void (state.players['a'] = { hp: hp as never }))).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_JSON' }),
    )
  }
  expect(mock.state).toEqual({ phase: 'lobby', players: {} })
  mock.close()
})

function onlyNumbers(value: unknown): { value: number } | { issues: { message: string }[] } {
  return typeof value === 'number' ? { value } : { issues: [{ message: 'a number, please' }] }
}
