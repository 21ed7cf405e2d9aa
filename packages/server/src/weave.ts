// A session that comes back is sent what it missed, and its rooms show themselves anew. Laid into each other so that an event
// follows the state it was made in, and a room's state its `joined`. State and presence are counted by nobody, so their
// place among the counted messages is free.
import type { Message } from '@painda/protocol'
import type { Outgoing } from './outgoing.js'

export interface Weave {
  /** True when it has its place there. */
  take(out: Outgoing): boolean
  woven(): Outgoing[]
}

/** Of a room that is left, what it shows has no place among what is sent again. */
const NOWHERE = -1

export function createWeave(again: readonly Outgoing[]): Weave {
  /** Before which of them a room's state belongs: the first, unless the room is entered among them. */
  const places = new Map<string, number>()
  const shown = new Map<number, Outgoing[]>()
  again.forEach(({ message }, at) => {
    const room = movedRoom(message)
    if (room !== null) places.set(room, message.kind === 'joined' ? at + 1 : NOWHERE)
  })
  return {
    take(out) {
      const { message } = out
      const moved = movedRoom(message)
      if (moved !== null) places.set(moved, NOWHERE)
      if (message.kind !== 'snapshot' && message.kind !== 'delta' && message.kind !== 'presences')
        return false
      const place = message.room === undefined ? NOWHERE : (places.get(message.room) ?? 0)
      if (place !== NOWHERE) shown.set(place, [...(shown.get(place) ?? []), out])
      return place !== NOWHERE
    },
    woven: () =>
      [...again, undefined].flatMap((out, at) => [...(shown.get(at) ?? []), ...(out ? [out] : [])]),
  }
}

/** The room that its receiver enters or leaves by this. */
export function movedRoom(message: Message): string | null {
  return message.kind === 'joined' || message.kind === 'left' ? message.room : null
}
