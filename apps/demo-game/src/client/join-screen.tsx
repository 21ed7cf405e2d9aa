// The door: a name, a colour, in. Behind the card lies a floor that somebody painted before, in the colour one picks.
import { usePPStatus } from '@painda/react'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { Profile } from '../shared/game.js'
import { PALETTE } from '../shared/palette.js'
import { MAX_NAME_LENGTH, cleanName } from '../shared/profile.js'
import { FloorBackdrop } from './floor-backdrop.js'
import { Wordmark } from './wordmark.js'

export function JoinScreen({
  initial,
  onPlay,
}: {
  initial: Profile
  onPlay: (profile: Profile) => void
}): ReactNode {
  const [name, setName] = useState(initial.name)
  const [color, setColor] = useState(initial.color)
  const [isNameMissing, setNameMissing] = useState(false)
  const { status } = usePPStatus()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const cleaned = cleanName(name)
    if (cleaned === '') {
      setNameMissing(true)
      document.getElementById('name')?.focus()
    } else onPlay({ name: cleaned, color })
  }

  return (
    <main className="join">
      <FloorBackdrop color={color} />
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

        <fieldset className="swatches">
          <legend className="field-label">
            Your colour <span className="swatch-name">{PALETTE[color]?.name}</span>
          </legend>
          <div className="swatch-grid">
            {PALETTE.map((paint, index) => (
              <label key={paint.name} className="swatch" style={{ '--swatch': paint.hex }} title={paint.name}>
                <input
                  type="radio"
                  name="color"
                  value={index}
                  checked={index === color}
                  onChange={() => setColor(index)}
                  aria-label={paint.name}
                />
                <span />
              </label>
            ))}
          </div>
        </fieldset>

        <button className="button button-primary button-large" type="submit" data-testid="join-submit">
          Play
        </button>
        <p className="join-status" data-status={status}>
          <i aria-hidden="true" />
          {status === 'open' ? 'Ready. Bots play along until friends do.' : 'Looking for the server…'}
        </p>
      </form>
    </main>
  )
}
