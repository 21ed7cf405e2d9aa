// Two places: the door, where one says who one is, and the game.
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Profile } from '../shared/game.js'
import { Game } from './game.js'
import { ConnectionBanner } from './hud/connection-banner.js'
import { JoinScreen } from './join-screen.js'
import { loadProfile, saveProfile } from './saved-profile.js'

export function App(): ReactNode {
  const [saved, setSaved] = useState(loadProfile)
  const [isPlaying, setPlaying] = useState(false)

  const play = (profile: Profile) => {
    saveProfile(profile)
    setSaved(profile)
    setPlaying(true)
  }

  return (
    <>
      <ConnectionBanner />
      {isPlaying ? (
        <Game profile={saved} onLeave={() => setPlaying(false)} />
      ) : (
        <JoinScreen initial={saved} onPlay={play} />
      )}
    </>
  )
}
