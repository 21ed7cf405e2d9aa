// One bot: a character, and the hands that turn what its mind wants into messages.
import type { Random } from '@painda/protocol'
import type { PPVirtualClient } from '@painda/server'
import { Arena, playerOf } from '../shared/game.js'
import type { ArenaState, Point } from '../shared/game.js'
import { TEMPERS, chooseTarget, directionTo, wantsItem } from './bot-mind.js'
import type { Temper } from './bot-mind.js'

export interface Character extends Temper {
  name: string
  color: number
}

/** In the order in which they come: every room of three has one of each temper. */
export const CHARACTERS = [
  { name: 'Mop', color: 5, ...TEMPERS.dreamer },
  { name: 'Pixel', color: 8, ...TEMPERS.collector },
  { name: 'Rufus', color: 11, ...TEMPERS.hunter },
  { name: 'Clover', color: 3, ...TEMPERS.dreamer },
  { name: 'Juno', color: 9, ...TEMPERS.collector },
  { name: 'Biscuit', color: 1, ...TEMPERS.hunter },
  { name: 'Fern', color: 4, ...TEMPERS.dreamer },
  { name: 'Tango', color: 0, ...TEMPERS.collector },
  { name: 'Bolt', color: 6, ...TEMPERS.hunter },
  { name: 'Poppy', color: 10, ...TEMPERS.dreamer },
  { name: 'Sunny', color: 2, ...TEMPERS.collector },
] as const satisfies readonly Character[]

/** Longer than it takes to cross the floor: a target not reached by then lies behind somebody's back. */
const PATIENCE = 24

export interface Bot {
  readonly id: string
  /** Looks at the floor and does the next thing; called a few times a second. */
  think(): void
}

export interface BotOptions {
  /** The public id of `client`. */
  id: string
  client: PPVirtualClient
  roomId: string
  character: Character
  random: Random
}

/** Takes a seat in the room, or goes on in the one that the client has. */
export function createBot({ id, client, roomId, character, random }: BotOptions): Bot {
  const { name, color } = character
  const room = client.join(Arena, { id: roomId, options: { name, color } })
  room.joined.catch(() => {
    // Somebody took the last seat first. The bot stands at the door until it is dismissed.
  })
  let target: Point | null = null
  let thoughts = 0
  let direction: Point = { x: 0, y: 0 }

  return {
    id,
    think() {
      const state = client.roomState<ArenaState>(roomId)
      const self = state && playerOf(state, id)
      if (state === undefined || self === undefined) return

      const next = directionTo(self, target)
      const isThere = next.x === 0 && next.y === 0
      if (isThere || --thoughts <= 0) {
        target = chooseTarget(state, self, character, random)
        thoughts = target === null ? 3 : PATIENCE
      }
      walk(directionTo(self, target))
      if (target !== null && random.next() < 0.02) room.send('dash', {})
      const item = wantsItem(state, self, character)
      if (item !== null && random.next() < 0.2) {
        room.request('buy', { item }).catch(() => {
          // Refused while reloading, as for everybody.
        })
      }
    },
  }

  function walk(next: Point): void {
    if (next.x === direction.x && next.y === direction.y) return
    direction = next
    room.send('move', { dx: next.x, dy: next.y })
  }
}
