/** @jsxImportSource preact */
// From a frame to the screen: who was woken by what it touched, and which components were committed for it.
import { rendersOf, type Listener, type Renders } from '../causes.js'
import { formatCount, formatMs } from '../format.js'
import type { Model } from '../overlay/model.js'
import type { Row } from '../rows.js'
import { Empty } from './empty.js'
import { PlaceLink } from './places.js'

const RESULTS = { selector: 'has another value', room: 'told', presence: 'told', message: 'called' } as const

export function RendersView({ model, row }: { model: Model; row: Row }) {
  const found = rendersOf(model.hook, row)
  if (found.why !== null) return <Empty title="Nothing to show" hint={found.why} />
  const { value } = found
  if (value.listeners.length === 0) {
    return (
      <Empty
        title="It woke nobody"
        hint="No selector, hook or handler reads what this frame has touched, so nothing was drawn."
      />
    )
  }
  return (
    <div class="causes">
      <Sums renders={value} />
      <ol class="sites">
        {value.listeners.map((listener, index) => (
          <Woken key={index} model={model} listener={listener} />
        ))}
      </ol>
      {value.more > 0 && <p class="hex-more">… and {formatCount(value.more)} more.</p>}
    </div>
  )
}

function Sums({ renders: { listeners, more, commits, selectors, ms } }: { renders: Renders }) {
  return (
    <>
      <dl class="figures">
        <Figure name="woken" value={formatCount(listeners.length + more)} />
        <Figure name="selectors run" value={formatCount(selectors)} />
        <Figure
          name="found the same"
          value={formatCount(listeners.filter(({ reaction }) => !reaction.isChanged).length)}
        />
        <Figure name="spent there" value={formatMs(ms)} />
        <Figure name="commits" value={formatCount(commits.length)} />
      </dl>
      {commits.map((commit, index) => (
        <p key={index} class="commit">
          <b>Commit {formatMs(commit.afterMs)} after the frame</b>{' '}
          {commit.components.map(({ name, hooks }) => (
            <span key={name} class="tag">
              {`<${name}>`}
              {hooks > 1 && ` × ${hooks}`}
            </span>
          ))}
        </p>
      ))}
    </>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Woken({
  model,
  listener: { name, how, isComponent, places, reaction },
}: {
  model: Model
  listener: Listener
}) {
  const [place] = places
  const { paths = [], isChanged, ms } = reaction
  return (
    <li class="site" data-same={!isChanged}>
      <span class="site-name">{isComponent ? `<${name}>` : name}</span>
      <span class="site-note">
        {how} · {isChanged ? RESULTS[reaction.kind] : 'found the same'} · {formatMs(ms)}
      </span>
      {place !== undefined && <PlaceLink editor={model.hook.editor} place={place} />}
      {paths.length > 0 && (
        <span class="site-paths">
          reads{' '}
          {paths.map((path) => (
            <code key={path}>{path === '' ? 'the whole state' : path}</code>
          ))}
        </span>
      )}
    </li>
  )
}
