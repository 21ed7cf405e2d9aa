// Two places: the door, where one says who one is and where to, and the game.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { Profile } from '../shared/game.js'
import { Door } from './door/door.js'
import { loadProfile, saveProfile } from './door/saved-profile.js'
import { Game } from './game.js'
import { ConnectionBanner } from './hud/connection-banner.js'
import { codeInAddress } from './invite-link.js'
import { watchPaints } from './paints.js'
import type { Target } from './target.js'

export function App(): ReactNode {
  const [saved, setSaved] = useState(loadProfile)
  const [target, setTarget] = useState<Target | null>(null)
  const [invitedTo, setInvitedTo] = useState(codeInAddress)
  useEffect(watchPaints, [])

  const play = (profile: Profile, where: Target) => {
    saveProfile(profile)
    setSaved(profile)
    setInvitedTo(null)
    setTarget(where)
  }

  return (
    <>
      <ConnectionBanner />
      {target === null ? (
        <Door initial={saved} invitedTo={invitedTo} onPlay={play} />
      ) : (
        <Game profile={saved} target={target} onLeave={() => setTarget(null)} />
      )}
    </>
  )
}
