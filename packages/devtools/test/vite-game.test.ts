// @vitest-environment node
// The game server in a real dev server: files of a small project, in a folder that goes away again, are saved as an editor does.
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PPClient } from '@painda/client'
import { defineRoom, type } from '@painda/protocol'
import * as testing from '@painda/testing'
import { createLogger, createServer, defaultServerConditions, type Plugin } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { GameServerApi } from '../src/vite-game-plugin.js'
import { paindaDevtools } from '../src/vite.js'

/** Vite loads modules, beside whatever else the machine does. */
const waitFor = (look: () => unknown): Promise<unknown> => testing.waitFor(look, { timeoutMs: 20_000 })

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url))

const rules = (factor: number): string => `export const worth = (hits: number) => hits * ${factor}\n`
const SHARED = `
import { defineContract, defineRoom, type } from '@painda/protocol'
export const Arena = defineRoom({
  name: 'arena',
  state: () => ({ score: 0 }),
  messages: { hit: type<number>() },
})
export const contract = defineContract({ rooms: { Arena } })
`
const MAIN = `
import type { Server } from 'node:http'
import { PPServer, silentLogger } from '@painda/server'
import { Arena, contract } from './shared.js'
import { worth } from './rules.js'
export { contract }
export const start = (httpServer: Server) =>
  PPServer.attachTo(httpServer, { contract, logger: silentLogger })
export function setup(server: PPServer<typeof contract>): void {
  server.define(Arena, {
    onJoin: ({ state }) => void (state.score += 1000),
    messages: { hit: ({ state }, hits) => void (state.score += worth(hits)) },
  })
}
`

async function createProject(files: Record<string, string>) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'painda-hmr-')))
  await mkdir(join(root, 'node_modules/@painda'), { recursive: true })
  for (const name of ['protocol', 'server'])
    await symlink(join(PACKAGES, name), join(root, 'node_modules/@painda', name))
  const save = (name: string, text: string): Promise<void> => writeFile(join(root, name), text)
  for (const [name, text] of Object.entries(files)) await save(name, text)

  const lines: string[] = []
  const logger = createLogger('silent')
  logger.info =
    logger.warn =
    logger.error =
      (line) => {
        if (line.startsWith('painda:')) lines.push(line)
      }
  const plugins = paindaDevtools({ server: './main.ts' })
  const vite = await createServer({
    root,
    configFile: false,
    customLogger: logger,
    plugins,
    optimizeDeps: { noDiscovery: true },
    ssr: { resolve: { conditions: ['painda-source', ...defaultServerConditions] } },
    server: { host: '127.0.0.1', port: 0, ws: false, watch: null },
  })
  await vite.listen()
  onTestFinished(async () => {
    await vite.close()
    await rm(root, { recursive: true, force: true })
  })
  // It listens on a port, or `listen` had thrown.
  const { port } = (vite.httpServer as Server).address() as AddressInfo
  const api = (plugins.find(({ name }) => name === 'painda:game-server') as Plugin<GameServerApi>).api
  const game = api?.game
  if (game === undefined || game === null) throw new Error('The dev server runs no game.')
  return {
    game,
    lines,
    url: `ws://127.0.0.1:${port}/pp`,
    touch: (name: string) => void vite.watcher.emit('change', join(root, name)),
    /** As an editor saves and the watcher tells; resolves when the game server has had its say. */
    async save(name: string, text: string): Promise<void> {
      const { length } = lines
      await save(name, text)
      vite.watcher.emit('change', join(root, name))
      await waitFor(() => lines.length > length)
    },
  }
}

/** As the page has it. */
const Arena = defineRoom({
  name: 'arena',
  state: () => ({ score: 0 }),
  messages: { hit: type<number>() },
})

async function enter(url: string) {
  // What `ws` is short of a browser's is not used.
  const client = new PPClient(url, { WebSocket: WebSocket as never })
  onTestFinished(() => client.close())
  const room = client.join(Arena)
  await waitFor(() => room.state !== undefined)
  return { client, room }
}

test('a saved rule holds from the next message on: same socket, same state, nobody joins twice', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': rules(1) })
  const { client, room } = await enter(project.url)
  let drops = 0
  client.on('disconnect', () => drops++)
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)
  const { server } = project.game

  await project.save('rules.ts', rules(10))
  expect(project.lines.at(-1)).toContain('painda: rules.ts: 1 room goes on with the new code.')
  room.send('hit', 2)
  await waitFor(() => room.state?.score === 1023)
  expect(project.game.server).toBe(server)
  expect([drops, room.status]).toEqual([0, 'joined'])
})

test('code that cannot be read, that throws, or that is no game is told with its place, and the game goes on', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': rules(1) })
  const { room } = await enter(project.url)
  const told = (): string => project.lines.at(-1) ?? ''

  await project.save('rules.ts', 'export const worth = (hits => {')
  expect(told()).toMatch(/rules\.ts: .*rules\.ts.*The code before stays in charge\.$/s)
  await project.save('rules.ts', `throw new Error('half way')\n${rules(5)}`)
  expect(told()).toContain('half way. The code before stays in charge.')
  await project.save('main.ts', MAIN.replace('export function setup', 'export function arrange'))
  expect(project.game.failure).toMatchObject({ outcome: 'failed', file: 'main.ts' })
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)

  await project.save('main.ts', MAIN)
  expect(told()).toContain('half way')
  await project.save('rules.ts', rules(10))
  expect(project.game.failure).toBeNull()
  room.send('hit', 1)
  await waitFor(() => room.state?.score === 1013)
})

test('another contract is a new server: clients come back by themselves, to the room that they were in', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': rules(1) })
  const { client, room } = await enter(project.url)
  const outcomes: string[] = []
  client.on('recovery', ({ outcome, lost }) => outcomes.push(`${outcome} ${JSON.stringify(lost)}`))
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)
  const { id } = room
  const { server } = project.game
  await project.save(
    'shared.ts',
    SHARED.replace('score: 0', 'score: 500').replace('hit:', 'jump: type<null>(), hit:'),
  )
  expect(project.lines.at(-1)).toMatch(
    /contract has changed.*"jump".*The game server has started anew; clients come back\. 1 room goes on\.$/,
  )
  // The state is the one that it had, and who comes back has joined it once more.
  await waitFor(() => room.state?.score === 2003 && room.status === 'joined')
  expect(room.id).toBe(id)
  expect(project.game.server).not.toBe(server)
  expect(outcomes).toHaveLength(1)
  expect(outcomes[0]).toContain('expired')
})

test('rooms that cannot go on with another contract begin anew, and it says which and why', async () => {
  const shared = SHARED.replace(
    'export const contract = defineContract({ rooms: { Arena } })',
    `export const Board = defineRoom({ name: 'board', state: () => ({ moves: 0 }) })
export const contract = defineContract({ rooms: { Arena, Board } })`,
  )
  const main = MAIN.replace('import { Arena,', 'import { Arena, Board,').replace(
    '  server.define(Arena, {',
    `  server.define(Board, { autoDisposeMs: Infinity })
  if (server.getRoom('board') === undefined) server.createRoom(Board, { id: 'board' })
  server.define(Arena, {`,
  )
  const project = await createProject({ 'main.ts': main, 'shared.ts': shared, 'rules.ts': rules(1) })
  const { room } = await enter(project.url)
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)
  const lively = shared
    .replace('hit:', 'jump: type<null>(), hit:')
    .replace('score: 0', 'score: 500, lives: 3')
  await project.save('shared.ts', lively)
  expect(project.lines.at(-1)).toMatch(
    /clients come back\. 2 rooms began anew\. .*The room "board" has been made already\./,
  )
  expect(project.lines.at(-1)).toContain('The state of the room "arena" has another shape at "lives".')
  await waitFor(() => room.state?.score === 1500 && room.status === 'joined')
})

test('rooms wait for a server that does not start, and go on with the save that mends it', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': rules(1) })
  const { room } = await enter(project.url)
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)
  const broken = MAIN.replace(
    '{\n  server.define',
    `{\n  if (contract) throw new Error('not yet')\n  server.define`,
  )
  await project.save('main.ts', broken)
  expect(project.lines.at(-1)).toContain('The code before stays in charge.')
  await project.save('shared.ts', SHARED.replace('hit:', 'jump: type<null>(), hit:'))
  expect(project.lines.at(-1)).toContain('not yet. No game server runs.')
  await project.save('main.ts', MAIN)
  expect(project.lines.at(-1)).toMatch(/The game server has started\. 1 room goes on\.$/)
  await waitFor(() => room.state?.score === 2003 && room.status === 'joined')
})

test('a state of another shape is new rooms on the same server: clients come back to them by themselves', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': rules(1) })
  const { room } = await enter(project.url)
  room.send('hit', 3)
  await waitFor(() => room.state?.score === 1003)
  const { server } = project.game
  await project.save('shared.ts', SHARED.replace('score: 0', 'score: 500, lives: 3'))
  expect(project.lines.at(-1)).toMatch(/shape at "lives"\. 1 room began anew; clients come back\.$/)
  await waitFor(() => room.state?.score === 1500 && room.status === 'joined')
  expect(project.game.server).toBe(server)
})

test('a game that did not start is told, and starts when it is right', async () => {
  const project = await createProject({ 'main.ts': MAIN, 'shared.ts': SHARED, 'rules.ts': '?' })
  expect(project.game.server).toBeNull()
  expect(project.lines.at(-1)).toContain('No game server runs.')
  await project.save('rules.ts', rules(2))
  expect(project.lines.at(-1)).toContain('The game server has started.')
  const { room } = await enter(project.url)
  room.send('hit', 1)
  await waitFor(() => room.state?.score === 1002)
})

test('a start that returns no server is told, and the save that mends it starts the game', async () => {
  const wrong = MAIN.replace('=>\n  PPServer.attachTo', '=>\n  void PPServer.attachTo')
  const project = await createProject({ 'main.ts': wrong, 'shared.ts': SHARED, 'rules.ts': rules(2) })
  expect(project.game.server).toBeNull()
  expect(project.lines.at(-1)).toBe(
    'painda: ./main.ts: start(httpServer) must return the PPServer that it has made. No game server runs.',
  )
  await project.save('main.ts', MAIN)
  expect(project.lines.at(-1)).toContain('The game server has started.')
})

test('a module that is not there is told in a sentence', async () => {
  const project = await createProject({})
  expect(project.lines.at(-1)).toMatch(/main\.ts.+Does the file exist\? No game server runs\.$/)
})

test('a file that is none of the game’s is none of its business', async () => {
  const project = await createProject({
    'main.ts': MAIN,
    'shared.ts': SHARED,
    'rules.ts': rules(1),
    'page.ts': '',
  })
  const { length } = project.lines
  project.touch('page.ts')
  await project.save('rules.ts', rules(2))
  expect(project.lines.slice(length)).toHaveLength(1)
})
