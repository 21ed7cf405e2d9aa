// What a room says to whoever asks something of it that is over.
import { DEV, PPError } from '@painda/protocol'
import type { Left } from '@painda/protocol'

export function notInRoom(key: string): PPError {
  return new PPError(
    'NOT_IN_ROOM',
    DEV && `You are not in the room "${key}".`,
    DEV && { hint: 'Join it again.' },
  )
}

/** What `left` means for those who still hold the room. */
export function reasonError({ reason, text }: Left, key: string): PPError | null {
  if (reason === 'kicked')
    return new PPError('KICKED', text ?? `The server removed this client from the room "${key}".`)
  if (reason === 'disposed') return new PPError('ROOM_NOT_FOUND', `The room "${key}" has ended.`)
  return null
}
