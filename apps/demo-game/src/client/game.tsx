// The game screen: the floor in the middle, what React shows around it.
import { usePPRoom, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Arena } from '../shared/game.js'
import type { ArenaState, Profile, Team } from '../shared/game.js'
import { ArenaCanvas } from './arena-canvas.js'
import { Chat, Unread } from './hud/chat.js'
import { Countdown } from './hud/countdown.js'
import { Icon } from './hud/icons.js'
import { LobbyPanel } from './hud/lobby-panel.js'
import { Menu } from './hud/menu.js'
import { Mission } from './hud/mission.js'
import { News } from './hud/news.js'
import { Podium } from './hud/podium.js'
import { Powers } from './hud/powers.js'
import { RoundClock } from './hud/round-clock.js'
import { Scoreboard } from './hud/scoreboard.js'
import { useAttention } from './hud/use-attention.js'
import { KitBar } from './kit/kit-bar.js'
import { setTeams } from './paints.js'
import { changeSettings, useSettings } from './settings.js'
import type { Target } from './target.js'
import { exposeToTests } from './test-hooks.js'
import { Wordmark } from './wordmark.js'

export interface GameProps {
  profile: Profile
  target: Target
  onLeave: () => void
}

export function Game({ profile, target, onLeave }: GameProps): ReactNode {
  const isPlayer = target.how !== 'watch'
  const where = target.how === 'any' ? {} : { id: target.id }
  const { room, status, stale, error } = usePPRoom(Arena, {
    ...where,
    options: profile,
    spectate: !isPlayer,
  })
  const { bar, sound } = useSettings()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isChatOpen, setChatOpen] = useState(false)
  useEffect(() => exposeToTests(room), [room])
  useAttention(room, isPlayer && status === 'joined')
  useTeamPaints(room)

  const leave = () => {
    onLeave()
    room.leave()
  }

  if (status === 'failed' || status === 'left') {
    return <NoSeat reason={error?.message ?? 'You are no longer in this room.'} onLeave={onLeave} />
  }
  return (
    <div
      className="game"
      data-testid="game"
      data-status={status}
      data-stale={stale}
      data-chat={isChatOpen}
      data-bar={bar}
    >
      <header className="topbar">
        <Wordmark />
        <RoundClock room={room} />
        <div className="topbar-buttons">
          {!isPlayer && <span className="watching">Watching</span>}
          <button
            className="button button-icon button-sound"
            onClick={() => changeSettings({ sound: !sound })}
            aria-pressed={sound}
            aria-label="Sound"
          >
            <Icon name={sound ? 'sound' : 'mute'} />
          </button>
          <button
            className="button button-icon only-narrow"
            onClick={() => setChatOpen(!isChatOpen)}
            aria-expanded={isChatOpen}
            aria-label="Chat"
          >
            <Icon name="chat" />
            {!isChatOpen && <Unread room={room} />}
          </button>
          <button
            className="button button-icon"
            onClick={() => setMenuOpen(true)}
            aria-haspopup="dialog"
            aria-label="Room and settings"
            data-testid="open-menu"
          >
            <Icon name="menu" />
          </button>
          <button className="button button-quiet" onClick={leave} data-testid="leave">
            Leave
          </button>
        </div>
      </header>
      <main className="floor-area">
        <h1 className="unseen">Paint the floor</h1>
        <ArenaCanvas room={room} canSteer={isPlayer} />
        {status === 'joining' && <p className="veil">Finding you a place …</p>}
        <LobbyPanel room={room} />
        <Countdown room={room} />
        <Podium room={room} canVote={isPlayer} />
        <News room={room} wantedColor={profile.color} />
      </main>
      <aside className="side" aria-label="Players and powers">
        <Scoreboard room={room} />
        <Mission room={room} />
        {isPlayer && <Powers room={room} isStale={stale} />}
        <Chat room={room} canSpeak={isPlayer} />
      </aside>
      {bar && <KitBar invite={() => location.href} />}
      {isMenuOpen && <Menu room={room} isPlayer={isPlayer} onClose={() => setMenuOpen(false)} />}
    </div>
  )
}

/** In teams a colour is shown as its team's. */
function useTeamPaints(room: RoomHandle<typeof Arena>): void {
  const teams = usePPRoomState(room, teamsIn, (a, b) => JSON.stringify(a) === JSON.stringify(b))
  useEffect(() => {
    setTeams(teams === undefined || teams === null ? null : new Map(teams))
    return () => setTeams(null)
  }, [teams])
}

function teamsIn({ mode, players }: ArenaState): (readonly [number, Team])[] | null {
  return mode === 'solo' ? null : Object.values(players).map(({ color, team }) => [color, team] as const)
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
