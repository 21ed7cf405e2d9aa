// Do all pages have what the server has? A running game changes 30 times a second, so each page keeps its last states by
// version, and what the server shows a client is compared with what that client had in exactly that version.
import { findDifference, formatPath, hostTime } from '@painda/protocol'
import { formatDifference, type Difference } from '../converged.js'
import type { RoomOnServer } from './channel.js'
import type { GameServer } from './game-server.js'
import type { PageClient } from './in-page.js'
import type { Player } from './player.js'

/** Who is to agree with whom, and in which room; without one, in all. */
export interface Everybody {
  readonly server: Pick<GameServer, 'rooms'>
  readonly players: readonly Player[]
  readonly roomId?: string
}

export interface ConvergeOptions {
  /** Default 15 000 ms. */
  timeoutMs?: number
}

/** A version that the server has comes to a page within this, or the comparison begins anew. */
const VERSION_WAIT_MS = 2_000
const PAUSE_MS = 50

/** Waits until every page agrees with the server; resolves to what still differs when the time is over: nothing if all is well. */
export async function converge(
  everybody: Everybody,
  { timeoutMs = 15_000 }: ConvergeOptions = {},
): Promise<readonly Difference[]> {
  const time = hostTime(globalThis)
  const end = time.now() + timeoutMs
  for (;;) {
    const differences = await differencesOf(everybody)
    if (differences.length === 0 || time.now() >= end) return differences
    await new Promise<void>((resolve) => void time.after(PAUSE_MS, resolve))
  }
}

/** One line per difference. */
export function describeDifferences(differences: readonly Difference[]): string {
  return differences.map((difference) => `- ${formatDifference(difference)}`).join('\n')
}

/** At most one for each client and room, as of now. */
export async function differencesOf({ server, players, roomId }: Everybody): Promise<Difference[]> {
  const pages = players.filter(({ page }) => !page.isClosed())
  let clientCount = 0
  const found = await Promise.all(
    pages.map(async (player) => {
      try {
        const clients = await player.clients()
        clientCount += clients.length
        const each = await Promise.all(clients.map((client) => compareClient(server, player, client, roomId)))
        return each.flat()
      } catch (thrown) {
        if (!isNavigation(thrown)) throw thrown
        clientCount++
        return [differ(player, null, '(page)', 'loaded', 'loading')]
      }
    }),
  )
  const [first] = pages
  // With nobody to compare all would seem well: pages that have not begun, or a client in a frame or a worker.
  if (clientCount === 0 && first !== undefined)
    return [differ(first, null, '(client)', 'a PPClient in one of the pages')]
  return found.flat()
}

/** A page that is loaded anew while it is asked has no answer yet. */
function isNavigation(thrown: unknown): boolean {
  return thrown instanceof Error && /Execution context was destroyed/.test(thrown.message)
}

async function compareClient(
  server: Pick<GameServer, 'rooms'>,
  player: Player,
  client: PageClient,
  roomId: string | undefined,
): Promise<Difference[]> {
  // A client that is closed for good belongs to a page that has finished with it.
  if (client.status === 'closed' || client.status === 'idle') return []
  const { id } = client
  if (client.status !== 'open' || id === null) {
    return [differ(player, null, '(connection)', 'open', client.status)]
  }
  const rooms = (await server.rooms(id)).filter((room) => roomId === undefined || room.id === roomId)
  const found = await Promise.all(rooms.map((room) => compareRoom(player, client, id, room)))
  const strays = client.rooms
    .filter(({ status, hasState }) => status === 'joined' && hasState)
    .filter(
      (room) => (roomId === undefined || room.id === roomId) && !rooms.some((one) => one.id === room.id),
    )
    .map((room) => differ(player, room, '(members)', false, true, null, room.version))
  return [...found.flatMap((difference) => difference ?? []), ...strays]
}

async function compareRoom(
  player: Player,
  client: PageClient,
  clientId: string,
  room: RoomOnServer,
): Promise<Difference | null> {
  const own = client.rooms.find(({ id, status }) => id === room.id && status === 'joined')
  const isMember = room.members.includes(clientId)
  if (isMember !== (own !== undefined)) {
    return differ(player, room, '(members)', isMember, own !== undefined, room.version, own?.version ?? null)
  }
  // Rooms of events have members and no state.
  if (own === undefined || room.state === null) return null
  const seen = await player.stateAt(clientId, room.id, room.version, VERSION_WAIT_MS)
  if (!seen.seen)
    return differ(player, room, '(version)', room.version, seen.version, room.version, seen.version)
  const difference = findDifference(room.state, seen.state)
  if (difference === null) return null
  const path = formatPath(difference.path)
  return differ(player, room, path, difference.server, difference.replica, room.version, room.version)
}

function differ(
  player: Player,
  room: { readonly id: string | null; readonly name?: string | null } | null,
  path: string,
  server: unknown,
  replica?: unknown,
  serverVersion: number | null = null,
  replicaVersion: number | null = null,
): Difference {
  const versions = { server: serverVersion, replica: replicaVersion }
  const { id = null, name = null } = room ?? {}
  return { client: player.name, room: id, name, path, server, replica, versions }
}
