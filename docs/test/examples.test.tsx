// The examples of the guides, run as they stand but for the port: a real server, a real socket, and somebody who clicks.
// @vitest-environment happy-dom
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import type { Server } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PPClient } from '@painda/client'
import type { ClientOptions, RoomHandle, UntypedRoom } from '@painda/client'
import { createJournalKeeper, readRecording, readSessionFile, type LobbyState } from '@painda/protocol'
import { PPProvider } from '@painda/react'
import type { PPServer } from '@painda/server'
import { replay } from '@painda/testing'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { createElement } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { afterAll, afterEach, expect, test } from 'vitest'
import { filesOf, pages, writeFiles } from './pages.js'

const folder = mkdtempSync(join(import.meta.dirname, 'run-'))
afterAll(() => rmSync(folder, { recursive: true }))

let closers: (() => unknown)[] = []
afterEach(async () => {
  cleanup()
  await act(async () => {
    for (const close of closers.reverse()) await close()
  })
  closers = []
})

/** Their libraries are not installed here; `types.test.ts` compiles them. */
const NOT_RUN = ['recipes/react-three-fiber', 'recipes/pixi']
/** Their examples are tests, or are run by a test of their own. */
const RUN_ELSEWHERE = ['testing/contracts', 'testing/helpers', 'testing/mock-room']

const text = (): string => document.body.textContent
const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name })
const click = (name: string | RegExp): void => act(() => button(name).click())

/** What somebody who tries the example sees. */
const walks: { readonly [page: string]: (server: PPServer) => Promise<void> } = {
  'hooks/pp-provider': () => until(() => text() === 'open'),
  'hooks/use-pp-status': async (server) => {
    await until(() => text() === 'Connected.')
    await act(() => server.close())
    await until(() => text().startsWith('Reconnecting'))
  },
  'hooks/use-pp-room': async () => {
    await until(() => text() === 'lobby: 1 here')
    click(/lobby/)
    await until(() => text() === 'play: 1 here')
  },
  'hooks/use-pp-room-state': () => until(() => text() === 'Ada: 5'),
  'hooks/use-pp-update': async () => {
    await until(() => text().includes('5 coins'))
    click('Buy')
    expect(text()).toContain('bomb 2 coins …')
    await until(() => text().endsWith('bomb 2 coins '))
    click('Buy')
    await until(() => text().endsWith('bomb 2 coins Not enough coins.'))
  },
  'hooks/use-ack': async () => {
    click('Buy')
    await until(() => text().includes('2 coins left'))
    click('Buy')
    await until(() => text().includes('Not enough coins.'))
    click('OK')
    expect(text()).toBe('Buy')
  },
  'hooks/use-pp-event': async () => {
    click('Start')
    await until(() => text().includes('boom at the start'))
  },
  'hooks/use-presence': async () => {
    await until(() => text() === '0 others')
    act(() => void fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Grace' } }))
    await until(() => screen.getByLabelText<HTMLInputElement>('Name').value === 'Grace')
  },
  'hooks/use-others': async () => {
    await until(() => text() === '0 others')
    await enter('Grace')
    await until(() => text() === '1 others')
  },
  'hooks/use-other': async () => {
    expect(text()).toBe('alone')
    await enter('Grace')
    await until(() => text() === 'here')
  },
  'hooks/use-self': async () => {
    await until(() => text() === 'no name yet')
    click('no name yet')
    await until(() => text() === 'Grace')
  },
  'hooks/use-frame': () => until(() => screen.getByTestId('bar').style.width !== ''),
  'hooks/use-transient': async () => {
    click('Right')
    await until(() => screen.getByTestId('meter').getAttribute('value') === '7')
  },
  'hooks/use-interpolated': async () => {
    click('Right')
    await until(() => screen.getByTestId('dot').style.left === '40px')
  },
  'hooks/use-entity-style': async () => {
    await until(() => screen.queryByTestId('dot') !== null)
    await until(() => screen.getByTestId('health').style.width === '100%')
    click('Move')
    await until(() => screen.getByTestId('dot').style.transform === 'translate3d(40px, 5px, 0)')
  },
  'hooks/server-rendering': async () => {
    const { renderPage } = (await import(pathOf('hooks/server-rendering', 'render.tsx'))) as {
      renderPage(page: ReactNode): Promise<string>
    }
    const html = await renderPage(createElement('p', null, 'here'))
    expect(html).toContain('<p>here</p>')
    expect(html).toContain('{"arena":{"state":{"phase":"lobby"')
  },
  'recipes/canvas-game': async (server) => {
    await until(() => server.rooms()[0]?.clients.length === 1)
    // The one room is the example's.
    const held = (): unknown =>
      Object.values((server.rooms()[0]?.state as Arena | undefined)?.players ?? {})[0]?.x
    act(() => void fireEvent.keyDown(window, { key: 'ArrowRight' }))
    await until(() => Number(held()) > 1)
    act(() => void fireEvent.keyUp(window, { key: 'ArrowRight' }))
  },
  'recipes/lobby': async () => {
    await until(() => text().includes('somebody'))
    await enter('Grace')
    await until(() => text().includes('Grace'))
    act(() => void fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Ada' } }))
    click('That is me')
    await until(() => text().includes('Ada'))
    click('Start')
    await until(() => text() === 'The game is on.')
  },
  'recipes/turn-based': async (server) => {
    await until(() => screen.queryAllByRole('button').length === 3)
    click('2')
    await until(() => text().startsWith('Pile: 2') && screen.queryAllByRole('button').length === 2)
    expect(JSON.stringify(server.rooms()[0]?.state)).not.toContain('[1,2,3]')
  },
  'client/connection': async () => {
    const page = (await import(pathOf('client/connection', 'client.ts'))) as {
      client: PPClient
      arena: RoomHandle
      told: readonly string[]
      watch(draw: (positions: readonly string[]) => void): () => void
    }
    closers.push(() => page.client.close())
    const drawn: string[] = []
    closers.push(page.watch((positions) => drawn.push(positions.join())))
    await act(() => page.arena.joined)
    page.arena.send('start')
    page.arena.send('move', { dx: 2, dy: 0 })
    await until(() => drawn.at(-1) === '2:0')
    expect(page.told).toEqual(['connecting', 'open'])
    expect(drawn.filter((one) => one === '0:0').length).toBeLessThanOrEqual(1)
  },
  'protocol/deltas': async () => {
    const { before, delta, next, copy, first, second } = (await import(
      pathOf('protocol/deltas', 'deltas.ts')
    )) as { before: { rows: object[] }; next: { rows: object[] } } & Record<string, unknown>
    expect(delta).toEqual({
      ann: { x: 2 },
      ben: { __pp_deleted: true },
      rows: { __pp_array_ops: [{ op: 'splice', index: 1, deleteCount: 0, items: [{ id: 3 }] }] },
    })
    expect(next).toEqual({ ann: { x: 2, hp: 100 }, rows: [{ id: 1 }, { id: 3 }, { id: 2 }] })
    expect(copy).toEqual(next)
    expect(next.rows[2]).toBe(before.rows[1])
    expect(first).toEqual({ players: { ann: { x: 2 }, ben: { x: 0, hp: 100 } } })
    expect(second).toEqual({ players: { ben: { __pp_deleted: true } } })
  },
  'protocol/frames': async () => {
    const { dial: dialByHand } = (await import(pathOf('protocol/frames', 'client.ts'))) as {
      dial(hear: (message: object) => void): { send(message: object): void; close(): void }
    }
    const heard: object[] = []
    const foreign = dialByHand((message) => heard.push(message))
    closers.push(() => foreign.close())
    foreign.send({ type: 'move', payload: { x: 1.5, y: -2, hp: 99 } })
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ type: 'moved', payload: { x: 1.5, y: -2, hp: 99 } }])
  },
  'server/messages': async () => {
    const other = dial()
    const news: unknown[] = []
    other.on('news', (text) => news.push(text))
    await act(() => other.ready)
    const page = (await import(pathOf('server/messages', 'client.ts'))) as {
      client: PPClient
      heard: readonly string[]
      scores: object
      play(): Promise<string>
    }
    closers.push(() => page.client.close())
    expect(await page.play()).toBe('Ada')
    await until(() => news.includes('Here is Ada') && page.heard.includes('Ada scored'))
    await until(() => JSON.stringify(page.scores) === '{"Ada":3}')
    page.client.emit('scored', { name: 'Ben', points: 1 })
    await until(() => JSON.stringify(page.scores) === '{"Ada":3,"Ben":1}')
    await expect(page.client.request('rename', '')).rejects.toMatchObject({ code: 'REFUSED' })
    page.client.close()
    await until(() => news.some((text) => String(text).includes('is gone: client disconnect')))
  },
  'server/gates': async (server) => {
    const page = (await import(pathOf('server/gates', 'client.ts'))) as {
      dial(token: string): PPClient
      count(client: PPClient): Promise<unknown>
    }
    const [ada, ben] = [page.dial('token-of-ada'), page.dial('token-of-ben')]
    closers.push(
      () => ada.close(),
      () => ben.close(),
    )
    expect(await ada.request('whoami')).toBe('ada')
    const heard: unknown[] = []
    ada.on('shouted', (text) => heard.push(text))
    ben.emit('shout', 'hello')
    ben.emit('shout', 'spam')
    await until(() => heard.length > 0)
    expect(heard).toEqual(['HELLO'])
    expect(await page.count(ada)).toBe(2)
    await expect(page.count(ben)).rejects.toMatchObject({
      code: 'MIDDLEWARE_REJECTED',
      message: 'Not for you.',
    })
    expect(server.getPlugin<{ blocked(): number }>('quiet')?.blocked()).toBe(1)
    const metrics = server.getPlugin<{ snapshot(): { connectionsTotal: number } }>('pp-metrics')
    expect(metrics?.snapshot().connectionsTotal).toBe(2)
    const stranger = page.dial('nonsense')
    closers.push(() => stranger.close())
    await until(() => stranger.status().error?.code === 'UNAUTHORIZED')
  },
  'server/running': async (server) => {
    const { http } = (await import(pathOf('server/running', 'server.ts'))) as { http: Server }
    closers.unshift(() => http.close())
    const { port } = await server.listening()
    const served = new Promise((resolve) =>
      get({ port }, (response) => response.setEncoding('utf8').on('data', resolve)),
    )
    expect(await served).toBe('the page')
    const { addBot } = (await import(pathOf('server/running', 'bots.ts'))) as {
      addBot(name: string): PPClient
    }
    const bot = addBot('robo')
    closers.push(() => bot.close())
    await until(() => server.rooms()[0]?.presence.get('robo')?.data !== undefined)
  },
  'server/views': async (server) => {
    const [ann, bob] = [dial(), dial()]
    const { Table } = (await import(pathOf('server/views', 'shared.ts'))) as { Table: never }
    const [hers, his] = [ann.join(Table), bob.join(Table)] as unknown as [RoomHandle, RoomHandle]
    await act(() => Promise.all([hers.joined, his.joined]))
    act(() => hers.send('draw'))
    const hand = (room: RoomHandle): unknown =>
      (room.state as { players: { [id: string]: { hand?: string[] } } }).players[ann.id ?? '']?.hand
    await until(() => JSON.stringify(hand(hers)) === '["9"]')
    await until(() => his.version === hers.version)
    expect(hand(his)).toBeUndefined()
    expect(JSON.stringify(hers.state)).not.toContain('deck')
    expect(server.rooms()).toHaveLength(1)
    const fog = (await import(pathOf('server/views', 'fog.ts'))) as { server: PPServer }
    await fog.server.close()
  },
  'server/rooms': async () => {
    const [ann, bob] = [dial(), dial()]
    const { Arena } = (await import(pathOf('server/rooms', 'shared.ts'))) as { Arena: never }
    const lobby = bob.join<LobbyState>('lobby')
    const own = ann.join(Arena, { how: 'create', options: 'private' }) as unknown as RoomHandle
    await act(() => own.joined)
    const code = await own.request('invite')
    const invited = bob.join(Arena, { id: String(code).toLowerCase() }) as unknown as RoomHandle
    await act(() => invited.joined)
    expect(invited.id).toBe(own.id)
    const open = ann.join(Arena) as unknown as RoomHandle
    await until(() => Object.keys(lobby.state?.rooms ?? {}).length === 1)
    expect(lobby.state?.rooms[open.id ?? '']).toMatchObject({ clients: 1, maxClients: 2 })
    const onlooker = bob.join(Arena, { id: open.id ?? '', spectate: true }) as unknown as RoomHandle
    await act(() => onlooker.joined)
    await until(() => lobby.state?.rooms[open.id ?? '']?.spectators === 1)

    await import(pathOf('server/rooms', 'board.ts'))
    const board = bob.join<{ lines: string[] }>('board')
    const hers = ann.join('board') as unknown as RoomHandle
    await act(() => Promise.all([board.joined, hers.joined]))
    act(() => hers.send('line', 'a line'))
    await until(() => board.state?.lines.join() === 'a line')
    expect(await hers.request('count')).toBe(1)
    act(() => hers.leave())
    await until(() => board.state?.lines.at(-1) === `${ann.id} is gone`)
  },
  'server/presence': async (server) => {
    const tabs = [dial({ getToken: () => 'ann' }), dial({ getToken: () => 'ann' })]
    await until(() => tabs[0]?.presence.get('ann')?.connections === 2)
    expect(server.presence.get('ann')).toMatchObject({ data: { name: 'ann' } })
    await until(() => text() === '1 others are online')
  },
  'testing/load': async (server) => {
    const { runLoad } = await import('@painda/testing/load')
    const { default: scenario } = (await import(pathOf('testing/load', 'arena.load.ts'))) as {
      default: Parameters<typeof runLoad>[0]
    }
    const report = await runLoad(scenario, { clients: 3, seconds: 3, rampSeconds: 0.1 })
    expect(report).toMatchObject({ open: 3, errors: [] })
    expect(report.latencies['request buy']?.count).toBe(3)
    expect(server.rooms()).toHaveLength(1)
  },
  'testing/recorded-rounds': async (server) => {
    const keeper = createJournalKeeper({ time: server.time, fingerprint: server.fingerprint })
    server.inspector.journal = keeper.journal
    const { Arena } = (await import(pathOf('testing/recorded-rounds', 'shared.ts'))) as { Arena: never }
    const { contract, setup } = (await import(pathOf('testing/recorded-rounds', 'rooms.ts'))) as {
      contract: Parameters<typeof replay>[1]['contract'] & {}
      setup: Parameters<typeof replay>[1]['setup']
    }
    const room = dial().join(Arena) as unknown as RoomHandle
    await room.joined
    expect(await room.request('buy', { item: 'bomb' })).toEqual({ coins: 2 })
    await until(() => JSON.stringify(room.state).includes('"coins":2'))
    const recording = readRecording(readSessionFile(keeper.read(room.id ?? '') ?? ''))
    expect(await replay(recording, { contract, setup })).toMatchObject({ name: 'arena', inputs: 4 })
  },
  'recipes/forms': async () => {
    await until(() => !button('Buy').hasAttribute('disabled'))
    click('Buy')
    await until(() => text().includes('Bought. 2 coins left.'))
    click('Buy')
    await until(() => text().includes('Not enough coins.'))
  },
  'server/reload': async (server) => {
    const { port } = await server.listening()
    const client = new PPClient(`ws://localhost:${port}/pp`)
    closers.push(() => client.close())
    const { Arena } = (await import(pathOf('server/reload', 'shared.ts'))) as {
      Arena: UntypedRoom<{ scores: object; seconds: number }>
    }
    const room = client.join(Arena)
    await act(() => room.joined)
    room.send('hit')
    const scores = (): unknown => Object.values(room.state?.scores ?? {})
    await until(() => String(scores()) === '10')
    await until(() => (room.state?.seconds ?? 0) > 0)
  },
}

interface Arena {
  players: { [id: string]: { x: number } }
}

/** Somebody connects. */
let dial: (options?: Omit<ClientOptions, 'url'>) => PPClient = () => {
  throw new Error('There is no server yet.')
}

/** Somebody else comes into the room. */
let enter: (name: string) => Promise<void> = async () => {}

test.each(pages.filter((page) => ![...NOT_RUN, ...RUN_ELSEWHERE].includes(page)))('%s', async (page) => {
  const port = await freePort()
  const files = Object.entries(filesOf(page)).map(([name, code]) => [
    name,
    code.replaceAll('3000', String(port)),
  ])
  writeFiles(join(folder, page), Object.fromEntries(files) as Record<string, string>)
  const { server } = (await import(pathOf(page, 'server.ts'))) as { server: PPServer }
  closers.push(() => server.close())
  await server.listening()
  dial = (options) => {
    const client = new PPClient(`ws://localhost:${port}`, options)
    closers.push(() => client.close())
    return client
  }
  enter = async (name) => {
    const other = new PPClient(`ws://localhost:${port}`)
    closers.push(() => other.close())
    const room = other.room(((await import(pathOf(page, 'shared.ts'))) as { Arena: never }).Arena)
    const release = room.retain()
    closers.push(release)
    await act(() => room.joined)
    act(() => room.presence.update({ name } as never))
  }
  if (files.some(([name]) => name === 'example.tsx')) {
    const { App } = (await import(pathOf(page, 'example.tsx'))) as { App: ComponentType }
    const client = new PPClient({ url: `ws://localhost:${port}`, reconnectDelay: 5 })
    closers.push(() => client.close())
    render(
      <PPProvider client={client}>
        <App />
      </PPProvider>,
    )
  }
  const walk = walks[page]
  if (walk === undefined) throw new Error(`Nobody tries the example of docs/${page}.md.`)
  await walk(server)
})

function pathOf(page: string, file: string): string {
  return join(folder, page, file)
}

async function until(isThere: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    if (isThere()) return
    await act(async () => new Promise((resolve) => setTimeout(resolve, 5)))
  }
  throw new Error(`It did not happen. The page shows: ${document.body.innerHTML}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
