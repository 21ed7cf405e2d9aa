// The rooms that are open now, live; a room of one's own; a code to type.
import { useAck, usePPRoom } from '@painda/react'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { LobbyEntry, LobbyState } from '@painda/protocol'
import type { Mode } from '../../shared/game.js'
import { MAX_TITLE_LENGTH } from '../../shared/profile.js'
import { readCode } from '../invite-link.js'
import type { Target } from '../target.js'

interface MoreRoomsProps {
  onEnter: (target: Target) => void
}

export function MoreRooms({ onEnter }: MoreRoomsProps): ReactNode {
  const { state } = usePPRoom<LobbyState>('lobby')
  const rooms = Object.values(state?.rooms ?? {}).sort(
    (a, b) => b.clients - a.clients || (a.id < b.id ? -1 : 1),
  )
  return (
    <section className="join-card rooms-card" aria-label="Rooms">
      <h2>
        Rooms <span className="count">{rooms.length}</span>
      </h2>
      {rooms.length === 0 ? (
        <p className="soft rooms-empty">Nobody plays right now. Press Play and bots join you.</p>
      ) : (
        <ul className="room-list" data-testid="room-list">
          {rooms.map((room) => (
            <RoomRow key={room.id} room={room} onEnter={onEnter} />
          ))}
        </ul>
      )}
      <NewRoom onEnter={onEnter} />
      <CodeForm onEnter={onEnter} />
    </section>
  )
}

function RoomRow({ room, onEnter }: { room: LobbyEntry } & MoreRoomsProps): ReactNode {
  const { id, clients, maxClients, spectators, metadata } = room
  const { title, mode, phase } = metadata
  const name = typeof title === 'string' ? title : 'Room'
  const isFull = maxClients !== null && clients >= maxClients
  return (
    <li data-testid="room-row">
      <p>
        <b>{name}</b>
        <span className="soft">
          {clients} of {maxClients} · {mode === 'teams' ? 'two teams' : 'solo'}
          {phase === 'play' ? ' · playing' : ''}
          {spectators > 0 ? ` · ${spectators} watching` : ''}
        </span>
      </p>
      <button
        className="button button-small"
        onClick={() => onEnter({ how: 'watch', id })}
        aria-label={`Watch ${name}`}
      >
        Watch
      </button>
      <button
        className="button button-small button-accent"
        onClick={() => onEnter({ how: 'room', id })}
        disabled={isFull}
        aria-label={`Join ${name}`}
      >
        {isFull ? 'Full' : 'Join'}
      </button>
    </li>
  )
}

function NewRoom({ onEnter }: MoreRoomsProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const [title, setTitle] = useState('')
  const [mode, setMode] = useState<Mode>('solo')
  const [isPrivate, setPrivate] = useState(true)
  const { send, status, error } = useAck('openRoom')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const { id, code } = await send({ title, mode, isPrivate })
      onEnter({ how: 'room', id: isPrivate ? code : id })
    } catch {
      // Shown below, from `error`.
    }
  }
  if (!isOpen) {
    return (
      <button className="button button-outline" onClick={() => setOpen(true)} data-testid="new-room">
        New room
      </button>
    )
  }
  return (
    <form className="new-room" onSubmit={(event) => void submit(event)}>
      <input
        className="text-field text-field-small"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        maxLength={MAX_TITLE_LENGTH}
        placeholder="Name of the room"
        aria-label="Name of the room"
        data-testid="room-title"
      />
      <label className="switch">
        <input
          type="checkbox"
          checked={mode === 'teams'}
          onChange={(event) => setMode(event.target.checked ? 'teams' : 'solo')}
        />
        <span>Two teams</span>
      </label>
      <label className="switch">
        <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
        <span>Private, by code or link</span>
      </label>
      <button className="button button-outline" type="submit" data-testid="open-room">
        {status === 'pending' ? 'Opening …' : 'Open it'}
      </button>
      <p className="field-error" role="status">
        {status === 'error' ? error.message : ''}
      </p>
    </form>
  )
}

function CodeForm({ onEnter }: MoreRoomsProps): ReactNode {
  const [text, setText] = useState('')
  const [isBad, setBad] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const code = readCode(text)
    setBad(code === null)
    if (code !== null) onEnter({ how: 'room', id: code })
  }
  return (
    <form className="code-form" onSubmit={submit}>
      <input
        className="text-field text-field-small"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Code or link"
        aria-label="Code or link of a private room"
        aria-invalid={isBad}
        autoComplete="off"
        spellCheck={false}
        data-testid="room-code"
      />
      <button className="button button-outline" type="submit" data-testid="join-code">
        Join
      </button>
    </form>
  )
}
