// "Show the kit": the figures of this page's line, and buttons that make it bad. The figures are written into the page by
// hand, once a second: a render for each would be the only thing here that renders.
import { usePPClient } from '@painda/react'
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { link, time } from '../connection.js'
import { meterLine } from './meter.js'
import { createWeather } from './weather.js'
import type { Weather } from './weather.js'

const PLUG_MS = 3_000
const FREEZE_MS = 2_500

export function KitBar({ invite }: { invite: () => string }): ReactNode {
  const client = usePPClient()
  const figures = useRef<HTMLDListElement>(null)
  const weather = useRef<Weather | null>(null)
  const [words, setWords] = useState('Pull the plug: nothing else survives it like this.')
  const [isOnTrain, setOnTrain] = useState(false)

  useEffect(() => {
    const made = createWeather({ client, link, time, tell: setWords })
    weather.current = made
    return () => made.close()
  }, [client])
  useEffect(
    () =>
      meterLine(client, time, ({ rttMs, inPerSecond, outPerSecond, version }) => {
        const texts = [
          rttMs === null ? '–' : `${Math.max(1, Math.round(rttMs))} ms`,
          `${kilo(inPerSecond)}/s`,
          `${kilo(outPerSecond)}/s`,
          `v${version}`,
        ]
        for (const [index, element] of [...(figures.current?.querySelectorAll('dd') ?? [])].entries())
          element.textContent = texts[index] ?? ''
      }),
    [client],
  )

  const freeze = () => {
    // A real freeze: nothing runs on this page meanwhile, as in a tab that the browser put to sleep.
    const before = versionNow(client)
    const until = performance.now() + FREEZE_MS
    while (performance.now() < until);
    const began = performance.now()
    time.after(120, () => {
      const ms = Math.round(performance.now() - began)
      setWords(
        `The tab stood still for ${FREEZE_MS / 1000} s; ${versionNow(client) - before} changes were applied within ${ms} ms.`,
      )
    })
  }

  return (
    <section
      className="kit"
      data-beside-inspector={import.meta.env.DEV}
      aria-label="Show the kit"
      data-testid="kit"
    >
      <dl className="kit-figures" ref={figures}>
        {['round trip', 'in', 'out', 'state'].map((label) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>–</dd>
          </div>
        ))}
      </dl>
      <p className="kit-words" role="status" data-testid="kit-words">
        {words}
      </p>
      <div className="kit-buttons">
        <button
          className="button button-small"
          onClick={() => weather.current?.pullThePlug(PLUG_MS)}
          data-testid="pull-the-plug"
        >
          Pull the plug
        </button>
        <button
          className="button button-small"
          aria-pressed={isOnTrain}
          onClick={() => {
            weather.current?.takeTheTrain(!isOnTrain)
            setOnTrain(!isOnTrain)
          }}
        >
          Train Wi-Fi
        </button>
        <button className="button button-small" onClick={freeze}>
          Freeze tab
        </button>
        <button className="button button-small" onClick={() => openTabs(invite(), setWords)}>
          Two more tabs
        </button>
      </div>
    </section>
  )
}

function openTabs(url: string, tell: (words: string) => void): void {
  for (let count = 0; count < 2; count++) window.open(url, '_blank', 'noopener')
  tell('Two tabs were asked for. If only one came, allow pop-ups for this page.')
}

function versionNow(client: ReturnType<typeof usePPClient>): number {
  return Math.max(0, ...client.rooms().map(({ version }) => version))
}

const kilo = (bytes: number): string => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`)
