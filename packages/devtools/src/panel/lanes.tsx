/** @jsxImportSource preact */
// The lanes of the timeline: traffic as bars, lost connections shaded, trouble marked. A click looks at that time; the keyboard has
// the slider below, so the picture itself is no stop of it.
import type { TargetedMouseEvent } from 'preact'
import type { Model } from '../overlay/model.js'
import { SERVER_SOURCE } from '../server-lane.js'
import { nameOfSource } from '../session.js'
import { lanesOf, type Lane } from '../timeline.js'

const COLUMNS = 200
const HEIGHT = 34

interface LanesProps {
  model: Model
  /** Where the reader looks, as a share of the width. */
  place: number
  onSeek: (place: number) => void
}

export function Lanes({ model, place, onSeek }: LanesProps) {
  const { clients, hook } = model
  const sources = [
    ...(model.hasServer ? [SERVER_SOURCE] : []),
    ...clients.map(({ source }) => source),
    ...(hook.tabs?.clients() ?? []).map(({ source }) => source),
  ]
  const lanes = lanesOf(hook.recorder, sources, COLUMNS)
  const top = Math.max(1, ...lanes.flatMap(({ columns }) => columns.map((column) => column.in + column.out)))

  function onClick(event: TargetedMouseEvent<SVGSVGElement>): void {
    const box = event.currentTarget.getBoundingClientRect()
    if (box.width > 0) onSeek((event.clientX - box.left) / box.width)
  }

  return (
    <div class="lanes">
      {lanes.map((lane) => (
        <div key={lane.source} class="lane">
          <span class="lane-name">{nameOfSource(hook, lane.source)}</span>
          <svg
            viewBox={`0 0 ${COLUMNS} ${HEIGHT}`}
            preserveAspectRatio="none"
            aria-hidden="true"
            onClick={onClick}
          >
            <LanePicture lane={lane} top={top} />
            <line class="lane-cursor" x1={place * COLUMNS} x2={place * COLUMNS} y1={0} y2={HEIGHT} />
          </svg>
        </div>
      ))}
      {hook.server?.isElsewhere === true && !model.hasServer && (
        <p class="lanes-hint">
          The game server runs in another process and has no lane. Vite runs it with{' '}
          <code>{"paindaDevtools({ server: './server/main.ts' })"}</code>.
        </p>
      )}
    </div>
  )
}

function LanePicture({ lane, top }: { lane: Lane; top: number }) {
  const scale = (bytes: number): number => (bytes === 0 ? 0 : Math.max(1.5, (bytes / top) * (HEIGHT - 4)))
  return (
    <>
      {lane.gaps.map(({ from, to }) => (
        <rect
          key={from}
          class="lane-gap"
          x={from * COLUMNS}
          y={0}
          width={Math.max(0.5, (to - from) * COLUMNS)}
          height={HEIGHT}
        />
      ))}
      {lane.columns.map((column, x) => {
        const received = scale(column.in)
        const sent = scale(column.out)
        return (
          <g key={x}>
            <rect class="lane-in" x={x} y={HEIGHT - received} width={0.8} height={received} />
            <rect class="lane-out" x={x} y={HEIGHT - received - sent} width={0.8} height={sent} />
          </g>
        )
      })}
      {lane.marks.map(({ eventId, place, kind, file }) => (
        <rect
          key={eventId}
          class="lane-mark"
          data-mark={kind}
          x={place * COLUMNS - 0.5}
          y={0}
          width={1}
          height={HEIGHT}
        >
          {file !== undefined && <title>{`${file} was saved`}</title>}
        </rect>
      ))}
    </>
  )
}
