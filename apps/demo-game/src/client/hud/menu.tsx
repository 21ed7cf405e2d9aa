// What one needs once: another name or colour, how the page looks and sounds, who is in the room and whether they stay.
import { useAck, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useEffect, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { playerOf } from '../../shared/game.js'
import type { Arena, ArenaState } from '../../shared/game.js'
import { MAX_NAME_LENGTH } from '../../shared/profile.js'
import { Swatches } from '../door/swatches.js'
import { paintVar } from '../paints.js'
import { SettingsForm } from './settings-form.js'
import { Invite } from './invite.js'
import { useOwnId } from './use-own-id.js'

type Room = RoomHandle<typeof Arena>

export function Menu({
  room,
  isPlayer,
  onClose,
}: {
  room: Room
  isPlayer: boolean
  onClose: () => void
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog className="menu" ref={dialog} onClose={onClose} aria-labelledby="menu-title" data-testid="menu">
      <header className="menu-head">
        <h2 id="menu-title">Room and settings</h2>
        <button className="button button-small" onClick={() => dialog.current?.close()}>
          Done
        </button>
      </header>
      {isPlayer && <Dress room={room} />}
      {isPlayer && <People room={room} />}
      <SettingsForm />
      <Invite room={room} />
    </dialog>
  )
}

function Dress({ room }: { room: Room }): ReactNode {
  const ownId = useOwnId(room)
  const own = room.state && playerOf(room.state, ownId ?? '')
  const [name, setName] = useState(own?.name ?? '')
  const [color, setColor] = useState(own?.color ?? 0)
  const { send, status, error } = useAck(room, 'dress')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send({ name, color }).catch(() => {
      // Shown below, from `error`.
    })
  }
  return (
    <form className="menu-part" onSubmit={submit}>
      <label className="field-label" htmlFor="new-name">
        Your name
      </label>
      <input
        id="new-name"
        className="text-field"
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="nickname"
        data-testid="new-name"
      />
      <Swatches name="new-color" color={color} onPick={setColor} />
      <button className="button button-primary" type="submit" data-testid="dress">
        {status === 'pending' ? 'Asking …' : 'Change'}
      </button>
      <p className="field-error" role="status">
        {status === 'error' ? error.message : status === 'success' ? 'Changed.' : ''}
      </p>
    </form>
  )
}

interface Person {
  id: string
  name: string
  color: number
  votes: number
}

function People({ room }: { room: Room }): ReactNode {
  const ownId = useOwnId(room)
  const people = usePPRoomState(room, peopleIn, samePeople) ?? []
  const isHost = usePPRoomState(room, (state) => state.host === ownId)
  const others = people.filter(({ id }) => id !== ownId)
  return (
    <section className="menu-part" aria-label="People">
      <h3 className="field-label">People here</h3>
      {others.length === 0 && <p className="soft">Only you and bots. Invite somebody.</p>}
      <ul className="people">
        {others.map(({ id, name, color, votes }) => (
          <li key={id}>
            <i className="chip" style={{ '--paint': paintVar(color) }} aria-hidden="true" />
            <span className="player-name">{name}</span>
            {isHost && (
              <button className="button button-small" onClick={() => room.send('handOver', { to: id })}>
                Make host
              </button>
            )}
            <button
              className="button button-small"
              onClick={() => room.send('voteOut', { id })}
              aria-label={`Vote ${name} out, ${votes} so far`}
              data-testid="vote-out"
            >
              Vote out {votes > 0 ? `(${votes})` : ''}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function peopleIn(state: ArenaState): Person[] {
  return Object.entries(state.players).flatMap(([id, { name, color, isBot }]) => {
    const votes = Object.hasOwn(state.votes, id) ? Object.keys(state.votes[id] ?? {}).length : 0
    return isBot ? [] : [{ id, name, color, votes }]
  })
}

const samePeople = (a: readonly Person[], b: readonly Person[]) => JSON.stringify(a) === JSON.stringify(b)
