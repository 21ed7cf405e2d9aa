// A page that is rendered on the server from the state of a virtual client, and taken over in the page without a mismatch.
import { dehydrate, PPProvider, useOthers, usePPRoom, usePPRoomState, usePPStatus } from '@painda/react'
import type { PPClient, Snapshots } from '@painda/react'
import { PPVirtualClient } from '@painda/server'
import { act } from '@testing-library/react'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Suspense } from 'react'
import type { ReactNode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Arena, contract, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
let reader: PPVirtualClient<typeof contract>
let undo: (() => void)[]

beforeEach(() => {
  world = createWorld()
  undo = []
  reader = new PPVirtualClient('reader', { contract })
  reader.connect(world.server)
})
afterEach(async () => {
  for (const step of undo.reverse()) await act(async () => step())
  reader.close()
  await world.close()
  document.body.innerHTML = ''
})

/** What each render in the page showed. */
let lines: string[] = []

function Page() {
  const { room, state, stale } = usePPRoom(Arena)
  const phase = usePPRoomState(room, (whole) => whole.phase)
  const { status } = usePPStatus()
  const others = useOthers(room, (list) => list.length)
  const line = `${phase} ${Object.keys(state?.entities ?? {}).length} ${status} ${others}`
  if (typeof document !== 'undefined') lines.push(`${line}${stale ? ' stale' : ''}`)
  return <p>{line}</p>
}

/** Takes the markup over; returns what React complained of. */
function hydrate(html: string, app: ReactNode): { body: HTMLElement; complaints: unknown[]; root: Root } {
  const body = document.createElement('div')
  body.innerHTML = html
  document.body.append(body)
  const complaints: unknown[] = []
  lines = []
  let root: Root | null = null
  act(() => {
    const made = hydrateRoot(body, app, { onRecoverableError: (error) => complaints.push(error) })
    undo.push(() => made.unmount())
    root = made
  })
  if (root === null) throw new Error('act runs what it is given at once.')
  return { body, complaints, root }
}

const app = (
  client: PPClient,
  snapshots: Snapshots | undefined,
  children: ReactNode = <Page />,
): ReactNode => (
  <PPProvider client={client} {...(snapshots === undefined ? {} : { snapshots })}>
    {children}
  </PPProvider>
)

/** The state on its way to the page, as text. */
const sent = (): Snapshots => JSON.parse(JSON.stringify(dehydrate(reader))) as Snapshots

describe('server rendering', () => {
  test('renderToString shows the room’s state; the page takes it over without a mismatch and goes live', async () => {
    await reader.join(Arena).joined
    const html = renderToString(app(reader, sent()))
    expect(html).toBe('<p>lobby 3 connecting 0</p>')
    const client = world.createClient()
    const { body, complaints } = hydrate(html, app(client, sent()))
    expect(lines[0]).toBe('lobby 3 connecting 0')
    await until(() => body.textContent === 'lobby 3 open 1')
    world.update((state) => (state.phase = 'play'))
    await until(() => body.textContent === 'play 3 open 1')
    expect(complaints).toEqual([])
    // Never without a state, and marked until it is the client's own.
    expect(lines.filter((line) => line.startsWith('undefined'))).toEqual([])
    expect([lines.some((line) => line.endsWith('stale')), lines.at(-1)]).toEqual([true, 'play 3 open 1'])
  })

  test('a client that is further than the markup shows what it has, after the markup, without a mismatch', async () => {
    await reader.join(Arena).joined
    const snapshots = sent()
    const html = renderToString(app(reader, snapshots))
    const client = world.createClient()
    const room = client.join(Arena)
    await room.joined
    world.update((state) => (state.phase = 'later'))
    await until(() => room.state?.phase === 'later')
    const { body, complaints } = hydrate(html, app(client, snapshots))
    await until(() => body.textContent?.startsWith('later') === true)
    expect(complaints).toEqual([])
    expect(lines[0]).toBe('lobby 3 connecting 0')
    room.leave()
  })

  test('a room that the page joined before it rendered, and that no hook asked for, shows the sent state as well', async () => {
    await reader.join(Arena).joined
    const snapshots = sent()
    const client = world.createClient()
    const room = client.join(Arena)
    function Phase() {
      return <p>{usePPRoomState(room, (whole) => whole.phase)}</p>
    }
    const { body, complaints } = hydrate('<p>lobby</p>', app(client, snapshots, <Phase />))
    expect(body.textContent).toBe('lobby')
    await until(() => room.status === 'joined')
    world.update((state) => (state.phase = 'play'))
    await until(() => body.textContent === 'play')
    expect(complaints).toEqual([])
    room.leave()
  })

  test('a room that a module asked for, and that nobody holds, shows the sent state as well', async () => {
    await reader.join(Arena).joined
    const client = world.createClient()
    const room = client.room(Arena)
    function Phase() {
      return <p>{usePPRoomState(room, (whole) => whole.phase)}</p>
    }
    const { body, complaints } = hydrate('<p>lobby</p>', app(client, sent(), <Phase />))
    expect([body.textContent, complaints, client.rooms()]).toEqual(['lobby', [], []])
  })

  test.each([
    ['kept', (snapshots: Snapshots) => snapshots],
    ['written inline', (snapshots: Snapshots) => ({ ...snapshots })],
  ])(
    'whoever comes back to a room later does not see what was so when the page was made: snapshots %s',
    async (_, given) => {
      await reader.join(Arena).joined
      const snapshots = sent()
      const client = world.createClient()
      const html = renderToString(app(reader, snapshots))
      const { body, root } = hydrate(html, app(client, given(snapshots)))
      await until(() => body.textContent === 'lobby 3 open 1')
      world.update((state) => (state.phase = 'play'))
      await until(() => body.textContent === 'play 3 open 1')
      act(() => root.render(app(client, given(snapshots), <i />)))
      await until(() => client.rooms().length === 0)
      lines = []
      act(() => root.render(app(client, given(snapshots))))
      await until(() => body.textContent === 'play 3 open 1')
      expect(lines.filter((line) => line.startsWith('lobby'))).toEqual([])
    },
  )

  test('whoever comes back to a room sees the newer state that another render on the server has sent meanwhile', async () => {
    await reader.join(Arena).joined
    const first = sent()
    const client = world.createClient()
    const { body, root } = hydrate(renderToString(app(reader, first)), app(client, first))
    await until(() => body.textContent === 'lobby 3 open 1')
    act(() => root.render(app(client, first, <i />)))
    await until(() => client.rooms().length === 0)
    world.update((state) => (state.phase = 'later'))
    await until(() => JSON.stringify(sent()).includes('later'))
    const second = sent()
    const show = (snapshots: Snapshots): void => {
      lines = []
      act(() => root.render(app(client, snapshots)))
    }
    show(second)
    expect(lines[0]).toBe('later 3 open 0 stale')
    await until(() => body.textContent === 'later 3 open 1')
    // From here on that one is old, too, however often it is read.
    world.update((state) => (state.phase = 'last'))
    await until(() => body.textContent === 'last 3 open 1')
    act(() => root.render(app(client, second, <i />)))
    await until(() => client.rooms().length === 0)
    show(structuredClone(second))
    await until(() => body.textContent === 'last 3 open 1')
    expect(lines.filter((line) => line.startsWith('later'))).toEqual([])
  })

  test('without a snapshot both ends show that the room is on its way', async () => {
    const client = world.createClient()
    const html = renderToString(app(client, undefined))
    expect(html).toBe('<p>undefined 0 connecting 0</p>')
    const { body, complaints } = hydrate(html, app(client, undefined))
    await until(() => body.textContent === 'lobby 3 open 0')
    expect(complaints).toEqual([])
  })

  test('a stream waits in Suspense for a reader that is still on its way into the room', async () => {
    function Inside() {
      const { state } = usePPRoom(Arena, { suspense: true })
      return <p>{state.phase}</p>
    }
    const tree = (client: PPClient, snapshots?: Snapshots): ReactNode =>
      app(
        client,
        snapshots,
        <Suspense fallback={<p>wait</p>}>
          <Inside />
        </Suspense>,
      )
    const output = new PassThrough()
    const html = text(output)
    const stream = renderToPipeableStream(tree(reader), {
      onShellReady: () => void stream.pipe(output),
    })
    const whole = await html
    expect(whole).toContain('<p>lobby</p>')
    // A stream whose state is there before needs no fallback, and the page takes it over.
    await reader.join(Arena).joined
    const snapshots = sent()
    const ready = renderToString(tree(reader, snapshots))
    expect(ready).not.toContain('wait')
    const { body, complaints } = hydrate(ready, tree(world.createClient(), snapshots))
    await until(() => body.textContent === 'lobby')
    expect(complaints).toEqual([])
  })

  test('a stream does not wait for a room that nobody joins there: it ends with the fallback, and the page goes on', async () => {
    vi.stubGlobal('window', undefined)
    undo.push(() => vi.unstubAllGlobals())
    function Inside() {
      return <p>{usePPRoom(Arena, { suspense: true }).state.phase}</p>
    }
    const complaints: unknown[] = []
    const output = new PassThrough()
    const html = text(output)
    const stream = renderToPipeableStream(
      <PPProvider url="ws://localhost:1">
        <Suspense fallback={<p>wait</p>}>
          <Inside />
        </Suspense>
      </PPProvider>,
      { onShellReady: () => void stream.pipe(output), onError: (error) => void complaints.push(error) },
    )
    expect(await html).toContain('<p>wait</p>')
    expect(complaints).toMatchObject([
      { code: 'INVALID_ARGUMENT', message: expect.stringContaining('snapshots') },
    ])
  })

  test('a provider with a url renders on a server without a WebSocket and opens nothing there', () => {
    const html = renderToString(
      <PPProvider url="ws://localhost:1" snapshots={{ arena: { state: { phase: 'sent', entities: {} } } }}>
        <Page />
      </PPProvider>,
    )
    expect(html).toBe('<p>sent 0 connecting 0</p>')
  })

  test('a key of a prototype is no snapshot', () => {
    function Odd() {
      return <p>{usePPRoom('toString').status}</p>
    }
    expect(renderToString(app(world.createClient(), {}, <Odd />))).toBe('<p>joining</p>')
  })
})
