/** @jsxImportSource preact */
// The open inspector: a head with tabs, one panel, a foot with totals. At the bottom or the right of the window; on a phone
// a drawer.
import type { ComponentType, TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { formatBytes, formatCount } from '../format.js'
import { FramesPanel } from '../panel/frames.js'
import { MessagesPanel } from '../panel/messages.js'
import { NetworkPanel } from '../panel/network.js'
import { PlayersPanel } from '../panel/players.js'
import { StatePanel } from '../panel/state.js'
import { StatusPanel } from '../panel/status.js'
import { TimelinePanel } from '../panel/timeline.js'
import { SERVER_SOURCE } from '../server-lane.js'
import { visible } from '../visible.js'
import { Grip } from './grip.js'
import { Guard } from './guard.js'
import { IconButton } from './icon-button.js'
import { Mark } from './icons.js'
import type { Model } from './model.js'
import { TAB_NAMES, type TabName } from './preferences.js'
import { RecordBar, RecordButton } from './record-bar.js'
import { dropTarget, StageBar, StageButtons } from './stage-bar.js'
import type { Places } from './places.js'
import type { Stage } from './stage.js'
import { statusOf } from './status-words.js'
import { Tabs } from './tabs.js'

const PANELS: {
  readonly [Name in TabName]: { readonly label: string; readonly Panel: ComponentType<PanelProps> }
} = {
  frames: { label: 'Frames', Panel: FramesPanel },
  state: { label: 'State', Panel: StatePanel },
  timeline: { label: 'Timeline', Panel: TimelinePanel },
  players: { label: 'Players', Panel: PlayersPanel },
  messages: { label: 'Messages', Panel: MessagesPanel },
  network: { label: 'Network', Panel: NetworkPanel },
  status: { label: 'Status', Panel: StatusPanel },
}

const TABS = TAB_NAMES.map((name) => ({ name, label: PANELS[name].label }))

interface PanelProps {
  model: Model
}

const THEMES = { auto: 'light', light: 'dark', dark: 'auto' } as const

interface DockProps {
  stage: Stage
  places: Places
  hotkey: string | null
  /** Told when the dock goes. */
  hadFocus: { current: boolean }
}

export function Dock({ stage, places, hotkey, hadFocus }: DockProps) {
  const { model } = stage
  const dockRef = useRef<HTMLElement>(null)
  const { side, size, tab, theme } = model.preferences
  const { Panel } = PANELS[tab]
  // The keyboard follows: the next Tab is inside the dock.
  useLayoutEffect(() => {
    const dock = dockRef.current
    dock?.focus({ preventScroll: true })
    return () => {
      const root = dock?.getRootNode()
      hadFocus.current = root instanceof ShadowRoot && root.activeElement !== null
    }
  }, [hadFocus])

  function onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
    if (event.key !== 'Escape' || event.defaultPrevented || places.now === 'element') return
    event.preventDefault()
    model.setPreferences({ isOpen: false })
  }

  return (
    <section
      ref={dockRef}
      class="dock"
      aria-label="Painda devtools"
      tabIndex={-1}
      data-side={places.now === 'page' ? side : places.now}
      style={{ '--size': `${size * 100}%` }}
      onKeyDown={onKeyDown}
      {...dropTarget(stage)}
    >
      {places.now === 'page' && (
        <Grip side={side} size={size} onResize={(next) => model.setPreferences({ size: next })} />
      )}
      <header class="head">
        <Brand model={model} />
        <Tabs
          id="painda"
          label="Inspector"
          tabs={TABS}
          selected={tab}
          onSelect={(name) => model.setPreferences({ tab: name })}
        />
        <div class="head-end">
          <SourcePicker model={model} />
          <RecordButton stage={stage} />
          <StageButtons stage={stage} />
          {places.theme === null && (
            <IconButton
              icon={theme}
              label={`Colours: ${theme}`}
              onClick={() => model.setPreferences({ theme: THEMES[theme] })}
            />
          )}
          <DockButtons model={model} places={places} hotkey={hotkey} />
        </div>
      </header>
      <StageBar stage={stage} />
      <RecordBar stage={stage} />
      <div
        class="panel"
        key={stage.fileName}
        role="tabpanel"
        id="painda-panel"
        aria-labelledby={`painda-tab-${tab}`}
      >
        <Guard key={tab}>
          <Panel model={model} />
        </Guard>
      </div>
      <Foot model={model} hotkey={places.now === 'element' ? null : hotkey} />
    </section>
  )
}

/** Where to go from here. In another tool's dock that tool decides. */
function DockButtons({ model, places, hotkey }: Pick<DockProps, 'places' | 'hotkey'> & { model: Model }) {
  const { side } = model.preferences
  if (places.now === 'element') return null
  return (
    <>
      {places.now === 'page' ? (
        <>
          <IconButton
            icon={side === 'bottom' ? 'right' : 'bottom'}
            class="side-button"
            label={side === 'bottom' ? 'Dock to the right' : 'Dock to the bottom'}
            onClick={() => model.setPreferences({ side: side === 'bottom' ? 'right' : 'bottom' })}
          />
          <IconButton
            icon="window"
            class="side-button"
            label="Move into a window of its own"
            onClick={() => void places.moveOut()}
          />
        </>
      ) : (
        <IconButton icon={side} label="Dock on the page again" onClick={places.moveBack} />
      )}
      <IconButton
        icon="close"
        label={hotkey === null ? 'Close' : `Close (${hotkey})`}
        onClick={() => model.setPreferences({ isOpen: false })}
      />
    </>
  )
}

function Brand({ model }: { model: Model }) {
  const { label, tone } = statusOf(model.clients)
  const rtt = model.clients.at(-1)?.client.rtt ?? null
  return (
    <div class="brand">
      <Mark />
      <span class="connection" data-tone={tone}>
        <span class="dot" data-tone={tone} />
        <span class="connection-word">{label}</span>
        {rtt !== null && tone === 'good' && <span class="rtt">{Math.round(rtt)} ms</span>}
      </span>
    </div>
  )
}

/** Only where there is a choice. */
function SourcePicker({ model }: { model: Model }) {
  const clients = model.hook.clients()
  const others = model.hook.tabs?.clients() ?? []
  if (clients.length < 2 && !model.hasServer && others.length === 0) return null
  const { source } = model.rows.filter
  return (
    <select
      class="select"
      aria-label="Whose frames"
      value={source === null ? '' : String(source)}
      onChange={(event) => {
        const { value } = event.currentTarget
        model.setFilter({ source: value === '' ? null : Number(value) })
      }}
    >
      <option value="">{others.length > 0 ? 'This tab' : 'All clients'}</option>
      {clients.map(({ source: number, client }) => (
        <option key={number} value={String(number)}>
          {`#${number + 1} ${visible(client.id ?? 'not connected')}`}
        </option>
      ))}
      {model.hasServer && <option value={String(SERVER_SOURCE)}>The server</option>}
      {others.map(({ source: number, name }) => (
        <option key={number} value={String(number)}>
          {`Other tab: ${visible(name)}`}
        </option>
      ))}
    </select>
  )
}

function Foot({ model, hotkey }: { model: Model; hotkey: string | null }) {
  const { recorder } = model.hook
  const totals = model.clients.map(({ source }) => recorder.totals(source))
  const sum = (pick: (total: (typeof totals)[number]) => number): number =>
    totals.reduce((all, total) => all + pick(total), 0)
  return (
    <footer class="foot">
      <span>
        <b class="in">↓</b> {formatCount(sum((total) => total.framesIn))} frames ·{' '}
        {formatBytes(sum((total) => total.bytesIn))}
      </span>
      <span>
        <b class="out">↑</b> {formatCount(sum((total) => total.framesOut))} frames ·{' '}
        {formatBytes(sum((total) => total.bytesOut))}
      </span>
      <span class="foot-held">holding {formatCount(recorder.nextId - recorder.firstId)} events</span>
      {!recorder.capturing && model.hook.replayed === null && (
        <span class="foot-paused">capture paused · {formatCount(recorder.missed)} passed by</span>
      )}
      {model.clients.some(({ line }) => line?.isOnline === false) && (
        <span class="foot-paused">network paused</span>
      )}
      {hotkey !== null && <kbd class="foot-key">{hotkey}</kbd>}
    </footer>
  )
}
