// The door: a name, a colour, in. Beside it the rooms that are open now, one's own to make, and a code to type. Behind lies
// a floor that somebody painted before, in the colour one picks.
import { usePPStatus } from '@painda/react'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { Profile } from '../../shared/game.js'
import { MAX_NAME_LENGTH, cleanName } from '../../shared/profile.js'
import { clearAddress } from '../invite-link.js'
import type { Target } from '../target.js'
import { Wordmark } from '../wordmark.js'
import { FloorBackdrop } from './floor-backdrop.js'
import { MoreRooms } from './more-rooms.js'
import { Swatches } from './swatches.js'

export interface DoorProps {
  initial: Profile
  /** The code of a link that led here. */
  invitedTo: string | null
  onPlay: (profile: Profile, target: Target) => void
}

export function Door({ initial, invitedTo, onPlay }: DoorProps): ReactNode {
  const [name, setName] = useState(initial.name)
  const [color, setColor] = useState(initial.color)
  const [isNameMissing, setNameMissing] = useState(false)
  const { status } = usePPStatus()

  const enter = (target: Target) => {
    const cleaned = cleanName(name)
    if (cleaned === '') {
      setNameMissing(true)
      document.getElementById('name')?.focus()
      return
    }
    clearAddress()
    onPlay({ name: cleaned, color }, target)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter(invitedTo === null ? { how: 'any' } : { how: 'room', id: invitedTo })
  }

  return (
    <main className="join">
      <FloorBackdrop color={color} />
      <div className="door">
        <form className="join-card" onSubmit={submit} noValidate data-testid="join-form">
          <h1>
            <Wordmark />
          </h1>
          <p className="join-lead">Walk to paint. Own more tiles than anybody else when the clock stops.</p>

          <label className="field-label" htmlFor="name">
            Your name
          </label>
          <input
            id="name"
            className="text-field"
            value={name}
            onChange={(event) => {
              setName(event.target.value)
              setNameMissing(false)
            }}
            maxLength={MAX_NAME_LENGTH}
            autoComplete="nickname"
            enterKeyHint="go"
            spellCheck={false}
            placeholder="Up to 14 letters"
            aria-invalid={isNameMissing}
            aria-describedby="name-hint"
            data-testid="join-name"
          />
          <p className="field-error" id="name-hint" role="alert">
            {isNameMissing ? 'Others need something to call you.' : ''}
          </p>
          <Swatches name="color" color={color} onPick={setColor} />
          <button className="button button-primary button-large" type="submit" data-testid="join-submit">
            {invitedTo === null ? 'Play' : 'Join your friends'}
          </button>
          <p className="join-status" data-status={status}>
            <i aria-hidden="true" />
            {status === 'open' ? 'Ready. Bots play along until friends do.' : 'Looking for the server…'}
          </p>
        </form>
        <MoreRooms onEnter={enter} />
      </div>
    </main>
  )
}
