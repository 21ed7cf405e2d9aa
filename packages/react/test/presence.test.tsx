import { PPProvider, shallowEqual, useOther, useOthers, usePPRoom, useSelf } from '@painda/react'
import type { PPClient, RoomHandle } from '@painda/react'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { memo } from 'react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Arena, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  await world.close()
})

type Room = RoomHandle<typeof Arena>

const shown = (id: string): string => screen.getByTestId(id).textContent

/** Others who are in the room without a page. */
async function join(...names: string[]): Promise<{ client: PPClient; room: Room; id: string }[]> {
  const entered = []
  for (const name of names) {
    const client = world.createClient()
    const room = client.join(Arena)
    await room.joined
    room.presence.update({ name })
    entered.push({ client, room, id: client.id ?? '' })
  }
  return entered
}

describe('selector forms of presence', () => {
  test('[PR1] useOthers selects: it renders for what is selected, not for every change', async () => {
    world = createWorld()
    const [ada, bob] = await join('ada', 'bob')
    let renders = 0
    const Count = memo(function Count({ room }: { room: Room }) {
      renders++
      return <p data-testid="count">{useOthers(room, (others) => others.length)}</p>
    })
    const Names = memo(function Names({ room }: { room: Room }) {
      const names = useOthers(room, (others) => others.map((other) => other.data.name), shallowEqual)
      return <p data-testid="names">{names.join()}</p>
    })
    function Inside() {
      const { room } = usePPRoom(Arena)
      return [<Count key="1" room={room} />, <Names key="2" room={room} />, <All key="3" room={room} />]
    }
    function All({ room }: { room: Room }) {
      return <p data-testid="all">{useOthers(room).length}</p>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Inside />
      </PPProvider>,
    )
    await until(() => shown('names') === 'ada,bob')
    expect([shown('count'), shown('all')]).toEqual(['2', '2'])
    const before = renders
    ada?.room.presence.update({ name: 'eve' })
    await until(() => shown('names') === 'eve,bob')
    expect(renders).toBe(before)
    bob?.room.leave()
    await until(() => shown('count') === '1')
  })

  test('[PR1] useOther follows one of them, and is undefined when it is gone', async () => {
    world = createWorld()
    const [ada, bob] = await join('ada', 'bob')
    const seen: (string | undefined)[] = []
    const One = memo(function One({ room, id }: { room: Room; id: string }) {
      const name = useOther(room, id, (other) => other.data.name)
      seen.push(name)
      return <p data-testid="one">{name}</p>
    })
    function Whole({ room, id }: { room: Room; id: string }) {
      return <p data-testid="whole">{`${useOther(room, id)?.data?.name}`}</p>
    }
    function Inside() {
      const { room } = usePPRoom(Arena)
      const id = ada?.id ?? ''
      return [<One key="1" room={room} id={id} />, <Whole key="2" room={room} id={id} />]
    }
    render(
      <PPProvider client={world.createClient()}>
        <Inside />
      </PPProvider>,
    )
    await until(() => shown('one') === 'ada' && shown('whole') === 'ada')
    const before = seen.length
    bob?.room.presence.update({ name: 'other' })
    ada?.room.presence.update({ name: 'eve' })
    await until(() => shown('one') === 'eve' && shown('whole') === 'eve')
    expect(seen.slice(before)).toEqual(['eve'])
    ada?.room.leave()
    await until(() => shown('one') === '' && shown('whole') === 'undefined')
  })

  test('[PR1] a change of one member runs the selectors of those who look at it, and no others', async () => {
    world = createWorld()
    const [ada, bob] = await join('ada', 'bob')
    const calls: string[] = []
    const nameOf = (other: { data: { name?: string } }): string => {
      calls.push(`one ${other.data.name}`)
      return `${other.data.name}`
    }
    const countOf = (others: readonly unknown[]): number => {
      calls.push('all')
      return others.length
    }
    const held: Room[] = []
    function Inside() {
      const { room } = usePPRoom(Arena)
      held[0] = room
      const count = useOthers(room, countOf)
      const names = [useOther(room, ada?.id ?? '', nameOf), useOther(room, bob?.id ?? '', nameOf)]
      return <p data-testid="names">{`${names.join()} ${count}`}</p>
    }
    render(
      <PPProvider client={world.createClient()}>
        <Inside />
      </PPProvider>,
    )
    await until(() => shown('names') === 'ada,bob 2')
    calls.length = 0
    const self = (): unknown => held[0]?.presence.self?.data
    held[0]?.presence.update({ name: 'me' })
    await until(() => JSON.stringify(self()) === '{"name":"me"}')
    expect(calls).toEqual([])
    bob?.room.presence.update({ name: 'rob' })
    await until(() => shown('names') === 'ada,rob 2')
    expect(calls.filter((call) => call !== 'all')).toEqual(['one rob'])
    expect(calls.filter((call) => call === 'all')).toHaveLength(1)
  })

  test('a selector that makes a new value each time is told once, with its hook and the name of its component', async () => {
    world = createWorld()
    await join('ada')
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    function CarelessNames({ room }: { room: Room }) {
      const names = useOthers(room, (others) => others.map((other) => other.data.name))
      return <p data-testid="names">{names.join()}</p>
    }
    function Inside() {
      const { room } = usePPRoom(Arena)
      useOthers(room, (others) => others.map((other) => other.data.name), shallowEqual)
      useSelf(room, (self) => self.data)
      return [<CarelessNames key="1" room={room} />, <CarelessNames key="2" room={room} />]
    }
    render(
      <PPProvider client={world.createClient()}>
        <Inside />
      </PPProvider>,
    )
    await until(() => screen.queryAllByTestId('names').every((one) => one.textContent === 'ada'))
    expect(complaints.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('The selector of useOthers in <CarelessNames>'),
    ])
    complaints.mockRestore()
  })

  test('so is one that is the same in every render, of an entry that comes later', async () => {
    world = createWorld()
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    const copy = (entry: object): object => ({ ...entry })
    function CarelessSelf({ room }: { room: Room }) {
      return <p data-testid="self">{useSelf(room, copy) === null ? 'nobody' : 'there'}</p>
    }
    function CarelessOther({ room, id }: { room: Room; id: string }) {
      return <p data-testid="other">{useOther(room, id, copy) === undefined ? 'nobody' : 'there'}</p>
    }
    const client = world.createClient()
    const room = client.join(Arena)
    const bob = world.createClient()
    await until(() => bob.id !== null)
    render(
      <PPProvider client={client}>
        <CarelessSelf room={room} />
        <CarelessOther room={room} id={bob.id!} />
      </PPProvider>,
    )
    await until(() => screen.getByTestId('self').textContent === 'there')
    bob.join(Arena)
    await until(() => screen.getByTestId('other').textContent === 'there')
    expect(complaints.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('The selector of useSelf in <CarelessSelf>'),
      expect.stringContaining('The selector of useOther in <CarelessOther>'),
    ])
    complaints.mockRestore()
  })

  test('[PR2] an update that the server refuses is taken back, and what it has is shown', async () => {
    world = createWorld()
    const client = world.createClient()
    const refusals: string[] = []
    client.on('error', ({ code }) => refusals.push(code))
    function Me() {
      const { room } = usePPRoom(Arena)
      const name = useSelf(room, ({ data }) => data?.name)
      return (
        <input
          data-testid="me"
          value={String(name)}
          onChange={({ target }) => room.presence.update({ name: target.value })}
        />
      )
    }
    render(
      <PPProvider client={client}>
        <Me />
      </PPProvider>,
    )
    const field = (): HTMLInputElement => screen.getByTestId('me')
    await until(() => field().value === 'undefined')
    const write = (name: string): void => void fireEvent.change(field(), { target: { value: name } })
    write('Ada')
    const long = 'x'.repeat(5_000)
    write(long)
    expect(field().value).toBe(long)
    await until(() => field().value === 'Ada')
    expect(refusals).toEqual(['INVALID_PAYLOAD'])
  })

  test('[PR2] useSelf is null before the room is there, and shows an update at once', async () => {
    world = createWorld()
    const seen: unknown[] = []
    function Me() {
      const { room } = usePPRoom(Arena)
      const self = useSelf(room)
      const name = useSelf(room, ({ data }) => data?.name)
      if (!Object.is(seen.at(-1), name)) seen.push(name)
      return (
        <button data-testid="me" onClick={() => room.presence.update({ name: 'me' })}>
          {`${self === null} ${name}`}
        </button>
      )
    }
    render(
      <PPProvider client={world.createClient()}>
        <Me />
      </PPProvider>,
    )
    expect(shown('me')).toBe('true null')
    await until(() => shown('me') === 'false undefined')
    screen.getByTestId('me').click()
    await until(() => shown('me') === 'false me')
    expect(seen).toEqual([null, undefined, 'me'])
  })
})
