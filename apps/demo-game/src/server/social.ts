// What people do to each other: talk, and send somebody out together.
import { playerOf } from '../shared/game.js'
import type { ArenaState } from '../shared/game.js'
import { CHAT_LINES, MAX_LINE_LENGTH } from '../shared/chat.js'
import { cleanLine } from '../shared/profile.js'
import { peopleOf } from './seats.js'

/** Adds a line to the chat; one that has nothing to read in it is dropped. */
export function say(state: ArenaState, by: string, text: string): void {
  const player = playerOf(state, by)
  const line = cleanLine(text, MAX_LINE_LENGTH)
  if (player === undefined || line === '') return
  const id = (state.chat.at(-1)?.id ?? 0) + 1
  state.chat.push({ id, by, name: player.name, color: player.color, text: line })
  if (state.chat.length > CHAT_LINES) state.chat.shift()
}

/** Gives a vote, or takes it back. True when it was the one that decides: more than half of the others, and two at least. */
export function voteOut(state: ArenaState, whom: string, by: string): boolean {
  const target = playerOf(state, whom)
  if (target === undefined || target.isBot || whom === by || playerOf(state, by) === undefined) return false
  if (!Object.hasOwn(state.votes, whom)) state.votes[whom] = {}
  // Read back: what stands in a room's state is tracked, the object that was put there is not.
  const votes = state.votes[whom] ?? {}
  if (Object.hasOwn(votes, by)) {
    delete votes[by]
    return false
  }
  votes[by] = true
  const others = peopleOf(state).length - 1
  const count = Object.keys(votes).length
  return count >= 2 && count * 2 > others
}
