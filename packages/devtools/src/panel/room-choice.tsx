/** @jsxImportSource preact */
// The rooms of the page's clients beside one of them: what the panels about a single room have in common.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { AttachedClient } from '../hook.js'
import type { InspectableRoom } from '../inspectable.js'
import type { Model } from '../overlay/model.js'
import { Empty } from './empty.js'
import { visible } from '../visible.js'

export interface RoomOfClient {
  readonly id: string
  readonly attached: AttachedClient
  readonly room: InspectableRoom
}

interface RoomChoiceProps {
  model: Model
  /** What appears here as soon as there is a room. */
  hint: string
  /** A few words below the name of a room. */
  facts: (room: InspectableRoom) => ComponentChildren
  /** The room that is looked at; it brings the room's `id` as its key. */
  children: (shown: RoomOfClient) => ComponentChildren
}

export function RoomChoice({ model, hint, facts, children }: RoomChoiceProps) {
  const [chosen, setChosen] = useState<string | null>(null)
  const rooms = model.clients.flatMap((attached) =>
    attached.client.rooms().map((room) => ({ id: `${attached.source} ${room.key}`, attached, room })),
  )
  // The newest: a lobby comes before the game that is looked at.
  const shown = rooms.find(({ id }) => id === chosen) ?? rooms.at(-1)
  if (shown === undefined) return <Empty title="In no room" hint={hint} />
  return (
    <div class="state">
      <div class="room-list" role="group" aria-label="Rooms">
        {rooms.map(({ id, room, attached }) => (
          <button
            key={id}
            type="button"
            class="room-button"
            aria-pressed={id === shown.id}
            onClick={() => setChosen(id)}
          >
            <span class="room-name">{visible(room.id ?? room.key)}</span>
            <span class="room-facts">
              {model.clients.length > 1 && `#${attached.source + 1} · `}
              {facts(room)}
            </span>
          </button>
        ))}
      </div>
      {children(shown)}
    </div>
  )
}
