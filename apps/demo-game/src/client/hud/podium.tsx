// The end of a round: the best three, everybody's points and secret, and who wants another.
import { usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import type { ReactNode } from 'react'
import type { Arena, Mode, Standing } from '../../shared/game.js'
import { MISSIONS, isDone } from '../../shared/missions.js'
import { TEAMS } from '../../shared/palette.js'
import { paintVar } from '../paints.js'
import { useOwnId } from './use-own-id.js'

export function Podium({ room, canVote }: { room: RoomHandle<typeof Arena>; canVote: boolean }): ReactNode {
  const phase = usePPRoomState(room, (state) => state.phase)
  const mode = usePPRoomState(room, (state) => state.mode)
  const podium = usePPRoomState(room, (state) => state.podium)
  const seconds = usePPRoomState(room, (state) => (state.phase === 'podium' ? state.secondsLeft : 0))
  const votes = usePPRoomState(room, (state) => Object.keys(state.rematch).length) ?? 0
  const ownId = useOwnId(room)
  const hasVoted = usePPRoomState(room, (state) => ownId !== null && Object.hasOwn(state.rematch, ownId))
  if (phase !== 'podium' || mode === undefined || podium === undefined || podium.length === 0) return null

  return (
    <div className="podium-veil">
      <section className="podium" aria-labelledby="podium-title" data-testid="podium">
        <h2 id="podium-title" role="status">
          {headline(podium, mode, ownId)}
        </h2>
        <ol className="podium-steps">
          {podium.slice(0, 3).map(({ id, name, color, score }, place) => (
            <li key={id} data-place={place + 1} style={{ '--paint': paintVar(color) }}>
              <span className="podium-name">{name}</span>
              <span className="podium-block">
                <b>{place + 1}</b>
              </span>
              <span className="podium-score">{score === 1 ? '1 point' : `${score} points`}</span>
            </li>
          ))}
        </ol>
        <div className="podium-table" tabIndex={0} role="region" aria-label="All results">
          <table>
            <thead>
              <tr>
                <th scope="col">Player</th>
                <th scope="col">Secret mission</th>
                <th scope="col">Tiles</th>
                <th scope="col">Points</th>
              </tr>
            </thead>
            <tbody>
              {podium.map((entry) => (
                <Result key={entry.id} entry={entry} isSelf={entry.id === ownId} />
              ))}
            </tbody>
          </table>
        </div>
        <footer className="podium-foot">
          <p>Goes on in {seconds} s</p>
          {canVote && (
            <button
              className="button button-primary"
              onClick={() => room.send('rematch', {})}
              aria-pressed={hasVoted}
              data-testid="rematch"
            >
              {hasVoted ? `Waiting for others (${votes})` : 'Rematch now'}
            </button>
          )}
        </footer>
      </section>
    </div>
  )
}

function Result({ entry, isSelf }: { entry: Standing; isSelf: boolean }): ReactNode {
  const { id, name, color, tiles, bonus, score, mission } = entry
  return (
    <tr data-self={isSelf} data-testid="result" data-player={id}>
      <td>
        <i className="chip" style={{ '--paint': paintVar(color) }} aria-hidden="true" />
        <span className="result-name">{name}</span>
      </td>
      <td className="result-mission" data-done={mission !== null && isDone(mission)}>
        {mission === null ? '–' : MISSIONS[mission.mission].text}
        {bonus > 0 && <b> +{bonus}</b>}
      </td>
      <td data-testid="tiles">{tiles}</td>
      <td data-testid="points">
        <b>{score}</b>
      </td>
    </tr>
  )
}

function headline(podium: readonly Standing[], mode: Mode, ownId: string | null): string {
  const [winner] = podium
  if (mode === 'solo') {
    return winner?.id === ownId ? 'You win this round' : `${winner?.name ?? 'Nobody'} wins this round`
  }
  const [first = 0, second = 0] = [0, 1].map((team) =>
    podium.reduce((sum, entry) => sum + (entry.team === team ? entry.score : 0), 0),
  )
  if (first === second) return `A draw, ${first} to ${second}`
  const name = TEAMS[first > second ? 0 : 1].name
  return `Team ${name} wins, ${Math.max(first, second)} to ${Math.min(first, second)}`
}
