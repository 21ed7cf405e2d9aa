/** @jsxImportSource preact */
// The replica of each room as it is now. What changed lights up.
import { useState } from 'preact/hooks'
import { formatCount } from '../format.js'
import type { InspectableRoom } from '../inspectable.js'
import type { Model } from '../overlay/model.js'
import { Empty } from './empty.js'
import { JsonTree } from './json-tree.js'

export function StatePanel({ model }: { model: Model }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const rooms = model.clients.flatMap(({ source, client }) =>
    client.rooms().map((room) => ({ id: `${source} ${room.key}`, source, room })),
  )
  // The newest: a lobby comes before the game that is looked at.
  const shown = rooms.find(({ id }) => id === chosen) ?? rooms.at(-1)
  if (shown === undefined) {
    return <Empty title="In no room" hint="The state of a room appears here once this page has joined it." />
  }
  return (
    <div class="state">
      <div class="room-list" role="group" aria-label="Rooms">
        {rooms.map(({ id, source, room }) => (
          <button
            key={id}
            type="button"
            class="room-button"
            aria-pressed={id === shown.id}
            onClick={() => setChosen(id)}
          >
            <span class="room-name">{room.id ?? room.key}</span>
            <span class="room-facts">
              {model.clients.length > 1 && `#${source + 1} · `}
              {room.status}
              {room.stale && ' · stale'} · v{formatCount(room.version)}
            </span>
          </button>
        ))}
      </div>
      <div class="room-state" key={shown.id}>
        <RoomState room={shown.room} />
      </div>
    </div>
  )
}

function RoomState({ room }: { room: InspectableRoom }) {
  if (room.state === undefined) {
    return room.status === 'joined' ? (
      <Empty title="This room has no state" hint="It sends and receives messages only." />
    ) : (
      <Empty title="No state yet" hint="It arrives with the first snapshot." />
    )
  }
  return <JsonTree label={`State of ${room.key}`} value={room.state} flash />
}
