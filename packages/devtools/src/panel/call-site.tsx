/** @jsxImportSource preact */
// The line of the application that a message comes from; for what arrived, the handlers that it has met.
import { useState } from 'preact/hooks'
import { callSiteOf, handlersOf, questionOf, type Listener } from '../causes.js'
import type { CallPlace } from '../call-stack.js'
import type { Editor } from '../editor.js'
import { formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import type { Row } from '../rows.js'
import { Empty } from './empty.js'
import { PlaceLink } from './places.js'

export function CallSite({ model, row }: { model: Model; row: Row }) {
  const { hook } = model
  if (row.direction !== 'in') return <Asked model={model} row={row} />
  const question = questionOf(model.rows.all, row)
  if (question !== null) {
    return (
      <div class="causes">
        <h3 class="log-title">The question was asked here</h3>
        <Asked model={model} row={question} />
      </div>
    )
  }
  const handlers = handlersOf(hook, row)
  if (handlers.why !== null) return <Empty title="No handler to show" hint={handlers.why} />
  return (
    <div class="causes">
      <h3 class="log-title">Handlers that ran</h3>
      <ol class="sites">
        {handlers.value.map((handler, index) => (
          <Handler key={index} editor={hook.editor} handler={handler} />
        ))}
      </ol>
    </div>
  )
}

function Handler({
  editor,
  handler: { name, how, isComponent, places, reaction },
}: {
  editor: Editor | null
  handler: Listener
}) {
  const [place] = places
  return (
    <li class="site">
      <span class="site-name">{isComponent ? `<${name}>` : name}</span>
      <span class="site-note">
        {how} · {formatMs(reaction.ms)}
      </span>
      {place !== undefined && <PlaceLink editor={editor} place={place} />}
    </li>
  )
}

/** Callers of callers: what is behind them is one look away. */
const SHOWN = 5

function Asked({ model, row }: { model: Model; row: Row }) {
  const [isWhole, setIsWhole] = useState(false)
  const site = callSiteOf(model.hook, row)
  if (site.why !== null) return <Empty title="No call site" hint={site.why} />
  const places = isWhole ? site.value : site.value.slice(0, SHOWN)
  const hidden = site.value.length - places.length
  return (
    <div class="causes">
      <ol class="sites" aria-label="Call stack, innermost first">
        {places.map((place, index) => (
          <Place key={index} editor={model.hook.editor} place={place} isFirst={index === 0} />
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" class="button node-more" onClick={() => setIsWhole(true)}>
          {hidden} more
        </button>
      )}
    </div>
  )
}

function Place({ editor, place, isFirst }: { editor: Editor | null; place: CallPlace; isFirst: boolean }) {
  return (
    <li class="site" data-first={isFirst}>
      <span class="site-name">{place.name === '' ? 'top level' : `${place.name}()`}</span>
      <PlaceLink editor={editor} place={place} />
    </li>
  )
}
