// What a new room is to be like. The options come from `openRoom`, or from whoever was the first to look for any room.
import { isPlainObject } from '@painda/protocol'
import type { Mode } from '../shared/game.js'
import { MAX_TITLE_LENGTH, cleanLine } from '../shared/profile.js'

export interface Wishes {
  title: string
  mode: Mode
  isPrivate: boolean
}

/** Joining players bring options too, their names; nothing in those makes a room private. */
export function readWishes(options: unknown): Wishes {
  const { wishes } = isPlainObject(options) ? options : { wishes: null }
  const { title, mode, isPrivate } = isPlainObject(wishes) ? wishes : {}
  return {
    title: (typeof title === 'string' && cleanLine(title, MAX_TITLE_LENGTH)) || 'Open floor',
    mode: mode === 'teams' ? 'teams' : 'solo',
    isPrivate: isPrivate === true,
  }
}
