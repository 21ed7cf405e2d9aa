/** @jsxImportSource preact */
// The frame as bytes, in the colours of the codec's fields, with the fields by name beside them. What is pointed at on one side
// lights up on the other; on the keyboard the list of fields is one stop, and its arrows go from field to field.
import type { Span } from '@painda/protocol/spans'
import type { TargetedKeyboardEvent } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { formatBytes, formatCount } from '../format.js'
import { extentOf, ownersOf, touches } from '../frame-spans.js'
import { nextInList } from '../overlay/list-keys.js'
import { useWidth } from '../overlay/use-width.js'

const FIRST_BYTES = 1_024
const ALL_BYTES = 65_536
/** Sixteen bytes with offset and text take this many pixels. */
const WIDE = 560
/** Fields that are listed; a frame with more is looked at from its beginning. */
const MAX_FIELDS = 400

interface HexViewProps {
  bytes: Uint8Array
  spans: readonly Span[]
}

export function HexView({ bytes, spans }: HexViewProps) {
  const [limit, setLimit] = useState(FIRST_BYTES)
  const [chosen, setChosen] = useState(-1)
  const ref = useRef<HTMLDivElement>(null)
  const dumpRef = useRef<HTMLDivElement>(null)
  const perLine = useWidth(ref) < WIDE ? 8 : 16
  const owners = useMemo(() => ownersOf(spans, bytes.byteLength), [spans, bytes])
  const shown = Math.min(bytes.byteLength, limit)
  const left = bytes.byteLength - shown
  const span = spans[chosen]
  const lines = Array.from({ length: Math.ceil(shown / perLine) }, (_, line) => line * perLine)
  return (
    <div class="hex" ref={ref} style={{ '--cells': perLine }}>
      <div
        ref={dumpRef}
        class="hex-dump"
        aria-hidden="true"
        tabIndex={-1}
        onPointerLeave={() => setChosen(-1)}
      >
        {lines.map((at) => (
          <HexLine
            key={at}
            part={bytes.subarray(at, Math.min(at + perLine, shown))}
            at={at}
            perLine={perLine}
            spans={spans}
            owners={owners}
            chosen={span}
            onPoint={setChosen}
          />
        ))}
        {left > 0 && (
          <p class="hex-more">
            {formatBytes(left)} more{' '}
            {limit < ALL_BYTES && (
              <button type="button" class="button" tabIndex={-1} onClick={() => setLimit(ALL_BYTES)}>
                Show up to {formatBytes(ALL_BYTES)}
              </button>
            )}
          </p>
        )}
      </div>
      <Fields
        spans={spans}
        chosen={chosen}
        onChoose={setChosen}
        onWalk={(index) => {
          setChosen(index)
          const line = dumpRef.current?.children[Math.floor((spans[index]?.from ?? 0) / 8 / perLine)]
          line?.scrollIntoView({ block: 'nearest' })
        }}
      />
    </div>
  )
}

interface HexLineProps {
  part: Uint8Array
  at: number
  perLine: number
  spans: readonly Span[]
  owners: Int32Array
  chosen: Span | undefined
  onPoint: (index: number) => void
}

function HexLine({ part, at, perLine, spans, owners, chosen, onPoint }: HexLineProps) {
  const cells = Array.from(part, (byte, offset) => ({
    byte,
    index: owners[at + offset] ?? -1,
    place: at + offset,
  }))
  return (
    <div class="hex-line">
      <span class="hex-offset">{at.toString(16).padStart(4, '0')}</span>
      <span class="hex-bytes">
        {cells.map(({ byte, index, place }) => (
          <span
            key={place}
            class="hex-byte"
            // A gap in the middle, as every hex editor has, so that the eye can count.
            data-half={place - at === perLine / 2}
            data-kind={spans[index]?.kind}
            data-chosen={chosen !== undefined && touches(chosen, place)}
            onPointerEnter={() => onPoint(index)}
          >
            {byte.toString(16).padStart(2, '0')}
          </span>
        ))}
      </span>
      <span class="hex-text">
        {cells.map(({ byte, index, place }) => (
          <span
            key={place}
            data-kind={spans[index]?.kind}
            data-chosen={chosen !== undefined && touches(chosen, place)}
          >
            {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'}
          </span>
        ))}
      </span>
    </div>
  )
}

interface FieldsProps {
  spans: readonly Span[]
  chosen: number
  onChoose: (index: number) => void
  /** By a key: its bytes are to be seen. */
  onWalk: (index: number) => void
}

function Fields({ spans, chosen, onChoose, onWalk }: FieldsProps) {
  const ref = useRef<HTMLDivElement>(null)
  const shown = spans.slice(0, MAX_FIELDS)

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const next = nextInList(event.key, chosen, shown.length, 0)
    if (next === null) return
    event.preventDefault()
    onWalk(next)
    ref.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }

  return (
    <div
      ref={ref}
      class="fields"
      role="listbox"
      aria-label="Fields of the frame"
      tabIndex={0}
      aria-activedescendant={chosen < 0 ? undefined : `painda-field-${chosen}`}
      onKeyDown={onKeyDown}
    >
      {shown.map((span, index) => (
        <div
          key={index}
          id={`painda-field-${index}`}
          class="hex-field"
          role="option"
          aria-selected={index === chosen}
          data-kind={span.kind}
          data-inner={span.part > 0 && spans[index - 1]?.part !== span.part}
          onPointerEnter={() => onChoose(index)}
        >
          <span class="hex-field-name">{span.name}</span>
          <span class="hex-field-note">{span.note}</span>
          <span class="hex-field-place">{extentOf(span)}</span>
        </div>
      ))}
      {spans.length > shown.length && (
        <p class="hex-more">{formatCount(spans.length - shown.length)} fields more</p>
      )}
    </div>
  )
}
