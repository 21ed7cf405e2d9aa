import { createTransportPair } from '@painda/protocol'
import { PPServer } from '@painda/server'
import { PPClient, PPProvider, useAck, usePPEvent, usePPRoom, usePresence } from '@painda/react'
import type { RoomHandle, Transport } from '@painda/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { Activity, StrictMode, useEffect, useRef, useState } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { Arena, contract, createWorld, until } from './world.js'

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

describe('useAck over time', () => {
  test('[AK1] unmounting aborts: the promise rejects; what was sent in the same handler is done', async () => {
    world = createWorld()
    const answers: unknown[] = []
    function Leave() {
      const { room } = usePPRoom(Arena)
      const [isOpen, setOpen] = useState(true)
      return isOpen ? <Form room={room} onDone={() => setOpen(false)} /> : <p data-testid="left" />
    }
    function Form({ room, onDone }: { room: RoomHandle<typeof Arena>; onDone: () => void }) {
      const { send } = useAck(room, 'hurt')
      const submit = (): void => {
        onDone()
        send({ id: 'e0', by: 7 }).catch((error: { code: string }) => answers.push(error.code))
      }
      return <button data-testid="submit" onClick={submit} />
    }
    render(
      <PPProvider client={world.createClient()}>
        <Leave />
        <Leave key="2" />
      </PPProvider>,
    )
    await until(() => world.joins.length === 1 && world.hp('e0') === 100)
    world.hold()
    act(() => screen.getAllByTestId('submit')[0]?.click())
    await until(() => answers.length === 1)
    expect(answers).toEqual(['CLOSED'])
    world.letGo()
    await until(() => world.hp('e0') === 93)
  })

  test('a request that an effect sends once is answered, though StrictMode mounts it twice', async () => {
    world = createWorld()
    function Buy() {
      const { room } = usePPRoom(Arena)
      const { status, send } = useAck(room, 'buy')
      const hasAsked = useRef(false)
      useEffect(() => {
        if (hasAsked.current) return
        hasAsked.current = true
        void send({ item: 'x' })
      }, [send])
      return <p data-testid="status">{status}</p>
    }
    render(
      <StrictMode>
        <PPProvider client={world.createClient()}>
          <Buy />
        </PPProvider>
      </StrictMode>,
    )
    expect(shown('status')).toBe('pending')
    await until(() => shown('status') === 'success')
  })

  test('a request that was pending when its component was hidden is idle when that is shown again', async () => {
    world = createWorld()
    const outcomes: string[] = []
    function Hurt() {
      const { room, status: where } = usePPRoom(Arena)
      const { status, send } = useAck(room, 'hurt')
      const ask = (): void => {
        send({ id: 'e0', by: 7 }).catch(({ code }: { code: string }) => outcomes.push(code))
      }
      return (
        <button data-testid="hurt" onClick={ask}>
          {where === 'joined' ? status : where}
        </button>
      )
    }
    function Page({ isShown }: { isShown: boolean }) {
      return (
        <PPProvider client={client}>
          <Activity mode={isShown ? 'visible' : 'hidden'}>
            <Hurt />
          </Activity>
        </PPProvider>
      )
    }
    const client = world.createClient()
    const view = render(<Page isShown />)
    await until(() => shown('hurt') === 'idle')
    world.hold()
    click('hurt')
    expect(shown('hurt')).toBe('pending')
    view.rerender(<Page isShown={false} />)
    await until(() => outcomes.length === 1)
    view.rerender(<Page isShown />)
    await until(() => shown('hurt') === 'idle')
    expect(outcomes).toEqual(['CLOSED'])
    world.letGo()
    click('hurt')
    await until(() => shown('hurt') === 'success')
  })

  test('`send` is the same in every render, whatever the state', async () => {
    world = createWorld()
    const sends = new Set<unknown>()
    function Watch() {
      const { room } = usePPRoom(Arena)
      const buy = useAck(room, 'buy', { timeout: 5_000 })
      sends.add(buy.send)
      return (
        <button data-testid="buy" onClick={() => void buy.send({ item: 'x' })}>
          {buy.status}
        </button>
      )
    }
    render(
      <PPProvider client={world.createClient()}>
        <Watch />
      </PPProvider>,
    )
    click('buy')
    await until(() => shown('buy') === 'success')
    expect(sends.size).toBe(1)
  })

  test('the latest call decides what is shown; reset forgets one on its way', async () => {
    world = createWorld()
    const seen: string[] = []
    function Two() {
      const { room } = usePPRoom(Arena)
      const hurt = useAck(room, 'hurt')
      const line = `${hurt.status} ${hurt.data?.left ?? ''}`
      if (seen.at(-1) !== line) seen.push(line)
      return (
        <>
          <button data-testid="one" onClick={() => void hurt.send({ id: 'e0', by: 1 })} />
          <button data-testid="two" onClick={() => void hurt.send({ id: 'e0', by: 2 })} />
          <button data-testid="reset" onClick={hurt.reset} />
        </>
      )
    }
    render(
      <PPProvider client={world.createClient()}>
        <Two />
      </PPProvider>,
    )
    await until(() => world.hp('e0') === 100)
    click('one')
    click('two')
    await until(() => seen.at(-1) === 'success 97')
    expect(seen).not.toContain('success 99')
    click('one')
    click('reset')
    await until(() => world.hp('e0') === 96)
    expect(seen.at(-1)).toBe('idle ')
  })

  test.each([
    [false, 'error SESSION_EXPIRED', 1],
    [true, 'success', 2],
  ])('[RC8] after a session that is lost, idempotent %s: %s', async (idempotent, outcome, asked) => {
    const times: number[] = []
    const define = (server: PPServer): void =>
      server.define(Arena, {
        onCreate: ({ state }) => void (state.phase = 'lobby'),
        requests: {
          // The first server never answers.
          buy: () => (times.push(1) === 1 ? new Promise<never>(() => {}) : { coins: 1 }),
        },
      })
    let server = new PPServer({ contract })
    let line: Transport | undefined
    define(server)
    world = createWorld()
    const client = new PPClient({
      url: 'memory://test',
      contract,
      reconnectDelay: 1,
      connectTransport() {
        const [near, far] = createTransportPair()
        server.acceptTransport(far)
        line = near
        return near
      },
    })
    function Once() {
      const { room, status } = usePPRoom(Arena)
      const buy = useAck(room, 'buy', { idempotent })
      return (
        <button data-testid="buy" onClick={() => void buy.send({ item: 'x' })}>
          {`${status} ${buy.status}${buy.error === null ? '' : ` ${buy.error.code}`}`}
        </button>
      )
    }
    render(
      <PPProvider client={client}>
        <Once />
      </PPProvider>,
    )
    await until(() => shown('buy') === 'joined idle')
    click('buy')
    await until(() => times.length === 1)
    // Another server, which knows nothing of the session.
    const old = server
    server = new PPServer({ contract })
    define(server)
    line?.terminate()
    await until(() => shown('buy') === `joined ${outcome}`)
    expect(times).toHaveLength(asked)
    await act(async () => {
      client.close()
      await Promise.all([old.close(), server.close()])
    })
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
