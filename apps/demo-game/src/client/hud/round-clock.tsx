// What is left of the round. The server counts; the page shows what stands in the state.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import type { Arena } from '../../shared/game.js'

const HURRY_SECONDS = 10

export function RoundClock({ room }: { room: RoomHandle<typeof Arena> }): ReactNode {
  const seconds = usePPRoomState(room, (state) => state.secondsLeft)
  const phase = usePPRoomState(room, (state) => state.phase)
  const round = usePPRoomState(room, (state) => state.round)
  const total = usePPRoomState(room, (state) => state.phaseSeconds) || 1
  if (seconds === undefined) return <div className="clock" aria-hidden="true" />

  const label = phase === 'podium' ? 'Next round' : phase === 'lobby' ? 'Lobby' : `Round ${round}`
  return (
    <div
      className="clock"
      data-hurry={phase === 'play' && seconds <= HURRY_SECONDS}
      role="timer"
      aria-label={`${label}, ${seconds} seconds`}
      data-testid="clock"
    >
      <span className="clock-label">{label}</span>
      <span className="clock-time">{asMinutes(seconds)}</span>
      <span className="clock-bar" style={{ '--share': seconds / total }} />
    </div>
  )
}

const asMinutes = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
