// What moves without rendering. Frames are cranked by hand.
import { PPProvider, useEntityStyle, useFrame, useInterpolated, usePPRoom, useTransient } from '@painda/react'
import type { PPClient, RoomHandle } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { memo, Profiler, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTimeline } from '../src/timeline.js'
import { between, createTrack } from '../src/track.js'
import { Arena, createWorld, until } from './world.js'
import type { ArenaState } from './world.js'

let world: ReturnType<typeof createWorld>
/** Callbacks of requestAnimationFrame that wait for the next frame. */
let asked: Map<number, FrameRequestCallback>
let frameTime: number

beforeEach(() => {
  asked = new Map()
  frameTime = 0
  let last = 0
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    asked.set(++last, callback)
    return last
  })
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => asked.delete(handle))
})
afterEach(async () => {
  cleanup()
  await world?.close()
})

function frame(ms = 16): void {
  frameTime += ms
  const due = [...asked.values()]
  asked.clear()
  for (const callback of due) callback(frameTime)
}

type Room = RoomHandle<typeof Arena>

let commits = 0
async function mountInRoom(
  children: (room: Room) => ReactNode,
  entities = 3,
  prepare: (client: PPClient) => void = () => {},
): Promise<void> {
  world = createWorld({ entities })
  const client = world.createClient()
  prepare(client)
  function Inside() {
    const { room, status } = usePPRoom(Arena)
    return status === 'joined' ? <div data-testid="inside">{children(room)}</div> : null
  }
  render(
    <PPProvider client={client}>
      <Profiler id="all" onRender={() => void commits++}>
        <Inside />
      </Profiler>
    </PPProvider>,
  )
  await until(() => screen.queryByTestId('inside') !== null)
  commits = 0
}

describe('useFrame', () => {
  test('all share one requestAnimationFrame, which ends with the last of them', () => {
    const log: string[] = []
    function Ticker({ name }: { name: string }) {
      useFrame(({ time, delta }) => log.push(`${name} ${time} ${delta}`))
      return null
    }
    const view = render([<Ticker key="a" name="a" />, <Ticker key="b" name="b" />])
    expect(asked.size).toBe(1)
    frame()
    frame(20)
    expect(log).toEqual(['a 16 0', 'b 16 0', 'a 36 20', 'b 36 20'])
    expect(asked.size).toBe(1)
    // The callback of the latest render, without another subscription.
    view.rerender([<Ticker key="a" name="A" />])
    frame(10)
    expect(log.slice(4)).toEqual(['A 46 10'])
    view.unmount()
    expect(asked.size).toBe(0)
  })

  test('a callback that throws does not stop the others', async () => {
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => {
      try {
        task()
      } catch (error) {
        thrown.push(error)
      }
    })
    const log: string[] = []
    function Bad() {
      useFrame(() => {
        throw new Error('bad')
      })
      return null
    }
    function Good() {
      useFrame(() => log.push('good'))
      return null
    }
    render([<Bad key="a" />, <Good key="b" />])
    frame()
    frame()
    expect(log).toEqual(['good', 'good'])
    expect(thrown).toHaveLength(2)
  })
})

test('useTransient: the value after mounting and each change, to the listener of the latest render, without a commit', async () => {
  const told: unknown[] = []
  const Ear = memo(function Ear({ room, id }: { room: Room; id: string }) {
    useTransient(
      room,
      (state) => state.entities[id]?.hp,
      (hp) => told.push(hp),
    )
    return null
  })
  await mountInRoom((room) => <Ear room={room} id="e0" />)
  expect(told).toEqual([100])
  world.update((state) => (state.entities['e0']!.hp = 5))
  await until(() => told.length === 2)
  world.update((state) => (state.entities['e1']!.hp = 5))
  world.update((state) => delete state.entities['e0'])
  await until(() => told.length === 3)
  expect(told).toEqual([100, 5, undefined])
  expect(commits).toBe(0)
})

test('all of 1,000 entities move and are drawn in frames: no component commits', async () => {
  const drawn = new Map<string, number>()
  const Dot = memo(function Dot({ room, id }: { room: Room; id: string }) {
    const ref = useEntityStyle<HTMLElement, typeof Arena>(room, (state) => {
      const entity = state.entities[id]
      return entity === undefined ? undefined : { x: entity.hp, y: 0 }
    })
    const sample = useInterpolated(room, (state) => state.entities[id]?.hp)
    useFrame(() => void drawn.set(id, sample() ?? -1))
    return <i ref={ref} data-testid={id} />
  })
  await mountInRoom(
    (room) => Array.from({ length: 1000 }, (_, i) => <Dot key={i} room={room} id={`e${i}`} />),
    1000,
  )
  expect(screen.getByTestId('e7').style.transform).toBe('translate3d(100px, 0px, 0)')
  world.update((state) => {
    for (const entity of Object.values(state.entities)) entity.hp = 40
  })
  await until(() => {
    frame()
    return drawn.get('e999') === 40 && drawn.get('e0') === 40
  })
  expect(screen.getByTestId('e7').style.transform).toBe('translate3d(40px, 0px, 0)')
  expect(commits).toBe(0)
})

test('all that moves in one frame is shown at one moment, which is worked out once', async () => {
  const asks: string[] = []
  const Dot = memo(function Dot({ room, id }: { room: Room; id: string }) {
    const sample = useInterpolated(room, (state) => state.entities[id]?.hp)
    useFrame(() => {
      sample()
      asks.push(id)
    })
    return null
  })
  const reads: number[] = []
  await mountInRoom(
    (room) => [...'012'].map((n) => <Dot key={n} room={room} id={`e${n}`} />),
    3,
    ({ clock }) => {
      const { serverNow } = clock
      vi.spyOn(clock, 'serverNow').mockImplementation(() => {
        reads.push(serverNow())
        return serverNow()
      })
    },
  )
  reads.length = 0
  frame()
  expect([asks, reads.length]).toEqual([['e0', 'e1', 'e2'], 1])
  frame()
  expect(reads.length).toBe(2)
})

test('useEntityStyle writes in frames in which something moved, and asks for no others', async () => {
  const written: number[] = []
  const Bar = memo(function Bar({ room }: { room: Room }) {
    const ref = useEntityStyle(
      room,
      (state) => state.entities['e0']?.hp,
      (style, hp) => {
        written.push(hp)
        style.width = `${hp}px`
      },
    )
    return <i ref={ref as never} data-testid="bar" />
  })
  await mountInRoom((room) => <Bar room={room} />)
  await until(() => {
    frame()
    return asked.size === 0
  })
  const before = written.length
  world.update((state) => (state.entities['e1']!.hp = 1))
  await until(() => world.arena().version > 1)
  expect([asked.size, written.length]).toEqual([0, before])
  world.update((state) => (state.entities['e0']!.hp = 50))
  await until(() => {
    frame()
    return written.at(-1) === 50 && asked.size === 0
  })
  expect(screen.getByTestId('bar').style.width).toBe('50px')
  // On the way from 100 to 50, never beyond and never back.
  const way = written.slice(before)
  expect([...way].sort((a, b) => b - a)).toEqual(way)
  expect(Math.min(...way)).toBe(50)
})

test('useEntityStyle: an element stands in its place before it is painted, also one that comes later', async () => {
  const place = (state: ArenaState): { x: number; y: number } => ({ x: state.entities['e0']?.hp ?? 0, y: 0 })
  const seen: (string | undefined)[] = []
  function Board({ room }: { room: Room }) {
    const [isShown, setShown] = useState(false)
    const ref = useEntityStyle<HTMLElement, typeof Arena>(room, place)
    return (
      <button data-testid="board" onClick={() => setShown(!isShown)}>
        {isShown && <i ref={ref} data-testid="late" />}
      </button>
    )
  }
  function Before({ room }: { room: Room }) {
    const box = useRef<HTMLParagraphElement>(null)
    // Runs behind the layout effects of what is inside, and before the page is painted.
    useLayoutEffect(() => void seen.push(box.current?.querySelector('i')?.style.transform))
    return (
      <p ref={box}>
        <Dot room={room} />
      </p>
    )
  }
  function Dot({ room }: { room: Room }) {
    return <i ref={useEntityStyle<HTMLElement, typeof Arena>(room, place)} />
  }
  await mountInRoom((room) => (
    <>
      <Board room={room} />
      <Before room={room} />
    </>
  ))
  expect(seen[0]).toBe('translate3d(100px, 0px, 0)')
  await until(() => {
    frame()
    return asked.size === 0
  })
  for (let turn = 0; turn < 2; turn++) {
    act(() => screen.getByTestId('board').click())
    expect(screen.getByTestId('late').style.transform).toBe('translate3d(100px, 0px, 0)')
    act(() => screen.getByTestId('board').click())
  }
})

test('useEntityStyle: so does one that comes in a component of its own, which renders alone', async () => {
  const place = (state: ArenaState): { x: number; y: number } => ({ x: state.entities['e0']?.hp ?? 0, y: 0 })
  function Board({ room }: { room: Room }) {
    return <Late element={useEntityStyle<HTMLElement, typeof Arena>(room, place)} />
  }
  function Late({ element }: { element: RefObject<HTMLElement | null> }) {
    const [isShown, setShown] = useState(false)
    return (
      <button data-testid="board" onClick={() => setShown(!isShown)}>
        {isShown && <i ref={element} data-testid="late" />}
      </button>
    )
  }
  await mountInRoom((room) => <Board room={room} />)
  for (let turn = 0; turn < 2; turn++) {
    act(() => screen.getByTestId('board').click())
    expect(screen.getByTestId('late').style.transform).toBe('translate3d(100px, 0px, 0)')
    act(() => screen.getByTestId('board').click())
  }
})

test('useInterpolated: a render does not end the way of what a selector puts together', async () => {
  let sample = (): unknown => undefined
  function Dot({ room }: { room: Room }) {
    const [turn, setTurn] = useState(0)
    const at = useInterpolated(room, (state) => ({ x: state.entities['e0']?.hp ?? 0 }))
    useFrame(() => void (sample = at))
    return (
      <button data-testid="dot" onClick={() => setTurn(turn + 1)}>
        {turn}
      </button>
    )
  }
  let now = 0
  let rooms: PPClient['rooms'] = () => []
  await mountInRoom(
    (room) => <Dot room={room} />,
    3,
    (client) => {
      vi.spyOn(client.clock, 'serverNow').mockImplementation(() => now)
      rooms = () => client.rooms()
    },
  )
  frame()
  const before = rooms()[0]?.state
  world.update((state) => (state.entities['e0']!.hp = 0))
  await until(() => rooms()[0]?.state !== before)
  // It is shown late: the new place is not reached yet.
  const onTheWay = sample()
  expect(onTheWay).not.toEqual({ x: 0 })
  act(() => screen.getByTestId('dot').click())
  expect(sample()).toEqual(onTheWay)
  now = 10_000
  expect(sample()).toEqual({ x: 0 })
})

describe('the timeline of a room', () => {
  test('even arrivals are played back evenly, late by the delay', () => {
    const timeline = createTimeline(100)
    for (let tick = 0; tick <= 20; tick++) timeline.arrived(tick * 3, tick * 50)
    expect([timeline.previous, timeline.newest]).toEqual([57, 60])
    expect(timeline.playhead(1_000)).toBeCloseTo(54)
    expect(timeline.playhead(1_025)).toBeCloseTo(55.5)
    expect(timeline.playhead(1_100)).toBeCloseTo(60)
  })

  test('a state that comes late does not move the playhead, and it never goes back', () => {
    const timeline = createTimeline(100)
    for (let tick = 0; tick <= 20; tick++) timeline.arrived(tick, tick * 50)
    const before = timeline.playhead(1_040)
    timeline.arrived(21, 1_090)
    expect(Math.abs(timeline.playhead(1_090) - (before + 1))).toBeLessThan(0.2)
    expect(timeline.playhead(1_000)).toBeGreaterThanOrEqual(before)
  })

  test('a room that was joined anew counts from its start', () => {
    const timeline = createTimeline(100)
    timeline.arrived(500, 0)
    timeline.arrived(501, 50)
    timeline.arrived(3, 100)
    expect(timeline.newest).toBe(3)
    expect(timeline.playhead(200)).toBeCloseTo(3)
  })
})

describe('the track of one thing', () => {
  test('linear between the states on both sides, still beyond them', () => {
    const track = createTrack<{ x: number; name: string }>()
    track.push(10, null, { x: 0, name: 'a' })
    track.push(20, 10, { x: 100, name: 'b' })
    expect(track.sample(5)).toEqual({ x: 0, name: 'a' })
    expect(track.sample(15)).toEqual({ x: 50, name: 'a' })
    expect([track.isDone(15), track.isDone(20)]).toEqual([false, true])
    expect(track.sample(20)).toEqual({ x: 100, name: 'b' })
    expect(track.sample(999)).toEqual({ x: 100, name: 'b' })
  })

  test('what stood still for a while sets off when it does, not before', () => {
    const track = createTrack<number>()
    track.push(10, null, 0)
    track.push(100, 97, 30)
    expect(track.sample(50)).toBe(0)
    expect(track.sample(98)).toBe(10)
  })

  test('another thing is not walked to', () => {
    const track = createTrack<number>()
    track.push(10, null, 0)
    track.restart(20, 1_000)
    expect(track.sample(15)).toBe(1_000)
    track.clear()
    expect(track.sample(15)).toBeUndefined()
  })

  test('lists and objects are mixed part by part, by own keys alone', () => {
    expect(between([0, 'a', { y: 2 }], [10, 'b', { y: 4 }], 0.5)).toEqual([5, 'a', { y: 3 }])
    expect(between([1], [1, 2], 0.5)).toEqual([1])
    expect(between<unknown>({ toString: 1 }, {}, 0.5)).toEqual({ toString: 1 })
    expect(between<unknown>(null, { a: 1 }, 0.5)).toBe(null)
    const same = { x: 1 }
    expect(between(same, same, 0.5)).toBe(same)
  })
})
