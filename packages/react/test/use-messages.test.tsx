import { PPProvider, useAck, usePPEvent, usePPRoom, usePresence } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { Arena, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  await world.close()
})

const shown = (id: string): string => screen.getByTestId(id).textContent
const click = (id: string): void => act(() => screen.getByTestId(id).click())

describe('useAck', () => {
  function Shop({ item }: { item: string }) {
    const { room } = usePPRoom(Arena)
    const buy = useAck(room, 'buy')
    return (
      <>
        <p data-testid="buy">{`${buy.status} ${buy.data?.coins ?? ''}${buy.error?.code ?? ''}`}</p>
        <button data-testid="send" onClick={() => void buy.send({ item })} />
        <button data-testid="reset" onClick={buy.reset} />
      </>
    )
  }

  test('[EV1] idle, pending, success with the answer; reset', async () => {
    world = createWorld()
    render(
      <PPProvider client={world.createClient()}>
        <Shop item="bomb" />
      </PPProvider>,
    )
    expect(shown('buy')).toBe('idle ')
    click('send')
    expect(shown('buy')).toBe('pending ')
    await until(() => shown('buy') === 'success 5')
    click('reset')
    expect(shown('buy')).toBe('idle ')
  })

  test('[EV3] a handler that throws is an error with a code, and its text stays at the server', async () => {
    world = createWorld()
    render(
      <PPProvider client={world.createClient()}>
        <Shop item="moon" />
      </PPProvider>,
    )
    click('send')
    await until(() => shown('buy').startsWith('error'))
    expect(shown('buy')).toBe('error INTERNAL')
  })

  test('an answer that comes after unmount disturbs nobody', async () => {
    world = createWorld()
    const client = world.createClient()
    const view = render(
      <PPProvider client={client}>
        <Shop item="moon" />
      </PPProvider>,
    )
    await until(() => world.joins.length === 1)
    click('send')
    view.rerender(
      <PPProvider client={client}>
        <p>gone</p>
      </PPProvider>,
    )
    await until(() => world.leaves.length === 1)
  })
})

test('usePPEvent calls the handler of the latest render and subscribes once', async () => {
  world = createWorld()
  const log: string[] = []
  function Ear() {
    const { room, status } = usePPRoom(Arena)
    const [volume, setVolume] = useState(1)
    usePPEvent(room, 'boom', ({ at }) => void log.push(`${volume}:${at}`))
    return (
      <button data-testid="ear" onClick={() => setVolume(2)}>
        {status}
      </button>
    )
  }
  render(
    <PPProvider client={world.createClient()}>
      <Ear />
    </PPProvider>,
  )
  await until(() => shown('ear') === 'joined')
  world.arena().broadcast('boom', { at: 1 })
  await until(() => log.length === 1)
  click('ear')
  world.arena().broadcast('boom', { at: 2 })
  await until(() => log.length === 2)
  expect(log).toEqual(['1:1', '2:2'])
})

describe('usePresence', () => {
  function People({ id }: { id: string }) {
    const { room, status } = usePPRoom(Arena)
    const { self, others, update } = usePresence(room)
    return (
      <>
        <p
          data-testid={id}
        >{`${status} ${self?.data?.name ?? '–'} + ${others.map((one) => `${one.data?.name ?? '–'}${one.connected ? '' : '?'}`).join()}`}</p>
        <button data-testid={`${id}-name`} onClick={() => update({ name: id })} />
      </>
    )
  }

  test('[PR1][PR2][PR3] two people see each other come, speak and drop', async () => {
    world = createWorld()
    render(
      <PPProvider client={world.createClient()}>
        <People id="ada" />
      </PPProvider>,
    )
    await until(() => shown('ada') === 'joined – + ')
    // Away for longer than a tick: shorter absences are not worth telling.
    render(
      <PPProvider client={world.createClient({ reconnectDelay: 150 })}>
        <People id="bob" />
      </PPProvider>,
    )
    await until(() => shown('bob') === 'joined – + –' && shown('ada') === 'joined – + –')
    click('bob-name')
    await until(() => shown('ada') === 'joined – + bob' && shown('bob') === 'joined bob + –')
    world.transports[1]?.terminate()
    await until(() => shown('ada') === 'joined – + bob?')
    await until(() => shown('ada') === 'joined – + bob')
  })
})
