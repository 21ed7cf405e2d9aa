// The game screen: the floor in the middle, what React shows around it.
import { usePPRoom } from '@painda/react'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { Arena } from '../shared/game.js'
import type { Profile } from '../shared/game.js'
import { ArenaCanvas } from './arena-canvas.js'
import { Podium } from './hud/podium.js'
import { RoundClock } from './hud/round-clock.js'
import { Scoreboard } from './hud/scoreboard.js'
import { Shop } from './hud/shop.js'
import { News } from './hud/news.js'
import { exposeToTests } from './test-hooks.js'
import { Wordmark } from './wordmark.js'

export function Game({ profile, onLeave }: { profile: Profile; onLeave: () => void }): ReactNode {
  const { room, status, stale, error } = usePPRoom(Arena, { options: profile })
  useEffect(() => exposeToTests(room), [room])

  const leave = () => {
    onLeave()
    room.leave()
  }

  if (status === 'failed' || status === 'left') {
    return <NoSeat reason={error?.message ?? 'You are no longer in this room.'} onLeave={onLeave} />
  }
  return (
    <div className="game" data-testid="game" data-status={status} data-stale={stale}>
      <header className="topbar">
        <Wordmark />
        <RoundClock room={room} />
        <button className="button button-quiet" onClick={leave} data-testid="leave">
          Leave
        </button>
      </header>
      <main className="floor-area">
        <ArenaCanvas room={room} />
        {status === 'joining' && <p className="veil">Finding you a place …</p>}
        <Podium room={room} />
      </main>
      <aside className="side">
        <Scoreboard room={room} />
        <Shop room={room} isStale={stale} />
        <News room={room} wantedColor={profile.color} />
      </aside>
    </div>
  )
}

function NoSeat({ reason, onLeave }: { reason: string; onLeave: () => void }): ReactNode {
  return (
    <main className="join">
      <div className="join-card" role="alert" data-testid="no-seat">
        <h1>
          <Wordmark />
        </h1>
        <p className="join-lead">{reason}</p>
        <button className="button button-primary button-large" onClick={onLeave}>
          Back to the door
        </button>
      </div>
    </main>
  )
}
