/** @jsxImportSource preact */
// The replica of each room as it is now. What changed lights up.
import { formatCount } from '../format.js'
import type { InspectableRoom } from '../inspectable.js'
import type { Model } from '../overlay/model.js'
import { Empty } from './empty.js'
import { JsonTree } from './json-tree.js'
import { RoomChoice } from './room-choice.js'

export function StatePanel({ model }: { model: Model }) {
  return (
    <RoomChoice
      model={model}
      hint="The state of a room appears here once this page has joined it."
      facts={({ status, stale, version }) => `${status}${stale ? ' · stale' : ''} · v${formatCount(version)}`}
    >
      {({ id, room }) => (
        <div class="room-state" key={id}>
          <RoomState room={room} />
        </div>
      )}
    </RoomChoice>
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
