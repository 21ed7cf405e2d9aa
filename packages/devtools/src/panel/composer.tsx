/** @jsxImportSource preact */
// A message by hand, through the page's own client: what the contract refuses is refused here too.
import type { ContractShape } from '@painda/protocol'
import { useEffect, useState } from 'preact/hooks'
import { blankOf, formOf, messageTypes, refusalOf, type MessageType } from '../contract-messages.js'
import type { TypeStats } from '../exchanges.js'
import { createFavourites } from '../favourites.js'
import { formatCount, formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import { parsePayload, sendBy, type Target } from '../send-by-hand.js'
import { preview } from '../preview.js'
import { PayloadForm } from './payload-form.js'

/** A person's message; a machine's are for load tests. */
const MAX_RATE = 120

interface ComposerProps {
  model: Model
  types: readonly TypeStats[]
}

/** What was typed outlives a look at another tab. */
let draft = { type: '', payload: '' }

const favourites = createFavourites(() => localStorage)

export function Composer({ model, types }: ComposerProps) {
  const { shapes } = model.hook
  const targets = targetsOf(model)
  const [chosen, setChosen] = useState<string | null>(null)
  const [{ type, payload }, setDraft] = useState(draft)
  const [result, setResult] = useState<{ text: string; isBad: boolean } | null>(null)
  const [rate, setRate] = useState(5)
  const [isRepeating, setRepeating] = useState(false)
  const [sent, setSent] = useState(0)
  const [, redraw] = useState(0)
  const target = targets.find(({ id }) => id === chosen) ?? targets.at(-1)
  const parsed = parsePayload(payload)
  const known = target === undefined ? [] : messageTypes(target.contract, target.scope)
  const chosenType = known.find((one) => one.type === type.trim())
  const fields = chosenType === undefined ? null : formOf(chosenType, shapes)
  // Said, and not held back: what the server does with it may be what one wants to see.
  const refusal =
    chosenType === undefined || parsed.problem !== null ? null : refusalOf(chosenType, parsed.value)
  const isReady = target !== undefined && type.trim() !== '' && parsed.problem === null

  useEffect(() => void shapes.ready().then(() => redraw((count) => count + 1)), [shapes])

  function change(next: Partial<typeof draft>): void {
    draft = { type, payload, ...next }
    setDraft(draft)
  }

  /** A form begins with what has to be there. */
  function chooseType(next: string): void {
    const found = known.find((one) => one.type === next.trim())
    const blank = found === undefined || payload.trim() !== '' ? null : formOf(found, shapes)
    change({ type: next, ...(blank === null ? {} : { payload: JSON.stringify(blankOf(blank)) }) })
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
    if (outcome.error !== null) setRepeating(false)
    else setSent((count) => count + 1)
  }

  useEffect(() => {
    if (!isRepeating || !isReady || !(rate > 0)) return undefined
    const timer = setInterval(() => void go('send'), 1_000 / Math.min(rate, MAX_RATE))
    return () => clearInterval(timer)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `go` is another function at every drawing
  }, [isRepeating, rate, isReady, target?.id, type, payload])

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
          onInput={(event) => chooseType(event.currentTarget.value)}
        />
        <datalist id="painda-types">
          {namesOf(known, types).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button
          type="button"
          class="button star"
          aria-pressed={favourites.has({ type, payload })}
          disabled={type.trim() === ''}
          title="Keep this message"
          aria-label="Favourite"
          onClick={() => {
            favourites.toggle({ type, payload })
            redraw((count) => count + 1)
          }}
        >
          {favourites.has({ type, payload }) ? '★' : '☆'}
        </button>
      </div>
      {fields !== null && parsed.problem === null && (
        <PayloadForm
          fields={fields}
          value={parsed.value}
          onChange={(value) => change({ payload: value === undefined ? '' : JSON.stringify(value) })}
        />
      )}
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
        <span class="composer-repeat">
          <input
            class="field"
            type="number"
            min={0.1}
            max={MAX_RATE}
            step="any"
            aria-label="Times a second"
            value={rate}
            onInput={({ currentTarget: { valueAsNumber } }) => setRate(valueAsNumber)}
          />
          a second
          <button
            type="button"
            class="button"
            aria-pressed={isRepeating}
            disabled={!isReady || !(rate > 0)}
            onClick={() => {
              setSent(0)
              setRepeating(!isRepeating)
            }}
          >
            {isRepeating ? `Stop · ${formatCount(sent)} sent` : 'Repeat'}
          </button>
        </span>
      </div>
      <p
        class="composer-result"
        data-bad={parsed.problem !== null || refusal !== null || result?.isBad === true}
        aria-live="polite"
      >
        {parsed.problem ?? refusal ?? result?.text ?? ''}
      </p>
      {favourites.list().length > 0 && (
        <ul class="favourites" aria-label="Favourites">
          {favourites.list().map((one) => (
            <li key={`${one.type} ${one.payload}`}>
              <button type="button" class="button" title={one.payload} onClick={() => change(one)}>
                ★ {one.type}
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  )
}

interface NamedTarget extends Target {
  readonly id: string
  readonly label: string
  readonly scope: 'client' | 'room'
  readonly contract: ContractShape | undefined
}

/** The contract's first, then what was seen. */
function namesOf(known: readonly MessageType[], types: readonly TypeStats[]): readonly string[] {
  const seen = types.filter(({ direction }) => direction === 'out').map(({ name }) => name)
  return [...new Set([...known.map(({ type }) => type), ...seen])]
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
            scope: 'client' as const,
            contract: client.contract,
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
              scope: 'room' as const,
              contract: client.contract,
              label: isOne ? `to ${room.id ?? room.key}` : `#${source + 1} to ${room.id ?? room.key}`,
              send: (type: string, payload: unknown) => room.send?.(type, payload),
              request: async (type: string, payload: unknown) => room.request?.(type, payload),
            },
          ],
    ),
  ])
}
