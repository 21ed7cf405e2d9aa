/** @jsxImportSource preact */
// The field for words and terms.
import type { TargetedKeyboardEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../overlay/icons.js'
import type { Model } from '../overlay/model.js'
import { parseQuery } from '../query.js'

const HELP =
  'Words, path:players.*.hp, larger:2k, slow:100, type:buy, room:arena, ns:chat, is:error, is:late; a minus turns one around'

/** Searching ten thousand payloads at every key press would make typing stick. */
const TYPING_PAUSE_MS = 120

export function Search({ model }: { model: Model }) {
  const { text } = model.rows.filter
  const [typed, setTyped] = useState(text)
  /** What the model has from here or has told us: when it comes back late, more may have been typed since. */
  const toldRef = useRef(text)
  // A preset writes here too.
  useEffect(() => {
    if (text === toldRef.current) return
    toldRef.current = text
    setTyped(text)
  }, [text])
  useEffect(() => {
    if (typed === text) return undefined
    const timer = setTimeout(() => {
      toldRef.current = typed
      model.setFilter({ text: typed })
    }, TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, text, model])

  const { problem } = parseQuery(text)

  function onKeyDown(event: TargetedKeyboardEvent<HTMLInputElement>): void {
    if (event.key !== 'Escape' || typed === '') return
    // The first Escape empties the field, the next one closes the dock.
    event.preventDefault()
    setTyped('')
  }

  return (
    <label class="search" title={problem ?? HELP}>
      <Icon name="search" />
      <input
        type="text"
        placeholder="Filter"
        aria-label="Filter by name, room or decoded payload"
        aria-invalid={problem !== null}
        aria-describedby="painda-filter-note"
        spellcheck={false}
        autocomplete="off"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span id="painda-filter-note" class="search-note" aria-live="polite">
        {problem}
      </span>
    </label>
  )
}
