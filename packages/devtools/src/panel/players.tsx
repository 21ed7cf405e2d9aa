/** @jsxImportSource preact */
// Who is in a room, how their connection is, what only this client sees, and which places of the state cost the bytes.
import type { PresenceEntry } from '@painda/protocol'
import { Component } from 'preact'
import { formatAge, formatBytes, formatCount, formatMs } from '../format.js'
import type { AttachedClient } from '../hook.js'
import type { InspectableRoom } from '../inspectable.js'
import { nameOf, ownPaths } from '../members.js'
import type { Model } from '../overlay/model.js'
import { useEvery } from '../overlay/use-every.js'
import { pathTraffic, type PathTraffic } from '../path-traffic.js'
import { preview } from '../preview.js'
import { RoomChoice } from './room-choice.js'

/** More nobody reads; the list of a crowd says how many it leaves out. */
const MAX_SHOWN = 200
const MAX_PATHS = 12

export function PlayersPanel({ model }: { model: Model }) {
  const now = useEvery(1_000)
  return (
    <RoomChoice
      model={model}
      hint="Whoever is in a room with this page appears here."
      facts={(room) => `${formatCount(room.presence?.list().length ?? 0)} here`}
    >
      {({ id, attached, room }) => (
        <div class="players" key={id} tabIndex={0} role="region" aria-label="Players">
          <Members attached={attached} room={room} now={now} />
          <Views model={model} attached={attached} room={room} now={now} />
        </div>
      )}
    </RoomChoice>
  )
}

interface MembersProps {
  attached: AttachedClient
  room: InspectableRoom
  now: number
}

function Members({ attached: { client }, room, now }: MembersProps) {
  const members = room.presence?.list() ?? []
  const ownId = client.userId ?? client.id
  if (members.length === 0) {
    return <p class="players-note">Nobody is listed. Members appear with the room’s first presence.</p>
  }
  return (
    <table class="grid">
      <thead>
        <tr>
          <th scope="col">Player</th>
          <th scope="col">Connection</th>
          <th scope="col" class="number">
            Round trip
          </th>
          <th scope="col" class="number">
            In the room
          </th>
          <th scope="col">Presence</th>
        </tr>
      </thead>
      <tbody>
        {members.slice(0, MAX_SHOWN).map((member) => (
          <tr key={member.clientId} data-self={member.clientId === ownId}>
            <th scope="row">
              <span class="player-name">{nameOf(member, room.state)}</span>
              {member.clientId === ownId && <span class="tag">this page</span>}
              {nameOf(member, room.state) !== member.clientId && (
                <span class="player-id">{member.clientId}</span>
              )}
            </th>
            <td>
              <Presence member={member} />
            </td>
            <td class="number">
              {member.clientId === ownId && client.rtt !== null ? formatMs(client.rtt) : '–'}
            </td>
            <td class="number">{formatAge(now - member.joinedAt)}</td>
            <td class="player-data">{preview(member.data, 90)}</td>
          </tr>
        ))}
      </tbody>
      {members.length > MAX_SHOWN && (
        <tfoot>
          <tr>
            <td colSpan={5}>{formatCount(members.length - MAX_SHOWN)} more</td>
          </tr>
        </tfoot>
      )}
    </table>
  )
}

function Presence({ member }: { member: PresenceEntry }) {
  const { connected, activity, connections } = member
  const tone = !connected ? 'bad' : activity === undefined ? 'good' : 'busy'
  const word = !connected ? 'lost, may come back' : (activity ?? 'active')
  return (
    <span class="player-state">
      <span class="dot" data-tone={tone} />
      {word}
      {connections > 1 && ` · ${formatCount(connections)} tabs`}
    </span>
  )
}

interface ViewsProps {
  now: number
  model: Model
  attached: AttachedClient
  room: InspectableRoom
}

/** Drawn once a second, not with every frame: it reads hundreds of deltas. */
class Views extends Component<ViewsProps> {
  /** How many rows there were; just opened, there are none yet. */
  private drawn = 0

  override shouldComponentUpdate(next: ViewsProps): boolean {
    return this.drawn === 0 || next.now !== this.props.now || next.model !== this.props.model
  }

  override render({ model, attached: { source }, room }: ViewsProps) {
    const rows = model.rows.all
    this.drawn = rows.length
    const own = ownPaths(rows, source, room.id ?? '')
    const paths = pathTraffic(rows, source, room.id ?? '')
    return (
      <div class="views">
        <Paths paths={paths} />
        <Own paths={own} />
      </div>
    )
  }
}

function Paths({ paths }: { paths: readonly PathTraffic[] }) {
  const most = paths[0]?.bytes ?? 1
  return (
    <section aria-label="Bytes by path">
      <h3 class="log-title">Where the bytes go · newest 300 deltas</h3>
      {paths.length === 0 && <p class="node-empty">No delta yet.</p>}
      <ul class="bars">
        {paths.slice(0, MAX_PATHS).map(({ path, bytes, changes }) => (
          <li key={path} class="bar">
            <span class="bar-name">{path === '' ? '(root)' : path}</span>
            <span class="bar-line">
              <span style={{ width: `${Math.max(1, (bytes / most) * 100)}%` }} />
            </span>
            <span class="bar-value">
              {formatBytes(bytes)} · {formatCount(changes)}×
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Own({ paths }: { paths: readonly string[] }) {
  return (
    <section aria-label="Seen by this client alone">
      <h3 class="log-title">Seen by this client alone</h3>
      {paths.length === 0 ? (
        <p class="node-empty">Nothing: everybody in the room sees the same.</p>
      ) : (
        <ul class="own-paths">
          {paths.map((path) => (
            <li key={path}>{path}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
