/** @jsxImportSource preact */
// Weather for messages of one type: held back, or lost where a newer one takes their place.
import type { Direction } from '@painda/protocol'
import { useState } from 'preact/hooks'
import type { Line } from '../line.js'
import { LOSABLE, SORTS, type Sort, type SortRule } from '../sieve.js'
import { Dial } from './dials.js'

const WORDS: { readonly [Of in Sort]: { readonly label: string; readonly ways: readonly Direction[] } } = {
  state: { label: 'States', ways: ['down'] },
  message: { label: 'Messages', ways: ['up', 'down'] },
  answer: { label: 'Answers', ways: ['up', 'down'] },
  presence: { label: 'Presence', ways: ['down'] },
  ping: { label: 'Pings', ways: ['up', 'down'] },
}

export function ByType({ line }: { line: Line }) {
  const [sort, setSort] = useState<Sort>('state')
  const { ways } = WORDS[sort]
  const [direction = 'down'] = [...ways].reverse()
  const rule = line.ruleOf(direction, sort)
  const set = (change: Partial<SortRule>): void => {
    for (const way of ways) line.setRule(way, sort, { ...rule, ...change })
  }
  return (
    <fieldset class="by-type">
      <legend>Only what is of this type</legend>
      <label class="dial">
        <span class="dial-name">Type</span>
        <select
          class="select"
          aria-label="Type of messages"
          value={sort}
          onChange={({ currentTarget }) => {
            const next = SORTS.find((one) => one === currentTarget.value)
            if (next !== undefined) setSort(next)
          }}
        >
          {SORTS.map((one) => (
            <option key={one} value={one}>
              {WORDS[one].label + (isQuiet(line, one) ? '' : ' ·')}
            </option>
          ))}
        </select>
      </label>
      <Dial
        label="Held back"
        text={`${rule.delayMs} ms`}
        value={rule.delayMs}
        max={1_000}
        step={10}
        title="The stream stays in order: what comes behind it waits too"
        onChange={(ms) => set({ delayMs: ms })}
      />
      {LOSABLE.has(sort) ? (
        <Dial
          label="Lost"
          text={`${Math.round(rule.loss * 100)} %`}
          value={Math.round(rule.loss * 100)}
          max={100}
          step={1}
          title="Deltas or pings that never arrive: see how the replica finds out, and heals"
          onChange={(percent) => set({ loss: percent / 100 })}
        />
      ) : (
        <p class="by-type-note">None of these may be lost: both ends count them, or wait for them.</p>
      )}
    </fieldset>
  )
}

function isQuiet(line: Line, sort: Sort): boolean {
  return WORDS[sort].ways.every((way) => {
    const { delayMs, loss } = line.ruleOf(way, sort)
    return delayMs === 0 && loss === 0
  })
}
