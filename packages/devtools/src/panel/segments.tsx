/** @jsxImportSource preact */
// A few values of which one holds, side by side as buttons.
export interface Segment<Value extends string> {
  readonly value: Value
  /** For the tooltip and for who does not see the text. */
  readonly label: string
  readonly text: string
}

interface SegmentsProps<Value extends string> {
  label: string
  segments: readonly Segment<Value>[]
  value: Value
  onChange: (value: Value) => void
}

export function Segments<Value extends string>({ label, segments, value, onChange }: SegmentsProps<Value>) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {segments.map((segment) => (
        <button
          key={segment.value}
          type="button"
          class="segment"
          data-value={segment.value}
          aria-label={segment.label}
          title={segment.label}
          aria-pressed={segment.value === value}
          onClick={() => onChange(segment.value)}
        >
          {segment.text}
        </button>
      ))}
    </div>
  )
}
