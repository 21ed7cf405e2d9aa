// Before a round: who is here, which game, and who may start it. In an open room the clock starts it anyway.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import { playerOf } from '../../shared/game.js'
import type { Arena, Mode, Team } from '../../shared/game.js'
import { TEAMS } from '../../shared/palette.js'
import { Invite } from './invite.js'
import { useOwnId } from './use-own-id.js'

type Room = RoomHandle<typeof Arena>

const MODES: readonly (readonly [Mode, string])[] = [
  ['solo', 'Solo'],
  ['teams', 'Two teams'],
]

export function LobbyPanel({ room }: { room: Room }): ReactNode {
  const phase = usePPRoomState(room, (state) => state.phase)
  const title = usePPRoomState(room, (state) => state.title)
  const mode = usePPRoomState(room, (state) => state.mode)
  const host = usePPRoomState(room, (state) => playerOf(state, state.host)?.name)
  const hostId = usePPRoomState(room, (state) => state.host)
  const isOpen = usePPRoomState(room, (state) => state.isOpen)
  const seconds = usePPRoomState(room, (state) => (state.phase === 'lobby' ? state.secondsLeft : 0))
  const ownId = useOwnId(room)
  const ownTeam = usePPRoomState(room, (state) => playerOf(state, ownId ?? '')?.team)
  if (phase !== 'lobby') return null
  const isHost = hostId === ownId

  return (
    <div className="veil-center">
      <section className="card lobby-card" aria-labelledby="lobby-title" data-testid="lobby-panel">
        <h2 id="lobby-title">{title}</h2>
        <p className="soft">
          {isOpen ? `Starts in ${seconds} s. ` : ''}
          {isHost ? 'You are the host.' : `${host ?? 'Nobody'} is the host.`} Walk about meanwhile.
        </p>
        <div className="segmented" role="group" aria-label="Game">
          {MODES.map(([name, label]) => (
            <button
              key={name}
              className="segment"
              aria-pressed={mode === name}
              aria-disabled={!isHost}
              onClick={() => isHost && room.send('setMode', { mode: name })}
            >
              {label}
            </button>
          ))}
        </div>
        {mode === 'teams' && ownTeam !== undefined && <TeamChoice room={room} own={ownTeam} />}
        {isHost && (
          <button
            className="button button-primary button-large"
            onClick={() => room.send('start', {})}
            data-testid="start"
          >
            Start now
          </button>
        )}
        <Invite room={room} />
      </section>
    </div>
  )
}

function TeamChoice({ room, own }: { room: Room; own: Team }): ReactNode {
  return (
    <div className="segmented" role="group" aria-label="Your team">
      {TEAMS.map(({ name }, index) => {
        const team: Team = index === 0 ? 0 : 1
        return (
          <button
            key={name}
            className="segment"
            aria-pressed={own === team}
            onClick={() => room.send('joinTeam', { team })}
          >
            <i className="chip" style={{ '--paint': `var(--team${team})` }} aria-hidden="true" />
            {`Team ${name}`}
          </button>
        )
      })}
    </div>
  )
}
