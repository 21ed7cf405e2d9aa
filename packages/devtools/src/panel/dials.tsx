/** @jsxImportSource preact */
// The weather by hand: latency, jitter, bandwidth and stalls, for both directions or for one.
import type { Direction, DirectionSettings } from '@painda/protocol'
import { useState } from 'preact/hooks'
import { formatBytes } from '../format.js'
import type { Line } from '../line.js'
import { Segments } from './segments.js'

const DIRECTIONS = [
  { value: 'both', label: 'Both directions', text: 'Both' },
  { value: 'up', label: 'What is sent', text: '↑' },
  { value: 'down', label: 'What is received', text: '↓' },
] as const

const RATES = [null, 1_000_000, 250_000, 100_000, 40_000, 10_000]
/** As the engine's own weather has them. */
const STALL = { slotMs: 50, minMs: 80, maxMs: 250 }

export function Dials({ line }: { line: Line }) {
  const [direction, setDirection] = useState<'both' | Direction>('both')
  const { delayMs, jitter, bytesPerSecond, stalls } = line.settings[direction === 'up' ? 'up' : 'down']
  const set = (change: Partial<DirectionSettings>): void =>
    line.set(direction === 'both' ? change : { [direction]: change })
  return (
    <div class="dials">
      <Segments
        label="Direction of the dials"
        segments={DIRECTIONS}
        value={direction}
        onChange={setDirection}
      />
      <Dial
        label="Latency"
        text={`${delayMs} ms`}
        value={delayMs}
        max={1_000}
        step={10}
        onChange={(ms) => set({ delayMs: ms })}
      />
      <Dial
        label="Jitter"
        text={`± ${jitter.ms} ms`}
        value={jitter.ms}
        max={300}
        step={5}
        onChange={(ms) => set({ jitter: { form: ms === 0 ? 'none' : 'uniform', ms } })}
      />
      <Dial
        label="Stalls"
        text={`${Math.round((stalls?.chance ?? 0) * 100)} %`}
        value={Math.round((stalls?.chance ?? 0) * 100)}
        max={20}
        step={1}
        title="Lost packets on TCP: nothing is lost, everything waits and then comes at once. The chance in each 50 ms."
        onChange={(percent) => set({ stalls: percent === 0 ? null : { ...STALL, chance: percent / 100 } })}
      />
      <label class="dial">
        <span class="dial-name">Bandwidth</span>
        <select
          class="select"
          value={String(bytesPerSecond)}
          onChange={(event) => {
            const { value } = event.currentTarget
            set({ bytesPerSecond: value === 'null' ? null : Number(value) })
          }}
        >
          {[...new Set([...RATES, bytesPerSecond])].map((rate) => (
            <option key={String(rate)} value={String(rate)}>
              {rate === null ? 'no limit' : `${formatBytes(rate)}/s`}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

interface DialProps {
  label: string
  text: string
  value: number
  max: number
  step: number
  title?: string
  onChange: (value: number) => void
}

export function Dial({ label, text, value, max, step, title, onChange }: DialProps) {
  return (
    <label class="dial" title={title}>
      <span class="dial-name">{label}</span>
      <input
        type="range"
        min={0}
        max={max}
        step={step}
        value={value}
        aria-label={label}
        aria-valuetext={text}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output class="dial-value">{text}</output>
    </label>
  )
}
