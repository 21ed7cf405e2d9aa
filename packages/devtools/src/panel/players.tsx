/** @jsxImportSource preact */
// Who is in a room, how their connection is, what each of them sees, and which places of the state cost the bytes. What only the server
// knows comes from its desk, where the dev server runs it.
import type { PresenceEntry } from '@painda/protocol'
import { Component } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { DeskLane, Wish } from '../desk-lane.js'
import { formatAge, formatBytes, formatCount, formatMs } from '../format.js'
import type { AttachedClient } from '../hook.js'
import type { InspectableRoom } from '../inspectable.js'
import { memberRows, type MemberRow } from '../members.js'
import type { Model } from '../overlay/model.js'
import { useNow } from '../overlay/use-now.js'
import { useMembers } from '../overlay/use-members.js'
import { preview } from '../preview.js'
import { joinOptionsOf, repertoireOf } from '../repertoire.js'
import type { MemberFacts } from '../vite/member-facts.js'
import { visible } from '../visible.js'
import { RoomChoice } from './room-choice.js'
import { SeenBy } from './seen-by.js'
import { Views } from './views.js'

/** More nobody reads; the list of a crowd says how many it leaves out. */
const MAX_SHOWN = 200

export function PlayersPanel({ model }: { model: Model }) {
  const now = useNow()
  const desk = model.hook.replayed === null ? model.hook.desk : null
  return (
    <RoomChoice
      model={model}
      hint="Whoever is in a room with this page appears here."
      facts={(room) => `${formatCount(room.presence?.list().length ?? 0)} here`}
    >
      {({ id, attached, room }) => (
        <Players key={id} model={model} desk={desk} attached={attached} room={room} now={now} />
      )}
    </RoomChoice>
  )
}

interface PlayersProps {
  model: Model
  desk: DeskLane | null
  attached: AttachedClient
  room: InspectableRoom
  now: number
}

function Players({ model, desk, attached, room, now }: PlayersProps) {
  const members = useMembers(desk)
  const facts = useMemo(() => members.filter((one) => one.room === room.id), [members, room.id])
  const { client } = attached
  const isDesk = desk !== null && facts.length > 0
  const [viewed, setViewed] = useState<{ readonly id: string | null; readonly name: string } | null>(null)
  const [said, setSaid] = useState<{ readonly text: string; readonly isBad: boolean } | null>(null)

  function act(what: Deed, name: string, member: string): void {
    if (desk === null || room.id === null) return
    const done = `${name} ${DONE[what]}`
    void desk
      .act({ what, room: room.id, client: member })
      .then((problem) => setSaid({ text: problem ?? done, isBad: problem !== null }))
  }

  function addBot(): void {
    if (desk === null || room.id === null) return
    const options = joinOptionsOf(model.rows.all, attached.source, room.id)
    const repertoire = repertoireOf(model.rows.all, attached.source, room.id)
    const done = `A bot has joined. ${repertoire.length === 0 ? 'It stands and looks: you have sent nothing that it could do too.' : 'It does what you have done.'}`
    void desk
      .act({ what: 'bot', room: room.id, options, repertoire })
      .then((problem) => setSaid({ text: problem ?? done, isBad: problem !== null }))
  }

  return (
    <div class="players-split" data-view={viewed !== null}>
      <div class="players" tabIndex={0} role="region" aria-label="Players">
        {isDesk && (
          <div class="players-bar">
            <button
              type="button"
              class="button"
              title="Joins as this page did, and does what you have done in the room"
              onClick={addBot}
            >
              Add a bot
            </button>
            <button
              type="button"
              class="button"
              aria-pressed={viewed?.id === null}
              onClick={() => setViewed({ id: null, name: 'the server' })}
            >
              The server’s own state
            </button>
            <span class="players-said" data-bad={said?.isBad === true} aria-live="polite">
              {said?.text}
            </span>
          </div>
        )}
        <Members
          room={room}
          facts={facts}
          isDesk={isDesk}
          ownId={client.id}
          ownRtt={client.rtt}
          now={now}
          viewed={viewed?.id ?? null}
          onView={(row) => setViewed({ id: row.id, name: row.name })}
          onAct={(what, row) => act(what, row.name, row.id)}
        />
        {!isDesk && model.hook.replayed === null && (
          <p class="players-note">
            What others see, their connections, and bots are here where the game server runs in the dev
            server: <code>{"paindaDevtools({ server: './server/main.ts' })"}</code>.
          </p>
        )}
        <Views model={model} attached={attached} room={room} now={now} />
      </div>
      {viewed !== null && desk !== null && room.id !== null && (
        <SeenBy
          key={viewed.id ?? ''}
          desk={desk}
          room={room.id}
          member={viewed}
          mine={room.state}
          onClose={() => setViewed(null)}
        />
      )}
    </div>
  )
}

type Deed = Exclude<Wish['what'], 'bot'>

const DONE: { readonly [What in Deed]: string } = {
  kick: 'is out of the room.',
  drop: 'has lost the connection, and may come back.',
  zombie: 'is at a dead connection: neither end knows yet.',
}

interface MembersProps {
  room: InspectableRoom
  /** What the server knows of this room's members. */
  facts: readonly MemberFacts[]
  isDesk: boolean
  ownId: string | null
  ownRtt: number | null
  now: number
  viewed: string | null
  onView: (row: MemberRow) => void
  onAct: (what: Deed, row: MemberRow) => void
}

/** Drawn once a second, as the server tells of them, and when somebody has clicked: with every frame a crowd would cost too much. */
class Members extends Component<MembersProps> {
  /** How many there were; just opened, there may be none yet. */
  private drawn = 0

  override shouldComponentUpdate(next: MembersProps): boolean {
    const { now, isDesk, viewed } = this.props
    return this.drawn === 0 || next.now !== now || next.isDesk !== isDesk || next.viewed !== viewed
  }

  override render({ room, facts, ...rest }: MembersProps) {
    const rows = memberRows(room.presence?.list() ?? [], facts, room.state)
    this.drawn = rows.length
    return <Table rows={rows} {...rest} />
  }
}

type TableProps = Omit<MembersProps, 'room' | 'facts'> & { rows: readonly MemberRow[] }

function Table({ rows, isDesk, ownId, ownRtt, now, viewed, onView, onAct }: TableProps) {
  if (rows.length === 0) {
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
          {isDesk && (
            <>
              <th
                scope="col"
                class="number player-sent"
                title="States and bytes that left for this player in the last second"
              >
                Sent
              </th>
              <th
                scope="col"
                class="number player-wait"
                title="Bytes that wait in the server, or are not confirmed"
              >
                Waiting
              </th>
            </>
          )}
          <th scope="col" class="number player-age">
            In the room
          </th>
          <th scope="col" class="player-data">
            Presence
          </th>
          {isDesk && (
            <th scope="col">
              <span class="visually-hidden">What to do</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MAX_SHOWN).map((row) => {
          const { id, name, entry, facts } = row
          const isSelf = id === ownId || entry?.clientId === ownId
          const rtt = facts?.rtt ?? (isSelf ? ownRtt : null)
          return (
            <tr key={id} data-self={isSelf} data-viewed={viewed === id}>
              <th scope="row">
                <span class="player-name">{name}</span>
                {isSelf && <span class="tag">this page</span>}
                {facts?.role === 'spectator' && <span class="tag">spectator</span>}
                {name !== id && <span class="player-id">{visible(id)}</span>}
              </th>
              <td>
                {entry === null ? (
                  <Link isConnected={facts?.isConnected === true} />
                ) : (
                  <Presence member={entry} />
                )}
              </td>
              <td class="number">{rtt === null ? '–' : formatMs(rtt)}</td>
              {isDesk && (
                <>
                  <td class="number player-sent">
                    {facts === null ? '–' : `${formatCount(facts.states)}/s`}
                    {facts !== null && <span class="player-rate"> · {formatBytes(facts.bytes)}/s</span>}
                  </td>
                  <td class="number player-wait" data-bad={facts?.isBehind === true}>
                    {facts === null ? '–' : formatBytes(facts.bufferedBytes + facts.unconfirmedBytes)}
                  </td>
                </>
              )}
              <td class="number player-age">{entry === null ? '–' : formatAge(now - entry.joinedAt)}</td>
              <td class="player-data">{entry === null ? '' : preview(entry.data, 90)}</td>
              {isDesk && (
                <td class="player-acts">
                  {facts !== null && <Acts row={row} onView={onView} onAct={onAct} />}
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
      {rows.length > MAX_SHOWN && (
        <tfoot>
          <tr>
            <td colSpan={8}>{formatCount(rows.length - MAX_SHOWN)} more</td>
          </tr>
        </tfoot>
      )}
    </table>
  )
}

function Acts({ row, onView, onAct }: Pick<MembersProps, 'onView' | 'onAct'> & { row: MemberRow }) {
  return (
    <span class="player-buttons" role="group" aria-label={`What to do with ${row.name}`}>
      <button type="button" class="act" title="What this player sees of the room" onClick={() => onView(row)}>
        View as
      </button>
      <button
        type="button"
        class="act"
        title="Cuts the connection; the session may come back"
        onClick={() => onAct('drop', row)}
      >
        Drop
      </button>
      <button
        type="button"
        class="act"
        title="Half-open: the connection dies, and neither end hears of it"
        onClick={() => onAct('zombie', row)}
      >
        Zombie
      </button>
      <button
        type="button"
        class="act"
        data-bad="true"
        title="Takes the player out of the room"
        onClick={() => onAct('kick', row)}
      >
        Kick
      </button>
    </span>
  )
}

function Link({ isConnected }: { isConnected: boolean }) {
  return (
    <span class="player-state">
      <span class="dot" data-tone={isConnected ? 'good' : 'bad'} />
      <span class="player-word">{isConnected ? 'connected' : 'lost, may come back'}</span>
    </span>
  )
}

function Presence({ member }: { member: PresenceEntry }) {
  const { connected, activity, connections } = member
  const tone = !connected ? 'bad' : activity === undefined ? 'good' : 'busy'
  const word = !connected ? 'lost, may come back' : (activity ?? 'active')
  return (
    <span class="player-state">
      <span class="dot" data-tone={tone} />
      <span class="player-word">{word}</span>
      {connections > 1 && ` · ${formatCount(connections)} tabs`}
    </span>
  )
}
