/** @jsxImportSource preact */
// Travel in time: lanes of what travelled, and the state of a room at any version that is held, beside what changed since another.
import { diff, hostTime } from '@painda/protocol'
import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { deltaTree } from '../delta-tree.js'
import { formatCount, formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import { stateAt, type PastState } from '../rebuild.js'
import { compareNow, type Compared } from '../server-now.js'
import { nameOfSource, roomNames } from '../session.js'
import { momentBefore, momentsOf, placeIn, spanOf, type Moment } from '../timeline.js'
import { visible } from '../visible.js'
import { DeltaView } from './delta-view.js'
import { Empty } from './empty.js'
import { JsonTree } from './json-tree.js'
import { Lanes } from './lanes.js'

interface Track {
  readonly source: number
  readonly room: string
}

export function TimelinePanel({ model }: { model: Model }) {
  const { recorder } = model.hook
  const clients = [...(model.hook.tabs?.clients() ?? []), ...model.clients]
  const tracks = clients.flatMap(({ source }) =>
    roomNames(recorder, source).map((room) => ({ id: `${source} ${room}`, source, room })),
  )
  const [chosen, setChosen] = useState<string | null>(null)
  const track = tracks.find(({ id }) => id === chosen) ?? tracks.at(-1)
  if (track === undefined) {
    return <Empty title="No state yet" hint="The timeline begins with the first state of a room." />
  }
  return (
    <div class="timeline">
      <Scrubber key={track.id} model={model} track={track}>
        {tracks.length > 1 && (
          <select
            class="select"
            aria-label="Room of the timeline"
            value={track.id}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {tracks.map(({ id, source, room }) => (
              <option key={id} value={id}>
                {visible(`${room} · ${nameOfSource(model.hook, source).slice(0, 12)}`)}
              </option>
            ))}
          </select>
        )}
      </Scrubber>
    </div>
  )
}

interface ScrubberProps {
  model: Model
  track: Track
  /** Which of them it is. */
  children: ComponentChildren
}

function Scrubber({ model, track, children }: ScrubberProps) {
  const { recorder } = model.hook
  const moments = momentsOf(recorder, track.source, track.room)
  /** Event ids: they stay what they are while the ring moves on. Null is the newest. */
  const [heldId, setHeldId] = useState<number | null>(null)
  const [markId, setMarkId] = useState<number | null>(null)
  const [compared, setCompared] = useState<Compared | 'asked' | null>(null)
  const span = spanOf(recorder)
  const held = heldId === null ? -1 : moments.findIndex(({ eventId }) => eventId >= heldId)
  const index = held === -1 ? moments.length - 1 : held
  const moment = moments[index]
  const mark = moments.find(({ eventId }) => eventId === markId)
  if (moment === undefined) {
    return <Empty title="No version is held" hint="The next change of the room appears here." />
  }
  const hold = (next: number): void => setHeldId(moments[next]?.eventId ?? null)

  return (
    <>
      <DesyncBanner model={model} track={track} onShow={(at) => hold(momentBefore(moments, at))} />
      <Lanes
        model={model}
        place={placeIn(span, moment.at)}
        onSeek={(place) => hold(momentBefore(moments, span.from + place * (span.to - span.from)))}
      />
      <div class="scrub">
        {children}
        <input
          type="range"
          aria-label="Version"
          aria-valuetext={`version ${moment.version}`}
          min={0}
          max={moments.length - 1}
          value={index}
          onInput={(event) => hold(Number(event.currentTarget.value))}
        />
        <output class="scrub-version">
          version {formatCount(moment.version)}
          {heldId !== null && ` · ${formatMs(Math.max(0, span.to - moment.at))} ago`}
        </output>
        <button type="button" class="button" disabled={heldId === null} onClick={() => setHeldId(null)}>
          Newest
        </button>
        <button
          type="button"
          class="button"
          onClick={() => setMarkId(mark === undefined ? moment.eventId : null)}
        >
          {mark === undefined ? 'Compare from here' : 'Stop comparing'}
        </button>
        <button type="button" class="button" onClick={() => showFrame(model, moment)}>
          Show the frame
        </button>
        <ServerNowButton model={model} track={track} isOn={compared !== null} onChange={setCompared} />
      </div>
      {compared === null ? (
        <StatePane model={model} track={track} moment={moment} mark={mark} />
      ) : (
        <ServerNow compared={compared} />
      )}
    </>
  )
}

interface ServerNowButtonProps {
  model: Model
  track: Track
  isOn: boolean
  onChange: (compared: Compared | 'asked' | null) => void
}

/** Only where the dev server can tell, and of a room that this page is in. */
function ServerNowButton({ model, track, isOn, onChange }: ServerNowButtonProps) {
  const { hook } = model
  const attached = hook.clients().find(({ source }) => source === track.source)
  const room = attached?.client.rooms().find(({ id }) => id === track.room)
  const clientId = attached?.client.id ?? null
  const { desk } = hook
  if (hook.replayed !== null || desk === null || attached === undefined) return null
  if (room === undefined || clientId === null) return null
  return (
    <button
      type="button"
      class="button"
      aria-pressed={isOn}
      title="What the server shows this client, and what this page has of it, at the same version"
      onClick={() => {
        if (isOn) return onChange(null)
        onChange('asked')
        const { inspector } = attached.client
        return void compareNow({ desk, inspector, room, clientId, time: hostTime(globalThis) }).then(onChange)
      }}
    >
      The server now
    </button>
  )
}

/** The server now against this page now. */
function ServerNow({ compared }: { compared: Compared | 'asked' }) {
  return (
    <div class="timeline-state">
      <section class="timeline-changes" aria-label="The server now against this page now">
        {compared === 'asked' ? <Empty title="Asking the server" /> : <Verdict compared={compared} />}
      </section>
    </div>
  )
}

function Verdict({ compared }: { compared: Compared }) {
  if (compared.problem !== null) return <Empty title="Nothing to compare" hint={compared.problem} />
  return <Found {...compared} />
}

function Found({ version, page, server }: Extract<Compared, { problem: null }>) {
  const nodes = useMemo(() => {
    const delta = diff(page, server)
    return delta === undefined ? null : deltaTree(delta, [page])
  }, [page, server])
  if (nodes === null) {
    return (
      <Empty
        title="Nothing differs"
        hint={`At version ${formatCount(version)} this page has what the server shows it.`}
      />
    )
  }
  return (
    <>
      <h3 class="log-title">{`At version ${formatCount(version)}: this page → the server`}</h3>
      <DeltaView nodes={nodes} />
    </>
  )
}

interface StatePaneProps {
  model: Model
  track: Track
  moment: Moment
  mark: Moment | undefined
}

function StatePane({ model, track, moment, mark }: StatePaneProps) {
  const past = usePast(model, track, moment.eventId)
  const other = usePast(model, track, mark?.eventId ?? null)
  if (past === null || (mark !== undefined && other === null)) {
    return (
      <div class="timeline-state">
        <Empty
          title="This version cannot be rebuilt"
          hint="The snapshot it goes back to is no longer held."
        />
      </div>
    )
  }
  return (
    <div class="timeline-state">
      {other !== null && <Changes from={other} to={past} />}
      <div class="timeline-tree">
        <JsonTree label={`State at version ${past.version}`} value={past.state} />
      </div>
    </div>
  )
}

/** Rebuilding may replay hundreds of deltas: once per version looked at. */
function usePast(model: Model, { source, room }: Track, eventId: number | null): PastState | null {
  const { recorder } = model.hook
  return useMemo(
    () => (eventId === null ? null : stateAt(recorder, { source, room, eventId })),
    [recorder, source, room, eventId],
  )
}

function Changes({ from, to }: { from: PastState; to: PastState }) {
  const nodes = useMemo(() => deltaTree(diff(from.state, to.state) ?? {}, [from.state]), [from, to])
  return (
    <section class="timeline-changes" aria-label="Changes between two versions">
      <h3 class="log-title">
        {formatCount(from.version)} → {formatCount(to.version)}
      </h3>
      {nodes.length === 0 ? <p class="node-empty">Nothing differs.</p> : <DeltaView nodes={nodes} />}
    </section>
  )
}

interface DesyncBannerProps {
  model: Model
  track: Track
  onShow: (at: number) => void
}

/** The first time a replica differed is the one to look at: what follows is its consequence. */
function DesyncBanner({ model, track, onShow }: DesyncBannerProps) {
  const row = model.rows.all.find(
    ({ source, room, content }) =>
      source === track.source && room === track.room && Reflect.get(Object(content), 'kind') === 'desync',
  )
  if (row === undefined) return null
  const event = model.hook.recorder.at(row.eventId)?.event
  if (event?.kind !== 'desync') return null
  return (
    <div class="stage-bar" data-tone="bad" role="alert">
      <span class="stage-text">
        The replica differed from the server at version {event.have}
        {event.path === undefined ? '' : `, at ${visible(event.path)}`}.
      </span>
      <button type="button" class="button" onClick={() => onShow(event.at)}>
        Show it
      </button>
    </div>
  )
}

function showFrame(model: Model, { eventId }: Moment): void {
  // The list is drawn a few times a second; a moment is shown at once.
  model.rows.update()
  const rows = model.rows.all.filter((row) => row.eventId === eventId)
  model.select(rows.find(({ kind }) => kind === 'delta' || kind === 'snapshot') ?? rows[0] ?? null)
  model.setPreferences({ tab: 'frames' })
}
