/** @jsxImportSource preact */
// The lanes of the timeline: traffic as bars, lost connections shaded, trouble marked. A click looks at that time; the keyboard has
// the slider below, so the picture itself is no stop of it.
import type { TargetedMouseEvent } from 'preact'
import { formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import { SERVER_SOURCE } from '../server-lane.js'
import { nameOfSource } from '../session.js'
import { lanesOf, type Lane } from '../timeline.js'

const COLUMNS = 200
const HEIGHT = 34
/** Below it, how late states came: as high as the line is at this many milliseconds or the worst of them. */
const SPARK = 12
const SPARK_MS = 40

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
          <span class="lane-head">
            <span class="lane-name">{nameOfSource(hook, lane.source)}</span>
            {lane.jitterMs !== null && (
              <span class="lane-jitter" title="How much the arrivals of states stray from the room’s beat">
                ± {formatMs(lane.jitterMs)}
              </span>
            )}
          </span>
          <svg
            viewBox={`0 0 ${COLUMNS} ${HEIGHT + SPARK}`}
            preserveAspectRatio="none"
            aria-hidden="true"
            onClick={onClick}
          >
            <LanePicture lane={lane} top={top} />
            {lane.jitterMs !== null && <Lateness lane={lane} />}
            <line class="lane-cursor" x1={place * COLUMNS} x2={place * COLUMNS} y1={0} y2={HEIGHT + SPARK} />
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

/** How late states came, as a line of its own below what they weighed. */
function Lateness({ lane: { lateMs } }: { lane: Lane }) {
  const worst = Math.max(SPARK_MS, ...lateMs)
  const bottom = HEIGHT + SPARK
  const points = lateMs.map((ms, x) => `${x + 0.4},${bottom - (ms / worst) * (SPARK - 2)}`)
  return (
    <>
      <rect class="lane-spark-ground" x={0} y={HEIGHT} width={COLUMNS} height={SPARK} />
      <polygon class="lane-spark" points={`0,${bottom} ${points.join(' ')} ${COLUMNS},${bottom}`} />
    </>
  )
}

function LanePicture({ lane, top }: { lane: Lane; top: number }) {
  // By the root: beside one snapshot the deltas would be a line.
  const scale = (bytes: number): number =>
    bytes === 0 ? 0 : Math.max(1.5, Math.sqrt(bytes / top) * (HEIGHT - 4))
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
        const all = scale(column.in + column.out)
        const received = column.in === 0 ? 0 : (all * column.in) / (column.in + column.out)
        const sent = Math.max(0, all - received)
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
