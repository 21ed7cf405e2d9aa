// What is shown between a click and the server's word, render by render.
import { PPProvider, usePPRoom, usePPRoomState, usePPUpdate } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { memo, StrictMode } from 'react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { Arena, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  await world.close()
})

type Room = RoomHandle<typeof Arena>

const shown = (id: string): string => screen.getByTestId(id).textContent
const click = (id: string): void => act(() => screen.getByTestId(id).click())

/** Every hp of e0 that was rendered, without repeats next to each other. */
let rendered: string[] = []

function Hp({ room }: { room: Room }) {
  const hp = usePPRoomState(room, (state) => state.entities['e0']?.hp)
  if (hp !== undefined && rendered.at(-1) !== String(hp)) rendered.push(String(hp))
  return <p data-testid="hp">{hp}</p>
}

function Hurt({ room }: { room: Room }) {
  const hurt = usePPUpdate(room, 'hurt', (draft, { id, by }) => {
    const entity = draft.entities[id]
    if (entity !== undefined) entity.hp -= by
  })
  const { pending, error, data, send } = hurt
  return (
    <>
      <button data-testid="hurt" onClick={() => void send({ id: 'e0', by: 30 })} />
      <button data-testid="kill" onClick={() => void send({ id: 'e0', by: 1_000 })} />
      <button data-testid="reset" onClick={hurt.reset} />
      <p data-testid="update">
        {`${pending.map(({ payload }) => payload.by).join('+')} ${data?.left ?? '–'} ${error?.message ?? '–'}`}
      </p>
    </>
  )
}

async function mount(extra?: (room: Room) => ReactNode, entities = 3): Promise<void> {
  world = createWorld({ entities })
  rendered = []
  function Inside() {
    const { room } = usePPRoom(Arena)
    return (
      <>
        <Hp room={room} />
        {extra === undefined ? <Hurt room={room} /> : extra(room)}
      </>
    )
  }
  render(
    <StrictMode>
      <PPProvider client={world.createClient()}>
        <Inside />
      </PPProvider>
    </StrictMode>,
  )
  await until(() => shown('hp') === '100')
}

describe('usePPUpdate', () => {
  test('[RP6] shows the change at once, keeps it until the server has it, and no render shows another number', async () => {
    await mount()
    click('hurt')
    expect([shown('hp'), shown('update')]).toEqual(['70', '30 – –'])
    expect(world.hp('e0')).toBe(100)
    await until(() => shown('update') === ' 70 –')
    expect(world.hp('e0')).toBe(70)
    // Long enough for every tick that belongs to it.
    await until(() => world.arena().version > 1)
    expect(rendered).toEqual(['100', '70'])
  })

  test('[RP6] several in flight: shown together, answered in order, never a number in between', async () => {
    await mount()
    click('hurt')
    click('hurt')
    click('hurt')
    expect([shown('hp'), shown('update')]).toEqual(['10', '30+30+30 – –'])
    await until(() => shown('update') === ' 10 –' && world.hp('e0') === 10)
    expect(rendered).toEqual(['100', '70', '40', '10'])
  })

  test('[RP6] rebased over what others do meanwhile', async () => {
    await mount()
    world.hold()
    click('hurt')
    world.update((state) => {
      const entity = state.entities['e0']
      if (entity !== undefined) entity.hp = 90
    })
    await until(() => shown('hp') === '60')
    world.letGo()
    await until(() => shown('update') === ' 60 –' && world.hp('e0') === 60)
    expect(rendered).toEqual(['100', '70', '60'])
  })

  test('[RP6] rolled back with the reason when the server refuses; the others stay', async () => {
    await mount()
    world.hold()
    click('hurt')
    click('kill')
    expect([shown('hp'), shown('update')]).toEqual(['-930', '30+1000 – –'])
    world.letGo()
    await until(() => shown('update').endsWith('Too much.'))
    expect([shown('hp'), shown('update')]).toEqual(['70', ' 70 Too much.'])
    click('reset')
    expect(shown('update')).toBe(' – –')
  })

  test('a payload that cannot travel leaves nothing shown', async () => {
    await mount((room) => <Odd room={room} />)
    function Odd({ room }: { room: Room }) {
      const odd = usePPUpdate(room, 'hurt', (draft) => void (draft.phase = 'odd'))
      return (
        <>
          <button
            data-testid="odd"
            onClick={() => void odd.send({ id: 'e0', by: 1n as unknown as number })}
          />
          <p data-testid="code">{odd.error?.code}</p>
        </>
      )
    }
    click('odd')
    await until(() => shown('code') === 'INVALID_PAYLOAD')
    expect(world.arena().state).toMatchObject({ phase: 'lobby' })
    expect(shown('hp')).toBe('100')
  })

  test('goes on after unmount: what was shown is what the server then has', async () => {
    let isMounted = true
    await mount((room) => (isMounted ? <Hurt room={room} /> : null))
    world.hold()
    click('hurt')
    isMounted = false
    world.update((state) => (state.phase = 'play'))
    await until(() => shown('hp') === '70')
    world.letGo()
    await until(() => world.hp('e0') === 70)
    expect(rendered).toEqual(['100', '70'])
  })

  test('[RP1] while one is pending, a change elsewhere renders nobody who shows what the update touched', async () => {
    const seen: unknown[] = []
    const Entity = memo(function Entity({ room }: { room: Room }) {
      seen.push(usePPRoomState(room, (state) => state.entities['e0']))
      return null
    })
    function Phase({ room }: { room: Room }) {
      return <p data-testid="phase">{usePPRoomState(room, (state) => state.phase)}</p>
    }
    await mount((room) => (
      <>
        <Hurt room={room} />
        <Entity room={room} />
        <Phase room={room} />
      </>
    ))
    world.hold()
    click('hurt')
    await until(() => shown('hp') === '70')
    seen.length = 0
    for (const phase of ['a', 'b', 'c']) {
      world.update((state) => (state.phase = phase))
      await until(() => shown('phase') === phase)
    }
    expect(seen).toEqual([])
    world.letGo()
    await until(() => shown('update') === ' 70 –')
  })

  test('`send` is the same in every render', async () => {
    const sends = new Set<unknown>()
    await mount((room) => <Same room={room} />)
    function Same({ room }: { room: Room }) {
      const { send } = usePPUpdate(room, 'hurt', () => {})
      usePPRoomState(room, (state) => state.phase)
      sends.add(send)
      return <p data-testid="sends">{sends.size}</p>
    }
    const before = sends.size
    world.update((state) => (state.phase = 'play'))
    await until(() => world.arena().version > 1)
    expect(sends.size).toBe(before)
  })
})
