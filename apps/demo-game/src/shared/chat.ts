// What people say to each other: lines of text and a handful of faces.

export interface ChatLine {
  /** Counts up in a room. */
  id: number
  by: string
  name: string
  color: number
  text: string
}

export const MAX_LINE_LENGTH = 120
/** Whoever comes late reads this many lines of what was said before. */
export const CHAT_LINES = 30

export const EMOTES = ['😀', '😂', '😮', '😎', '😭', '😡'] as const
/** For those who hear a page rather than see it. */
export const EMOTE_NAMES = ['Smile', 'Laugh', 'Wow', 'Cool', 'Cry', 'Angry'] as const
