// What a test that failed leaves behind: who said what, where the replicas differ, and the weather they had.
import type { TestInfo } from '@playwright/test'
import {
  writeSessionFile,
  type DeliveryLog,
  type InspectEvent,
  type Network,
  type SessionFileLine,
} from '@painda/protocol'
import { describeDifferences, differencesOf, type Everybody } from './converge.js'
import type { GameServer } from './game-server.js'
import type { Player } from './player.js'

export interface ReportParts {
  testInfo: TestInfo
  server: GameServer
  players: readonly Player[]
  network: Network
  log: DeliveryLog
  startedAt: number
}

/** Attaches `frames.txt`, `differences.txt`, `network.json`, `session.jsonl` and `server.txt`. A page that does not answer is named. */
export async function attachReport({
  testInfo,
  server,
  players,
  network,
  log,
  startedAt,
}: ReportParts): Promise<void> {
  const sessions = await Promise.all(players.map(readSession))
  const attach = (name: string, body: string, contentType = 'text/plain'): Promise<void> =>
    testInfo.attach(name, { body, contentType })

  await attach('frames.txt', describeFrames(sessions))
  await attach('differences.txt', await describeState({ server, players }))
  const weather = players.map(({ name, net }) => ({
    player: name,
    scenario: net.scenario,
    settings: net.link.settings,
    isOnline: net.isOnline,
  }))
  const deliveries = log.entries.slice(-SHOWN_DELIVERIES)
  await attach(
    'network.json',
    JSON.stringify({ seed: network.seed, weather, deliveries }, null, 1),
    'application/json',
  )
  const lines = sessions.flatMap(({ events }, source) =>
    events.map((event): SessionFileLine => ({ source, event })),
  )
  const about = { startedAt, sources: players.map(({ name }) => name), seed: network.seed }
  await attach('session.jsonl', writeSessionFile({ about, lines }), 'application/jsonl')
  await attach('server.txt', server.output)
}

const SHOWN_DELIVERIES = 2_000
/** A page that hangs must not take the report with it. */
const ANSWER_MS = 5_000

interface Session {
  readonly player: Player
  readonly events: readonly InspectEvent[]
  readonly problem: string | null
}

async function readSession(player: Player): Promise<Session> {
  if (player.page.isClosed()) return { player, events: [], problem: 'its page is closed' }
  try {
    return { player, events: await inTime(player.events()), problem: null }
  } catch (thrown) {
    return { player, events: [], problem: String(thrown) }
  }
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(ANSWER_MS).addEventListener('abort', () =>
      reject(new Error('The page does not answer.')),
    )
  })
  return Promise.race([promise, late])
}

/** One story of all players, in the order of the machine's clock; each in their colour where a terminal shows it. */
function describeFrames(sessions: readonly Session[]): string {
  const problems = sessions.flatMap(({ player, problem }) =>
    problem === null ? [] : [`${player.name}: no frames, ${problem}`],
  )
  const rows = sessions.flatMap(({ player, events }) => {
    let wallAt = 0
    return events.map((event) => {
      if (event.kind === 'frame') ({ wallAt } = event)
      return { wallAt, text: `${clockOf(wallAt)} ${painted(player)} ${describeEvent(event)}` }
    })
  })
  // Stable: what one end saw keeps its order.
  return [...problems, ...rows.sort((a, b) => a.wallAt - b.wallAt).map(({ text }) => text)].join('\n')
}

const MAX_LINE = 400

function describeEvent(event: InspectEvent): string {
  if (event.kind !== 'frame') return JSON.stringify(event).slice(0, MAX_LINE)
  const arrow = event.direction === 'in' ? '←' : '→'
  const messages = event.messages.map((message) => JSON.stringify(message)).join(' ')
  return `${arrow} #${event.seq} ${event.bytes.length} B ${messages.slice(0, MAX_LINE)}`
}

function clockOf(wallAt: number): string {
  return wallAt === 0 ? '--:--:--.---' : new Date(wallAt).toISOString().slice(11, 23)
}

function painted({ name, color }: Player): string {
  const [red, green, blue] = [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16))
  return `\u001B[38;2;${red};${green};${blue}m${name}\u001B[0m`
}

async function describeState({ server, players }: Everybody & { server: GameServer }): Promise<string> {
  if (!server.isRunning) return 'The server does not run.'
  try {
    const differences = await inTime(differencesOf({ server, players }))
    return differences.length === 0 ? 'Every page has what the server has.' : describeDifferences(differences)
  } catch (thrown) {
    return `The states could not be compared: ${String(thrown)}`
  }
}
