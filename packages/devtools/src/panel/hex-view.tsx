/** @jsxImportSource preact */
// The frame as bytes.
import { useRef, useState } from 'preact/hooks'
import { formatBytes } from '../format.js'
import { hexLines } from '../hex.js'
import { useWidth } from '../overlay/use-width.js'

const FIRST_BYTES = 2_048
const ALL_BYTES = 65_536
/** Sixteen bytes with offset and text take this many pixels. */
const WIDE = 540

export function HexView({ bytes }: { bytes: Uint8Array }) {
  const [limit, setLimit] = useState(FIRST_BYTES)
  const ref = useRef<HTMLDivElement>(null)
  const perLine = useWidth(ref) < WIDE ? 8 : 16
  const left = bytes.byteLength - limit
  return (
    <div class="hex" ref={ref}>
      {hexLines(bytes, limit, perLine).map((line) => (
        <div key={line.offset} class="hex-line">
          <span class="hex-offset">{line.offset}</span>
          <span class="hex-bytes">{line.hex}</span>
          <span class="hex-text">{line.text}</span>
        </div>
      ))}
      {left > 0 && (
        <p class="hex-more">
          {formatBytes(left)} more{' '}
          {limit < ALL_BYTES && (
            <button type="button" class="button" onClick={() => setLimit(ALL_BYTES)}>
              Show up to {formatBytes(ALL_BYTES)}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
