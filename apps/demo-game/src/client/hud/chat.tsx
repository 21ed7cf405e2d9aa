// The chat: what was said before one came, what is said now, who is typing, and faces for those in a hurry.
import { useOthers, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useEffect, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { playerOf } from '../../shared/game.js'
import type { Arena } from '../../shared/game.js'
import { EMOTES, EMOTE_NAMES, MAX_LINE_LENGTH } from '../../shared/chat.js'
import { paintVar } from '../paints.js'

type Room = RoomHandle<typeof Arena>

/** Whoever has not touched a key for so long is not typing any more. */
const TYPING_MS = 3_000

export function Chat({ room, canSpeak }: { room: Room; canSpeak: boolean }): ReactNode {
  const lines = usePPRoomState(room, (state) => state.chat) ?? []
  const list = useRef<HTMLOListElement>(null)
  const last = lines.at(-1)?.id
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [last])

  return (
    <section className="panel chat" aria-label="Chat" data-testid="chat">
      <ol className="chat-lines" ref={list} role="log" aria-label="Messages" tabIndex={0}>
        {lines.length === 0 && <li className="soft">Say hello. Whoever comes later can read it.</li>}
        {lines.map(({ id, name, color, text }) => (
          <li key={id} data-testid="chat-line">
            <i className="chip" style={{ '--paint': paintVar(color) }} aria-hidden="true" />
            <p>
              <b>{name}</b> {text}
            </p>
          </li>
        ))}
      </ol>
      <Typing room={room} />
      {canSpeak && <Say room={room} />}
    </section>
  )
}

function Say({ room }: { room: Room }): ReactNode {
  const [text, setText] = useState('')
  const [isTyping, setTyping] = useState(false)
  const tell = (next: boolean) => {
    if (next !== isTyping) room.presence.update({ isTyping: next })
    setTyping(next)
  }
  useQuiet(text, isTyping, () => tell(false))

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const line = text.trim()
    if (line !== '') room.send('say', { text: line })
    setText('')
    tell(false)
  }
  return (
    <>
      <div className="emotes" role="group" aria-label="Show a face">
        {EMOTES.map((face, emote) => (
          <button
            key={face}
            className="emote"
            aria-label={EMOTE_NAMES[emote]}
            onClick={() => room.send('emote', { emote })}
          >
            {face}
          </button>
        ))}
      </div>
      <form className="say" onSubmit={submit}>
        <input
          className="text-field text-field-small"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            tell(event.target.value !== '')
          }}
          maxLength={MAX_LINE_LENGTH}
          placeholder="Message"
          aria-label="Message to everybody in the room"
          autoComplete="off"
          enterKeyHint="send"
          data-testid="chat-input"
        />
      </form>
    </>
  )
}

/** Runs when a text has not changed for a while. */
function useQuiet(text: string, isOn: boolean, run: () => void): void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    if (!isOn) return
    const timer = setTimeout(() => latest.current(), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, isOn])
}

function Typing({ room }: { room: Room }): ReactNode {
  const typing = useOthers(room, (others) =>
    others
      .filter(({ data, connected }) => connected && data?.isTyping)
      .map(({ clientId }) => clientId)
      .join(' '),
  )
  const names = usePPRoomState(room, (state) =>
    typing
      .split(' ')
      .flatMap((id) => playerOf(state, id)?.name ?? [])
      .join(', '),
  )
  return (
    <p className="typing" aria-live="polite">
      {names ? `${names} … typing` : ''}
    </p>
  )
}

/** A message that came while the chat was closed. */
export function Unread({ room }: { room: Room }): ReactNode {
  const last = usePPRoomState(room, (state) => state.chat.at(-1)?.id) ?? 0
  const [read] = useState(last)
  return last > read ? <i className="unread" aria-label="New messages" role="img" /> : null
}
