// Who waits for a seat in a full room (`onFull: 'queue'`), first come first served. A seat that is given up goes to the first
// of them in the same turn, so nobody who comes later can be faster. Waiting costs a client nothing but its place: it may say
// and join what it likes meanwhile, and keeps the place as long as its session lives.
import { PPError } from '@painda/protocol'
import type { Member } from './member.js'

export interface Queue<C extends Member> {
  /** In order. */
  clients(): readonly C[]
  has(client: C): boolean
  /**
   * Waits for its turn, or with its first wish where it waits already.
   * @throws PPError `ROOM_FULL` when too many wait, `REFUSED` when this client has asked too often
   */
  enter(client: C, turn: Turn): void
  /** Gives up the place. False when it had none. */
  leave(client: C, error: PPError): boolean
  /** Seats may be free: the first ones get them. */
  advance(): void
  close(error: PPError): void
}

/** Wishes of one client for one room: its components ask one by one, and no page has so many. */
const MAX_TURNS = 8

/** What becomes of a wish. */
export interface Turn {
  /** There is a seat, now. */
  come(): void
  refuse(error: PPError): void
}

export function createQueue<C extends Member>({
  room,
  maxWaiting,
  hasRoom,
  onChange,
}: {
  room: string
  maxWaiting: () => number
  hasRoom: () => boolean
  onChange: () => void
}): Queue<C> {
  const waiting = new Map<C, Turn[]>()
  let isAdvancing = false

  function take(client: C): readonly Turn[] {
    const turns = waiting.get(client) ?? []
    if (waiting.delete(client)) onChange()
    return turns
  }

  return {
    clients: () => [...waiting.keys()],
    has: (client) => waiting.has(client),
    enter(client, turn) {
      const known = waiting.get(client)
      if (known !== undefined) {
        if (known.length < MAX_TURNS) known.push(turn)
        else throw new PPError('REFUSED', `You wait for the room "${room}" already.`)
      } else if (waiting.size >= maxWaiting())
        throw new PPError('ROOM_FULL', `The room "${room}" is full, and so is its queue.`)
      else {
        waiting.set(client, [turn])
        onChange()
      }
    },
    leave(client, error) {
      const turns = take(client)
      for (const turn of turns) turn.refuse(error)
      return turns.length > 0
    },
    advance() {
      // Whoever gets a seat may lose it in the same breath: the loop that is under way sees that too.
      if (isAdvancing) return
      isAdvancing = true
      try {
        while (hasRoom()) {
          const [first] = waiting.keys()
          if (first === undefined) return
          for (const turn of take(first)) turn.come()
        }
      } finally {
        isAdvancing = false
      }
    },
    close(error) {
      for (const client of [...waiting.keys()]) for (const turn of take(client)) turn.refuse(error)
    },
  }
}
