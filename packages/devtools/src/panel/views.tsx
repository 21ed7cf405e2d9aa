/** @jsxImportSource preact */
// Which places of a room's state cost the bytes, and which only this client is told of.
import { Component } from 'preact'
import { formatBytes, formatCount } from '../format.js'
import type { AttachedClient } from '../hook.js'
import type { InspectableRoom } from '../inspectable.js'
import { ownPaths } from '../members.js'
import type { Model } from '../overlay/model.js'
import { pathTraffic, type PathTraffic } from '../path-traffic.js'
import { visible } from '../visible.js'

const MAX_PATHS = 12

interface ViewsProps {
  now: number
  model: Model
  attached: AttachedClient
  room: InspectableRoom
}

/** Drawn once a second, not with every frame: it reads hundreds of deltas. */
export class Views extends Component<ViewsProps> {
  /** How many rows there were; just opened, there are none yet. */
  private drawn = 0

  override shouldComponentUpdate(next: ViewsProps): boolean {
    return this.drawn === 0 || next.now !== this.props.now || next.model !== this.props.model
  }

  override render({ model, attached: { source }, room }: ViewsProps) {
    const rows = model.rows.all
    this.drawn = rows.length
    const own = ownPaths(rows, source, room.id ?? '')
    const paths = pathTraffic(rows, source, room.id ?? '')
    return (
      <div class="views">
        <Paths paths={paths} />
        <Own paths={own} />
      </div>
    )
  }
}

function Paths({ paths }: { paths: readonly PathTraffic[] }) {
  const most = paths[0]?.bytes ?? 1
  return (
    <section aria-label="Bytes by path">
      <h3 class="log-title">Where the bytes go · newest 300 deltas</h3>
      {paths.length === 0 && <p class="node-empty">No delta yet.</p>}
      <ul class="bars">
        {paths.slice(0, MAX_PATHS).map(({ path, bytes, changes }) => (
          <li key={path} class="bar">
            <span class="bar-name">{path === '' ? '(root)' : visible(path)}</span>
            <span class="bar-line">
              <span style={{ width: `${Math.max(1, (bytes / most) * 100)}%` }} />
            </span>
            <span class="bar-value">
              {formatBytes(bytes)} · {formatCount(changes)}×
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Own({ paths }: { paths: readonly string[] }) {
  return (
    <section aria-label="Seen by this client alone">
      <h3 class="log-title">Seen by this client alone</h3>
      {paths.length === 0 ? (
        <p class="node-empty">Nothing: everybody in the room sees the same.</p>
      ) : (
        <ul class="own-paths">
          {paths.map((path) => (
            <li key={path} title={visible(path)}>
              {visible(path)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
