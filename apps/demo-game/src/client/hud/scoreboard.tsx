// Who is here and how many tiles each owns. Each row watches its own player; the list itself renders only when somebody
// overtakes, comes or goes.
import { usePPRoomState, usePresence } from '@painda/react'
import type { PresenceEntry, RoomHandle } from '@painda/react'
import { memo } from 'react'
import type { ReactNode } from 'react'
import { COLUMNS, ROWS, byStanding, playerOf } from '../../shared/game.js'
import type { Arena, ArenaState, Attention } from '../../shared/game.js'
import { paintVar } from '../paints.js'
import { useOwnId } from './use-own-id.js'

type Room = RoomHandle<typeof Arena>

export function Scoreboard({ room }: { room: Room }): ReactNode {
  const ranking = usePPRoomState(room, rankedIds, sameIds) ?? []
  const { others } = usePresence(room)
  const ownId = useOwnId(room)
  const moods = new Map(others.map((entry) => [entry.clientId, moodOf(entry)]))
  // Rows keep their place in the document and move by transform, so that overtaking is a movement one can see.
  const rows = ranking.map((id, rank) => ({ id, rank })).sort((a, b) => (a.id < b.id ? -1 : 1))

  return (
    <section className="panel scores" aria-labelledby="scores-title">
      <h2 id="scores-title">
        Players <span className="count">{ranking.length}</span>
      </h2>
      <ol style={{ '--rows': ranking.length }} data-crowded={ranking.length > 8} data-testid="scoreboard">
        {rows.map(({ id, rank }) => (
          <ScoreRow
            key={id}
            room={room}
            id={id}
            rank={rank}
            isSelf={id === ownId}
            mood={moods.get(id) ?? 'here'}
          />
        ))}
      </ol>
    </section>
  )
}

interface ScoreRowProps {
  room: Room
  id: string
  rank: number
  isSelf: boolean
  mood: Mood
}

type Mood = 'here' | 'idle' | 'away' | 'reconnecting'

function moodOf({ connected, data }: PresenceEntry<Attention>): Mood {
  if (!connected) return 'reconnecting'
  if (data?.isHidden) return 'away'
  return data?.isIdle ? 'idle' : 'here'
}

const ScoreRow = memo(function ScoreRow({ room, id, rank, isSelf, mood }: ScoreRowProps): ReactNode {
  const name = usePPRoomState(room, (state) => playerOf(state, id)?.name)
  const color = usePPRoomState(room, (state) => playerOf(state, id)?.color) ?? 0
  const score = usePPRoomState(room, (state) => playerOf(state, id)?.score) ?? 0
  const isBot = usePPRoomState(room, (state) => playerOf(state, id)?.isBot)
  const isHost = usePPRoomState(room, (state) => state.host === id)
  const combo = usePPRoomState(room, (state) => playerOf(state, id)?.combo) ?? 0
  const wins = usePPRoomState(room, (state) => playerOf(state, id)?.wins) ?? 0
  const tag = mood !== 'here' ? mood : isSelf ? 'you' : isBot ? 'bot' : isHost ? 'host' : null

  return (
    <li
      className="score-row"
      style={{ '--rank': rank, '--paint': paintVar(color), '--share': score / (COLUMNS * ROWS) }}
      data-self={isSelf}
      data-presence={mood === 'reconnecting' ? mood : 'connected'}
      data-mood={mood}
      data-player={id}
      data-testid="player-row"
    >
      <span className="rank">{rank + 1}</span>
      <span className="chip" aria-hidden="true" />
      <span className="player-name">{name}</span>
      {tag !== null && <span className="tag">{tag}</span>}
      {wins > 0 && (
        <span className="streak" role="img" aria-label={`${wins} wins in a row`}>
          ♛{wins > 1 ? wins : ''}
        </span>
      )}
      {combo > 0 && (
        <span className="combo" role="img" aria-label={`Chain, level ${combo}`}>
          ×{combo}
        </span>
      )}
      <span className="score" data-testid="score">
        {score}
      </span>
      <span className="share" aria-hidden="true" />
    </li>
  )
})

function rankedIds(state: ArenaState): string[] {
  const players = Object.entries(state.players).map(([id, { name, score }]) => ({ id, name, score }))
  return players.sort(byStanding).map(({ id }) => id)
}

const sameIds = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, index) => id === b[index])
