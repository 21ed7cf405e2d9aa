// The own secret: what one is after this round, and how far one is. Nobody else's page ever gets it.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import type { Arena } from '../../shared/game.js'
import { MISSIONS, MISSION_BONUS, isDone } from '../../shared/missions.js'
import { useOwnId } from './use-own-id.js'

export function Mission({ room }: { room: RoomHandle<typeof Arena> }): ReactNode {
  const ownId = useOwnId(room)
  const phase = usePPRoomState(room, (state) => state.phase)
  const secret = usePPRoomState(room, (state) => (ownId === null ? undefined : state.secrets?.[ownId]))
  if (secret === undefined || phase !== 'play') return null
  const { text, goal } = MISSIONS[secret.mission]

  return (
    <p className="mission" data-done={isDone(secret)} data-testid="mission">
      <span className="mission-label">Secret mission</span>
      <b>{text}</b>
      <span className="mission-progress">
        {isDone(secret) ? `Done: +${MISSION_BONUS}` : `${secret.progress}/${goal}`}
      </span>
    </p>
  )
}
