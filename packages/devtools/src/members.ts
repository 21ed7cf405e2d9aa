// Who is in a room: as its presence says, as the server tells, and for replays, whose clients can no longer be asked, out of what was
// recorded.
import type { PresenceEntry } from '@painda/protocol'
import type { MemberFacts } from './vite/member-facts.js'
import type { Recorder } from './recorder.js'
import type { Row } from './rows.js'
import { visible } from './visible.js'

/** In the order in which they came. */
export function membersAtEnd(recorder: Recorder, source: number, room: string): PresenceEntry[] {
  const members = new Map<string, PresenceEntry>()
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded?.source !== source || recorded.event.kind !== 'frame') continue
    for (const message of recorded.event.messages) {
      if (message.kind !== 'presences' || message.room !== room) continue
      if (message.full) members.clear()
      for (const entry of message.set) members.set(entry.clientId, entry)
      for (const gone of message.gone) members.delete(gone)
    }
  }
  return [...members.values()].sort((a, b) => a.joinedAt - b.joinedAt)
}

/** Of its presence, else of what the state keeps under its id, as in `players.<id>.name`; else the id. */
export function nameOf({ data, clientId }: PresenceEntry, state: unknown): string {
  return visible(nameIn(data) ?? nameInState(state, clientId) ?? clientId)
}

function nameIn(value: unknown): string | undefined {
  const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

function nameInState(state: unknown, id: string): string | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  for (const entities of Object.values(state)) {
    if (typeof entities !== 'object' || entities === null || !Object.hasOwn(entities, id)) continue
    const name = nameIn(Reflect.get(entities, id))
    if (name !== undefined) return name
  }
  return undefined
}

/** The places of a room's state that only this client was told of, newest first. */
export function ownPaths(rows: readonly Row[], source: number, room: string): string[] {
  const paths = new Set<string>()
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at]
    if (row?.source !== source || row.room !== room) continue
    const { message } = row
    if ((message?.kind !== 'snapshot' && message?.kind !== 'delta') || message.scope !== 'own') continue
    for (const path of leavesOf(row.content)) paths.add(path)
    // A snapshot of its own layer says all of it.
    if (message.kind === 'snapshot') break
  }
  return [...paths]
}

const MAX_LEAVES = 40

function leavesOf(value: unknown, path = '', into: string[] = []): string[] {
  if (into.length >= MAX_LEAVES) return into
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Object.keys(value).length === 0
  ) {
    if (path !== '') into.push(path)
    return into
  }
  for (const key of Object.keys(value))
    leavesOf(Reflect.get(value, key), path === '' ? key : `${path}.${key}`, into)
  return into
}

export interface MemberRow {
  /** Of the session, which the server can be asked about; of an entry of presence where it tells nothing. */
  readonly id: string
  readonly name: string
  readonly entry: PresenceEntry | null
  readonly facts: MemberFacts | null
}

/** Who is listed, and beside each what the server knows; whom only the server knows comes last. A row per session. */
export function memberRows(
  entries: readonly PresenceEntry[],
  facts: readonly MemberFacts[],
  state: unknown,
): MemberRow[] {
  const left = new Set(facts)
  const known = byName(facts)
  const listed = entries.flatMap((entry): MemberRow[] => {
    const theirs = known.get(entry.clientId) ?? []
    for (const one of theirs) left.delete(one)
    const name = nameOf(entry, state)
    if (theirs.length === 0) return [{ id: entry.clientId, name, entry, facts: null }]
    return theirs.map((one) => ({ id: one.id, name, entry, facts: one }))
  })
  const unlisted = [...left].map((one): MemberRow => {
    const name = visible(nameInState(state, one.userId) ?? nameInState(state, one.id) ?? one.id)
    return { id: one.id, name, entry: null, facts: one }
  })
  return [...listed, ...unlisted]
}

/** Under the id of the session and under that of its user, which lists of members go by. */
function byName(facts: readonly MemberFacts[]): ReadonlyMap<string, readonly MemberFacts[]> {
  const found = new Map<string, MemberFacts[]>()
  for (const one of facts) {
    for (const name of new Set([one.id, one.userId])) {
      const others = found.get(name)
      if (others === undefined) found.set(name, [one])
      else others.push(one)
    }
  }
  return found
}
