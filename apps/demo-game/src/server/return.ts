// Another server goes on with the rooms of this one, as when a changed contract is saved: everybody leaves with their session, and is
// back a moment later, under another id. The room keeps their places until then, so that the round goes on with its scores.
//   the server ends     whoever leaves with it stays among the players
//   the next one        awaits all of them: one of the same name takes the place over, and who is not back in time is gone
import type { PPPlugin, PPServer } from '@painda/server'
import { playerOf } from '../shared/game.js'
import type { ArenaState, Profile } from '../shared/game.js'
import { getUp } from './seats.js'

/** Longer than a page takes that was told to come back. */
export const RETURN_WITHIN_MS = 15_000

const NAME = 'last-day'

interface LastDay {
  readonly isToday: boolean
}

/** For `server.register`, where the server is made: knows that it ends. To a room, sessions then end as they do with any closed page. */
export const lastDay: PPPlugin = {
  name: NAME,
  install({ expose }) {
    let isToday = false
    const day: LastDay = {
      get isToday() {
        return isToday
      },
    }
    expose(day)
    return { onShutdown: () => void (isToday = true) }
  },
}

/** False for a server that was made without `lastDay`. */
export const isEnding = (server: PPServer): boolean => server.getPlugin<LastDay>(NAME)?.isToday === true

/** Ids under which players stand in the state whose clients are not back. */
export type Awaited = Set<string>

/** Puts a client into the place that it had before, if one is kept for somebody of that name: best the one of that colour too. */
export function takePlace(
  state: ArenaState,
  awaited: Awaited,
  id: string,
  { name, color, isBot }: Profile & { isBot: boolean },
): boolean {
  const places = [...awaited].filter((place) => {
    const player = playerOf(state, place)
    return player?.name === name && player.isBot === isBot
  })
  const place = places.find((one) => playerOf(state, one)?.color === color) ?? places[0]
  if (place === undefined) {
    // A bot may have the id of one that is awaited.
    if (awaited.delete(id)) getUp(state, id)
    return false
  }
  awaited.delete(place)
  if (place === id) return true
  // Who stood under that id is awaited under the other one.
  if (awaited.delete(id)) awaited.add(place)
  swap(state, place, id)
  return true
}

/** They are not coming. */
export function giveUp(state: ArenaState, awaited: Awaited): void {
  for (const id of awaited) getUp(state, id)
  awaited.clear()
}

/** What stands under the one id stands under the other from here on. Votes have to be given again. */
function swap(state: ArenaState, a: string, b: string): void {
  swapIn(state.players, a, b)
  swapIn(state.secrets, a, b)
  swapIn(state.rematch, a, b)
  if (state.host === a) state.host = b
  else if (state.host === b) state.host = a
  state.votes = {}
}

function swapIn<Value extends object | true>(records: Record<string, Value>, a: string, b: string): void {
  const [ofA, ofB] = [copyOf(records, a), copyOf(records, b)]
  if (ofB === undefined) delete records[a]
  else records[a] = ofB
  if (ofA === undefined) delete records[b]
  else records[b] = ofA
}

/** What stands in a room's state is tracked, and cannot stand in two places. */
function copyOf<Value extends object | true>(
  records: Readonly<Record<string, Value>>,
  id: string,
): Value | undefined {
  const value = Object.hasOwn(records, id) ? records[id] : undefined
  return typeof value === 'object' ? { ...value } : value
}
