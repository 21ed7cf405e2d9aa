// Who is in which room: the one table that event rooms, typed rooms and broadcasts share. A room exists here exactly
// while somebody is in it.

export interface Membership {
  /** False when it was in already. */
  enter(room: string, id: string): boolean
  /** False when it was not in. */
  exit(room: string, id: string): boolean
  has(room: string, id: string): boolean
  exists(room: string): boolean
  members(room: string): ReadonlySet<string>
  roomsOf(id: string): ReadonlySet<string>
  readonly size: number
}

export interface MembershipOptions {
  onEnter?: (room: string, id: string) => void
  onExit?: (room: string, id: string) => void
}

const NOBODY: ReadonlySet<string> = new Set()

export function createMembership({ onEnter, onExit }: MembershipOptions = {}): Membership {
  const members = new Map<string, Set<string>>()
  const rooms = new Map<string, Set<string>>()
  return {
    enter(room, id) {
      if (!add(members, room, id)) return false
      add(rooms, id, room)
      onEnter?.(room, id)
      return true
    },
    exit(room, id) {
      if (!remove(members, room, id)) return false
      remove(rooms, id, room)
      onExit?.(room, id)
      return true
    },
    has: (room, id) => members.get(room)?.has(id) ?? false,
    exists: (room) => members.has(room),
    members: (room) => members.get(room) ?? NOBODY,
    roomsOf: (id) => rooms.get(id) ?? NOBODY,
    get size() {
      return members.size
    },
  }
}

function add(table: Map<string, Set<string>>, key: string, value: string): boolean {
  const set = table.get(key)
  if (set === undefined) table.set(key, new Set([value]))
  else if (set.has(value)) return false
  else set.add(value)
  return true
}

function remove(table: Map<string, Set<string>>, key: string, value: string): boolean {
  const set = table.get(key)
  if (set === undefined || !set.delete(value)) return false
  if (set.size === 0) table.delete(key)
  return true
}
