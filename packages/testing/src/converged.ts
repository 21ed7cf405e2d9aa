// Do all replicas say what the server says? State, version, membership and presence of every room, client by client; for
// each pair the first difference, because everything after it usually follows from it.
import type { PPClient, RoomHandle } from '@painda/client'
import { findDifference, formatPath, type ContractShape, type FirstDifference } from '@painda/protocol'
import type { PPServer, Room } from '@painda/server'
import { show } from './show.js'

export interface Difference {
  /** The client's name. */
  readonly client: string
  /** The room's id; null for the server's global presence. */
  readonly room: string | null
  /** The name of its definition; null for a room without one. */
  readonly name: string | null
  /** Where: `players.p1.x` in the state; `(version)`, `(members)`, `(presence).p1.data`. */
  readonly path: string
  /** What the server has there; `undefined` for nothing. */
  readonly server: unknown
  /** What the client has there. */
  readonly replica: unknown
  readonly versions: { readonly server: number | null; readonly replica: number | null }
}

export interface Convergence {
  readonly converged: boolean
  /** At most one for each client and room. */
  readonly differences: readonly Difference[]
}

/**
 * Compares every client that is connected with the server, in one room or in all. Rooms in which the server changes
 * the state between two ticks differ until the change is sent: let them come to rest first.
 */
export function compareReplicas<C extends ContractShape>(
  server: PPServer<C>,
  clients: readonly { readonly name: string; readonly client: PPClient<C> }[],
  roomId?: string,
): Convergence {
  const differences: Difference[] = []
  for (const { name, client } of clients) {
    if (client.status().status !== 'open') continue
    const rooms = server.rooms().filter(({ id }) => roomId === undefined || id === roomId)
    for (const room of rooms) differences.push(...compareMember(name, client, room))
    differences.push(...findStrays(name, client, server, roomId))
    if (roomId === undefined) differences.push(...compareGlobalPresence(name, client, server))
  }
  return { converged: differences.length === 0, differences }
}

/** One line for people. */
export function formatDifference({
  client,
  room,
  name,
  path,
  server,
  replica,
  versions,
}: Difference): string {
  const isPresence = path.startsWith('(presence)')
  // Of a page as a whole, or of its connection.
  if (room === null && !isPresence)
    return `${client}, ${path}: it should be ${show(server)}, and is ${show(replica)}`
  const where = room === null ? 'the global list' : `room "${name === null ? '' : `${name}:`}${room}"`
  if (path === MEMBERS) {
    const who =
      server === true ? 'the server has it in, and it is not' : 'it is in, and the server does not have it'
    return `${client}, ${where}: ${who}`
  }
  const version = versions.server === null ? '' : ` (versions ${versions.server} and ${versions.replica})`
  return `${client}, ${where}, ${path}: the server has ${show(server)}, the client ${show(replica)}${version}`
}

/** Where one end has a client in a room and the other has not. */
const MEMBERS = '(members)'

function compareMember<C extends ContractShape>(client: string, own: PPClient<C>, room: Room): Difference[] {
  const handles = own.rooms().filter(({ id, status }) => id === room.id && status === 'joined')
  const member = [...room.clients, ...room.spectators].find(({ id }) => id === own.id)
  const isMember = member !== undefined
  if (isMember !== handles.length > 0) {
    const versions = { server: room.version, replica: handles[0]?.version ?? null }
    const { id, name = null } = room
    return [
      { client, room: id, name, path: MEMBERS, server: isMember, replica: handles.length > 0, versions },
    ]
  }
  return handles.flatMap((handle) => compareHandle(client, handle, room, member) ?? []).slice(0, 1)
}

function compareHandle(
  client: string,
  handle: RoomHandle,
  room: Room,
  member: Room['clients'][number] | undefined,
): Difference | null {
  const seen = member === undefined ? undefined : room.shownTo(member)
  const versions = { server: seen?.version ?? null, replica: handle.version }
  const found =
    under('', findDifference(seen?.state, handle.state)) ??
    under('(version)', findDifference(seen?.version, handle.version)) ??
    under('(presence)', findDifference(byId(room.presence.list()), byId(handle.presence.list())))
  return found === null ? null : { client, room: room.id, name: room.name ?? null, ...found, versions }
}

/** Rooms that a client believes to be in and the server does not know. */
function findStrays<C extends ContractShape>(
  client: string,
  own: PPClient<C>,
  server: PPServer<C>,
  roomId: string | undefined,
): Difference[] {
  return own
    .rooms()
    .filter(({ id, status, state }) => status === 'joined' && id !== null && state !== undefined)
    .filter(({ id }) => roomId === undefined || id === roomId)
    .filter(({ id }) => server.getRoom(id ?? '') === undefined)
    .map(({ id, version }) => {
      const versions = { server: null, replica: version }
      return { client, room: id, name: null, path: MEMBERS, server: false, replica: true, versions }
    })
}

function compareGlobalPresence<C extends ContractShape>(
  client: string,
  own: PPClient<C>,
  server: PPServer<C>,
): Difference[] {
  const found = under('(presence)', findDifference(byId(server.presence.list()), byId(own.presence.list())))
  const versions = { server: null, replica: null }
  return found === null ? [] : [{ client, room: null, name: null, ...found, versions }]
}

function under(
  head: string,
  found: FirstDifference | null,
): { path: string; server: unknown; replica: unknown } | null {
  if (found === null) return null
  const path = head === '' ? found.path : [head, ...found.path]
  return { ...found, path: formatPath(path) }
}

function byId<Entry extends { clientId: string }>(entries: readonly Entry[]): Record<string, Entry> {
  return Object.fromEntries(entries.map((entry) => [entry.clientId, entry]))
}
