// Which of the players is this page. The id changes when a session could not be resumed, so it is never kept.
import { usePPClient, usePresence } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { Arena } from '../../shared/game.js'

export function useOwnId(room: RoomHandle<typeof Arena>): string | null {
  const client = usePPClient()
  // Presence renders this component when we come in or come back, and that is when the id may be another.
  usePresence(room)
  return client.id
}
