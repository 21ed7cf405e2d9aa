// Three, two, one.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import type { Arena } from '../../shared/game.js'

export function Countdown({ room }: { room: RoomHandle<typeof Arena> }): ReactNode {
  const seconds = usePPRoomState(room, (state) => (state.phase === 'countdown' ? state.secondsLeft : 0)) ?? 0
  const round = usePPRoomState(room, (state) => state.round)
  if (seconds === 0) return null
  return (
    <div className="veil-center" role="status" data-testid="countdown">
      <p className="countdown" key={seconds}>
        <span>Round {round}</span>
        <b>{seconds}</b>
      </p>
    </div>
  )
}
