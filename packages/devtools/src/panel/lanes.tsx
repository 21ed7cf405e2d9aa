/** @jsxImportSource preact */
// The lanes of the timeline: traffic as bars, lost connections shaded, trouble marked. A click looks at that time; the keyboard has
// the slider below, so the picture itself is no stop of it.
import type { TargetedMouseEvent } from 'preact'
import { formatCount, formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import { SERVER_SOURCE } from '../server-lane.js'
import { nameOfSource } from '../session.js'
import { lanesOf, type Lane } from '../timeline.js'
import { visible } from '../visible.js'

const COLUMNS = 200
/** A file may name a thousand sources; nobody looks at as many lanes. */
const MAX_LANES = 40
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
  const lanes = lanesOf(hook.recorder, sources.slice(0, MAX_LANES), COLUMNS)
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
            <span class="lane-name">{visible(nameOfSource(hook, lane.source))}</span>
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
      {sources.length > MAX_LANES && (
        <p class="lanes-hint">{formatCount(sources.length - MAX_LANES)} more are not drawn.</p>
      )}
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

/** One picture for all of them: a lane has hundreds, and is drawn many times a second. */
function barOf(x: number, bottom: number, height: number): string {
  return height > 0.01 ? `M${x} ${bottom}v${(-height).toFixed(2)}h.8v${height.toFixed(2)}z` : ''
}

function LanePicture({ lane, top }: { lane: Lane; top: number }) {
  // By the root: beside one snapshot the deltas would be a line.
  const scale = (bytes: number): number =>
    bytes === 0 ? 0 : Math.max(1.5, Math.sqrt(bytes / top) * (HEIGHT - 4))
  const bars = lane.columns.flatMap((column, x) => {
    const sum = column.in + column.out
    const all = scale(sum)
    return sum === 0 ? [] : [{ x, all, received: (all * column.in) / sum }]
  })
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
      <path class="lane-in" d={bars.map(({ x, received }) => barOf(x, HEIGHT, received)).join('')} />
      <path
        class="lane-out"
        d={bars.map(({ x, received, all }) => barOf(x, HEIGHT - received, all - received)).join('')}
      />
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
          {file !== undefined && <title>{`${visible(file)} was saved`}</title>}
        </rect>
      ))}
    </>
  )
}
