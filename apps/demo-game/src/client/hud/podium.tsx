// The end of a round: the best three, and how long until the next.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import type { Arena } from '../../shared/game.js'
import { paintOf } from '../../shared/palette.js'
import { useOwnId } from './use-own-id.js'

export function Podium({ room }: { room: RoomHandle<typeof Arena> }): ReactNode {
  const phase = usePPRoomState(room, (state) => state.phase)
  const podium = usePPRoomState(room, (state) => state.podium)
  const seconds = usePPRoomState(room, (state) => (state.phase === 'podium' ? state.secondsLeft : 0))
  const ownId = useOwnId(room)
  const [winner] = podium ?? []
  if (phase !== 'podium' || podium === undefined || winner === undefined) return null

  return (
    <div className="podium-veil">
      <section className="podium" aria-labelledby="podium-title" data-testid="podium">
        <h2 id="podium-title" role="status">
          {winner.id === ownId ? 'You win this round' : `${winner.name} wins this round`}
        </h2>
        <ol>
          {podium.map(({ id, name, color, score }, place) => (
            <li key={id} data-place={place + 1} style={{ '--paint': paintOf(color).hex }}>
              <span className="podium-name">{name}</span>
              <span className="podium-block">
                <b>{place + 1}</b>
              </span>
              <span className="podium-score">{score === 1 ? '1 tile' : `${score} tiles`}</span>
            </li>
          ))}
        </ol>
        <p>Next round in {seconds} s</p>
      </section>
    </div>
  )
}
