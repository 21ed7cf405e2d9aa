/** @jsxImportSource preact */
// Bad weather for this page's own lines, from the network engine that tests use too.
import { useEffect, useReducer, useState } from 'preact/hooks'
import { formatMs } from '../format.js'
import type { AttachedClient } from '../hook.js'
import { weatherAsTest, type Line } from '../line.js'
import type { Model } from '../overlay/model.js'
import { copyText } from '../overlay/copy-text.js'
import { toneOf } from '../overlay/status-words.js'
import { useNow } from '../overlay/use-now.js'
import { NO_RULE, SORTS } from '../sieve.js'
import { visible } from '../visible.js'
import type { Weather } from '../weather.js'
import { ByType } from './by-type.js'
import { Dials } from './dials.js'
import { Empty } from './empty.js'
import { Log } from './log.js'

/** Of the engine's profiles those that a person would ask for, in the order of how bad they are. */
const PRESETS = [
  { name: 'goodWifi', label: 'Good Wi-Fi', hint: '8 ms each way' },
  { name: 'jit', label: 'Far away', hint: '100 ± 30 ms each way' },
  { name: 'spec', label: 'Far and stalling', hint: '100 ± 30 ms, stalls up to 250 ms' },
  { name: 'bw', label: 'Full cell', hint: '40 kB/s each way' },
  { name: 'train', label: 'Train', hint: '60 ms, stalls, a tunnel of 6 s' },
  { name: 'subway', label: 'Subway', hint: 'no signal between stations' },
  { name: 'elevator', label: 'Elevator', hint: 'dead from 8 s to 20 s' },
] as const

export function NetworkPanel({ model }: { model: Model }) {
  // Weather changes by itself: a train enters its tunnel.
  useNow()
  if (model.hook.replayed !== null) {
    return <Empty title="A replay has no line" hint="Go back to the page to make its connection bad." />
  }
  const clients = model.clients.filter(({ line }) => line !== null)
  if (clients.length === 0) {
    return <Empty title="No client yet" hint="Its line appears here as soon as the page makes one." />
  }
  return (
    <div class="status">
      {[...clients].reverse().map((attached) => (
        <LineCard key={attached.source} model={model} attached={attached} />
      ))}
      <Seed weather={model.hook.weather} />
    </div>
  )
}

function LineCard({ model, attached }: { model: Model; attached: AttachedClient }) {
  const { client, line, source } = attached
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => line?.subscribe(() => redraw(0)), [line])
  if (line === null) return null
  const { status } = client.status()
  return (
    <article class="client" aria-label={`Line of ${visible(client.id ?? `client ${source + 1}`)}`}>
      <header class="client-head">
        <span class="connection" data-tone={toneOf(status)}>
          <span class="dot" data-tone={toneOf(status)} />
          {status}
          {client.rtt !== null && status === 'open' && <span class="rtt">{formatMs(client.rtt)}</span>}
        </span>
        <span class="weather" data-tone={toneOfLine(line)}>
          {wordsOf(line)}
        </span>
        <button
          type="button"
          class="button"
          title="This weather, for a test with @painda/testing/playwright"
          onClick={() => copyText(weatherAsTest(line, model.hook.weather.seed))}
        >
          Copy as test
        </button>
      </header>
      <Presets line={line} />
      <div class="client-body">
        <div>
          <Dials line={line} />
          <ByType line={line} />
          <Acts line={line} />
        </div>
        <Log model={model} source={source} />
      </div>
    </article>
  )
}

function Presets({ line }: { line: Line }) {
  const isCalm = line.profile === null && isPerfect(line)
  return (
    <div class="presets" role="group" aria-label="Weather">
      <button type="button" class="preset" aria-pressed={isCalm} onClick={() => !isCalm && line.calm()}>
        <b>Clear</b>
        <span>as it is</span>
      </button>
      {PRESETS.map(({ name, label, hint }) => (
        <button
          key={name}
          type="button"
          class="preset"
          aria-pressed={line.profile === name}
          title={hint}
          onClick={() => line.play(name)}
        >
          <b>{label}</b>
          <span>{hint}</span>
        </button>
      ))}
    </div>
  )
}

function Acts({ line }: { line: Line }) {
  return (
    <div class="acts" role="group" aria-label="Faults">
      <button
        type="button"
        class="button"
        title="The connection breaks; a new one may be opened at once"
        onClick={line.cut}
      >
        Cut
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={!line.isOnline}
        title="Connections stall and new ones fail"
        onClick={line.isOnline ? line.offline : line.online}
      >
        {line.isOnline ? 'Pull the plug' : 'Plug it in'}
      </button>
      <button
        type="button"
        class="button"
        title="The connection dies and neither end hears of it"
        onClick={() => line.halfOpen()}
      >
        Half-open
      </button>
      <button
        type="button"
        class="button"
        title="Nothing arrives for a second, then everything, in order"
        onClick={() => line.stall(1_000)}
      >
        Stall 1 s
      </button>
    </div>
  )
}

function Seed({ weather }: { weather: Weather }) {
  const [typed, setTyped] = useState(String(weather.seed))
  const isWrong = typed.trim() === '' || !Number.isInteger(Number(typed)) || Number(typed) < 0
  return (
    <form
      class="seed"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isWrong) weather.reseed(Number(typed))
      }}
    >
      <label>
        Seed{' '}
        <input
          type="text"
          inputMode="numeric"
          class="field"
          value={typed}
          aria-invalid={isWrong}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button" disabled={isWrong || Number(typed) === weather.seed}>
        Use it
      </button>
      <span class="seed-note">
        The same seed makes the same jitter and the same stalls, here and in a test.
      </span>
    </form>
  )
}

function isPerfect({ settings: { up, down }, isOnline, ruleOf }: Line): boolean {
  return (
    isOnline &&
    SORTS.every((sort) => ruleOf('up', sort) === NO_RULE && ruleOf('down', sort) === NO_RULE) &&
    [up, down].every(
      ({ delayMs, jitter, bytesPerSecond, stalls }) =>
        delayMs === 0 && jitter.ms === 0 && bytesPerSecond === null && stalls === null,
    )
  )
}

function toneOfLine(line: Line): string {
  if (!line.isOnline) return 'bad'
  return isPerfect(line) ? 'off' : 'busy'
}

function wordsOf(line: Line): string {
  if (!line.isOnline) return 'unplugged'
  if (line.profile !== null) return PRESETS.find(({ name }) => name === line.profile)?.label ?? line.profile
  return isPerfect(line) ? 'clear' : 'own weather'
}
