/** @jsxImportSource preact */
// Bytes per second over the last minute, as bars.
import { formatBytes, formatCount } from '../format.js'
import type { Traffic } from '../rates.js'

interface SparklineProps {
  direction: 'in' | 'out'
  label: string
  traffic: readonly Traffic[]
}

const HEIGHT = 36
/** Below this the tallest bar is not full height: a lone ping should look like one. */
const FLOOR_BYTES = 200

export function Sparkline({ direction, label, traffic }: SparklineProps) {
  const top = Math.max(FLOOR_BYTES, ...traffic.map(({ bytes }) => bytes))
  const last = traffic.at(-1)
  return (
    <figure class="spark" data-direction={direction}>
      <figcaption>
        <span>{label}</span>
        <span class="spark-now">
          {formatBytes(last?.bytes ?? 0)}/s · {formatCount(last?.frames ?? 0)} frames/s
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${traffic.length * 4} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {traffic.map(({ bytes }, index) => {
          const height = bytes === 0 ? 1 : Math.max(2, (bytes / top) * HEIGHT)
          return (
            <rect
              key={index}
              x={index * 4}
              y={HEIGHT - height}
              width={3}
              height={height}
              data-empty={bytes === 0}
            />
          )
        })}
      </svg>
    </figure>
  )
}
