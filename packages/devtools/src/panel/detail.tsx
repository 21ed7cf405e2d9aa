/** @jsxImportSource preact */
// One row in full: what the message says, what it changes, and the bytes it came in.
import { useMemo, useState } from 'preact/hooks'
import { deltaTree } from '../delta-tree.js'
import { formatBytes, formatClock, formatCount, formatMs } from '../format.js'
import { copyText } from '../overlay/copy-text.js'
import { spansOf } from '../frame-spans.js'
import { IconButton } from '../overlay/icon-button.js'
import type { Model } from '../overlay/model.js'
import { Tabs } from '../overlay/tabs.js'
import { rawSize } from '../raw-size.js'
import { stateAt, stateBefore } from '../rebuild.js'
import type { Row } from '../rows.js'
import { SERVER_SOURCE } from '../server-lane.js'
import { wayOf } from '../twin.js'
import { CallSite } from './call-site.js'
import { DeltaView } from './delta-view.js'
import { Empty } from './empty.js'
import { versionText } from './frame-row.js'
import { HexView } from './hex-view.js'
import { JsonTree } from './json-tree.js'
import { RendersView } from './renders.js'
import { visible } from '../visible.js'

type View = 'delta' | 'decoded' | 'after' | 'hex' | 'site' | 'renders'

const ARROWS = { in: '↓ received', out: '↑ sent', local: 'local' } as const

/** The view somebody chose stays chosen for the next row, where that row has it. */
let lastView: View = 'delta'

export function Detail({ model, row }: { model: Model; row: Row }) {
  const views = viewsOf(row)
  const [view, setView] = useState<View>(views.some(({ name }) => name === lastView) ? lastView : 'decoded')
  function choose(name: View): void {
    lastView = name
    setView(name)
  }
  return (
    <section class="detail" aria-label="Chosen row">
      <header class="detail-head">
        <IconButton
          icon="back"
          class="detail-back"
          label="Back to the list"
          onClick={() => model.select(null)}
        />
        <span class="kind" data-kind={row.kind}>
          {row.kind}
        </span>
        <h2 class="detail-name">{visible(row.name)}</h2>
        <IconButton icon="copy" label="Copy as JSON" onClick={() => copy(row)} />
        <IconButton
          icon="close"
          class="detail-close"
          label="Close the detail"
          onClick={() => model.select(null)}
        />
      </header>
      <Facts model={model} row={row} />
      <Tabs id="painda-detail" label="Views of the row" tabs={views} selected={view} onSelect={choose} />
      <div
        class="detail-body"
        role="tabpanel"
        id="painda-detail-panel"
        aria-labelledby={`painda-detail-tab-${view}`}
      >
        {view === 'decoded' && <JsonTree label="Decoded message" value={row.message ?? row.content} />}
        {view === 'delta' && <DeltaPane model={model} row={row} />}
        {view === 'after' && <AfterPane model={model} row={row} />}
        {view === 'site' && <CallSite key={row.key} model={model} row={row} />}
        {view === 'renders' && <RendersView model={model} row={row} />}
        {view === 'hex' && row.frame !== null && <HexPane model={model} row={row} bytes={row.frame.bytes} />}
      </div>
    </section>
  )
}

function viewsOf(row: Row): readonly { name: View; label: string }[] {
  return [
    ...(row.message?.kind === 'delta' ? [{ name: 'delta' as const, label: 'Delta' }] : []),
    { name: 'decoded', label: 'Decoded' },
    ...(row.message?.kind === 'delta' || row.message?.kind === 'snapshot'
      ? [{ name: 'after' as const, label: 'State after' }]
      : []),
    ...(row.frame === null
      ? []
      : [
          { name: 'hex' as const, label: 'Hex' },
          { name: 'site' as const, label: 'Call site' },
        ]),
    ...(row.direction === 'in' ? [{ name: 'renders' as const, label: 'Renders' }] : []),
  ]
}

function Facts({ model, row }: { model: Model; row: Row }) {
  const { recorder } = model.hook
  const { frame } = row
  const peer = recorder.at(row.eventId)?.event
  const clientId = model.hook.clients().find(({ source }) => source === row.source)?.client.id ?? null
  const wayMs = useMemo(() => wayOf(recorder, row, clientId), [recorder, row, clientId])
  const facts: [string, string][] = [[ARROWS[row.direction], formatClock(row.wallAt)]]
  if (frame !== null) {
    const place = frame.parts > 1 ? `, message ${frame.part + 1} of ${frame.parts}` : ''
    const wire = frame.bytes.byteLength
    const size = `${formatBytes(rawSize(frame))} as JSON → ${formatBytes(wire)}`
    facts.push(['frame', `${formatCount(frame.seq)}${place}`], ['size', size])
  }
  if (row.serverAt !== null) facts.push(['at the server', formatClock(row.serverAt)])
  if (row.namespace !== null) facts.push(['namespace', row.namespace])
  if (row.room !== null) facts.push(['room', row.room])
  if (row.from !== null || row.to !== null) facts.push(['version', versionText(row)])
  if (row.source === SERVER_SOURCE && peer !== undefined && 'peer' in peer) facts.push(['client', peer.peer])
  if (wayMs !== null) facts.push(['on its way', formatMs(Math.max(0, wayMs))])
  if (row.latencyMs !== null) facts.push(['answered in', formatMs(row.latencyMs)])
  for (const { kind, text } of row.marks) facts.push([kind, text])
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name} class="fact">
          <dt>{name}</dt>
          <dd>{visible(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function DeltaPane({ model, row }: { model: Model; row: Row }) {
  // A row never changes, and the way back to a snapshot may be long: once per row.
  const nodes = useMemo(() => {
    const past = stateBefore(model.hook.recorder, row)
    return deltaTree(row.content, past === null ? undefined : [past.state])
  }, [model, row])
  return <DeltaView nodes={nodes} />
}

function HexPane({ model, row, bytes }: { model: Model; row: Row; bytes: Uint8Array }) {
  const { recorder } = model.hook
  const spans = useMemo(() => spansOf(recorder, row.eventId), [recorder, row.eventId])
  return <HexView key={row.eventId} bytes={bytes} spans={spans} />
}

/** The room as the frame left it. */
function AfterPane({ model, row }: { model: Model; row: Row }) {
  const { recorder } = model.hook
  const { source, room, eventId } = row
  const past = useMemo(
    () => (room === null ? null : stateAt(recorder, { source, room, eventId })),
    [recorder, source, room, eventId],
  )
  if (past === null)
    return (
      <Empty title="This version cannot be rebuilt" hint="The snapshot it goes back to is no longer held." />
    )
  return <JsonTree label={`State at version ${past.version}`} value={past.state} />
}

function copy(row: Row): void {
  copyText(JSON.stringify(row.message ?? row.content, null, 2))
}
