/** @jsxImportSource preact */
// A message by hand, through the page's own client: what the contract refuses is refused here too.
import { useEffect, useState } from 'preact/hooks'
import type { TypeStats } from '../exchanges.js'
import { formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import { parsePayload, sendBy, type Target } from '../send-by-hand.js'
import { preview } from '../preview.js'

const RATES = [1, 5, 10, 30]

interface ComposerProps {
  model: Model
  types: readonly TypeStats[]
}

/** What was typed outlives a look at another tab. */
let draft = { type: '', payload: '' }

export function Composer({ model, types }: ComposerProps) {
  const targets = targetsOf(model)
  const [chosen, setChosen] = useState<string | null>(null)
  const [{ type, payload }, setDraft] = useState(draft)
  const [result, setResult] = useState<{ text: string; isBad: boolean } | null>(null)
  const [rate, setRate] = useState(0)
  const target = targets.find(({ id }) => id === chosen) ?? targets.at(-1)
  const parsed = parsePayload(payload)
  const isReady = target !== undefined && type.trim() !== '' && parsed.problem === null

  function change(next: Partial<typeof draft>): void {
    draft = { type, payload, ...next }
    setDraft(draft)
  }

  async function go(how: 'send' | 'request'): Promise<void> {
    if (target === undefined || parsed.problem !== null) return
    const start = performance.now()
    const outcome = await sendBy(target, how, type.trim(), parsed.value)
    const took = formatMs(performance.now() - start)
    if (outcome.error !== null) setResult({ text: outcome.error, isBad: true })
    else
      setResult({
        text: how === 'send' ? 'Sent.' : `Answered in ${took}: ${preview(outcome.answer)}`,
        isBad: false,
      })
    if (outcome.error !== null) setRate(0)
  }

  useEffect(() => {
    if (rate === 0 || !isReady) return undefined
    const timer = setInterval(() => void go('send'), 1_000 / rate)
    return () => clearInterval(timer)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `go` is another function at every drawing
  }, [rate, isReady, target, type, payload])

  if (target === undefined) return null
  return (
    <form
      class="composer"
      aria-label="Send a message"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void go('send')
      }}
    >
      <div class="composer-line">
        <select
          class="select"
          aria-label="To"
          value={target.id}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {targets.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        <input
          class="field"
          type="text"
          list="painda-types"
          placeholder="type"
          aria-label="Type"
          spellcheck={false}
          autocomplete="off"
          value={type}
          onInput={(event) => change({ type: event.currentTarget.value })}
        />
        <datalist id="painda-types">
          {types
            .filter(({ direction }) => direction === 'out')
            .map(({ name }) => (
              <option key={name} value={name} />
            ))}
        </datalist>
      </div>
      <textarea
        class="field"
        rows={3}
        placeholder='payload as JSON, such as {"item": "bomb"}'
        aria-label="Payload"
        aria-invalid={parsed.problem !== null}
        spellcheck={false}
        value={payload}
        onInput={(event) => change({ payload: event.currentTarget.value })}
      />
      <div class="composer-line">
        <button type="submit" class="button" disabled={!isReady}>
          Send
        </button>
        <button type="button" class="button" disabled={!isReady} onClick={() => void go('request')}>
          Ask
        </button>
        <select
          class="select"
          aria-label="Repeat"
          value={String(rate)}
          onChange={(event) => setRate(Number(event.currentTarget.value))}
        >
          <option value="0">once</option>
          {RATES.map((perSecond) => (
            <option key={perSecond} value={String(perSecond)}>
              {perSecond} a second
            </option>
          ))}
        </select>
      </div>
      <p
        class="composer-result"
        data-bad={parsed.problem !== null || result?.isBad === true}
        aria-live="polite"
      >
        {parsed.problem ?? result?.text ?? ''}
      </p>
    </form>
  )
}

interface NamedTarget extends Target {
  readonly id: string
  readonly label: string
}

/** Rooms, the newest last, and the client itself before them. */
function targetsOf(model: Model): NamedTarget[] {
  const isOne = model.clients.length === 1
  return model.clients.flatMap(({ source, client }) => [
    ...(client.emit === undefined
      ? []
      : [
          {
            id: `${source}`,
            label: isOne ? 'to the server' : `#${source + 1} to the server`,
            send: (type: string, payload: unknown) => client.emit?.(type, payload),
            request: async (type: string, payload: unknown) => client.request?.(type, payload),
          },
        ]),
    ...client.rooms().flatMap((room) =>
      room.send === undefined || room.status !== 'joined'
        ? []
        : [
            {
              id: `${source} ${room.key}`,
              label: isOne ? `to ${room.id ?? room.key}` : `#${source + 1} to ${room.id ?? room.key}`,
              send: (type: string, payload: unknown) => room.send?.(type, payload),
              request: async (type: string, payload: unknown) => room.request?.(type, payload),
            },
          ],
    ),
  ])
}
