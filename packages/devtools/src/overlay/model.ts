// What the overlay knows and does, without a pixel: which rows are shown, which one is chosen, what is paused. While the
// dock is closed nothing is read from the recorder and nothing is drawn; opening catches up.
import type { Undo } from '@painda/protocol'
import type { Filter } from '../filter.js'
import { EVERYTHING } from '../filter.js'
import type { AttachedClient, DevtoolsHook } from '../hook.js'
import { createRowList, type RowList } from '../row-list.js'
import { createRowBuilder, type Row } from '../rows.js'
import { SERVER_SOURCE } from '../server-lane.js'
import type { PreferenceStore, Preferences } from './preferences.js'
import { createRefresh, type FrameHost } from './refresh.js'

export interface Model {
  readonly hook: DevtoolsHook
  readonly preferences: Preferences
  readonly rows: RowList
  /** The rows to draw: frozen while the view is paused. */
  readonly shown: readonly Row[]
  /** Null while the view runs, else how many rows came since it stopped. */
  readonly behind: number | null
  readonly selected: Row | null
  /** The clients that the chosen source means. */
  readonly clients: readonly AttachedClient[]
  /** The server's side is recorded too. */
  readonly hasServer: boolean
  /** Errors since the dock was last open. */
  readonly unread: number
  setPreferences(change: Partial<Preferences>): void
  setFilter(change: Partial<Filter>): void
  select(row: Row | null): void
  pauseView(isPaused: boolean): void
  pauseCapture(isPaused: boolean): void
  clear(): void
  /** Called when something to draw changed. */
  subscribe(listener: () => void): Undo
  /** From now on nobody is listened to, and no preference is changed. Safe to call twice. */
  close(): void
}

export interface ModelOptions {
  hook: DevtoolsHook
  preferences: PreferenceStore
  frames: FrameHost
  /** Wall clock minus monotonic clock, milliseconds. */
  wallOffset: number
}

export function createModel({ hook, preferences, frames, wallOffset }: ModelOptions): Model {
  const { recorder } = hook
  const listeners = new Set<() => void>()
  const builder = createRowBuilder(wallOffset)
  let rows = createRowList(recorder, builder)
  let frozen: { readonly rows: readonly Row[]; readonly total: number } | null = null
  let selected: Row | null = null
  let seenProblems = 0
  let stopWatching: Undo[] = []
  let isClosed = false

  const refresh = createRefresh(frames, () => {
    if (preferences.read().isOpen) rows.update()
    for (const listener of listeners) listener()
  })

  function watch(): void {
    if (isClosed) return
    for (const stop of stopWatching) stop()
    const clients = hook.clients().map(({ client }) => client.subscribeStatus(refresh.request))
    stopWatching = [...clients, watchRecorder()]
    if (hook.replayed === null) lookBeyond(preferences.read().isOpen)
    refresh.request()
  }

  function lookBeyond(isLooking: boolean): void {
    hook.effects.isLooking = isLooking
    hook.server?.watch(isLooking)
    hook.tabs?.watch(isLooking)
  }

  /** Closed, only a new problem is worth a redraw: the badge counts it. */
  function watchRecorder(): Undo {
    if (preferences.read().isOpen) return recorder.subscribe(refresh.request)
    let drawn = recorder.problems
    return recorder.subscribe(() => {
      if (recorder.problems === drawn) return
      drawn = recorder.problems
      refresh.request()
    })
  }

  const stopHook = hook.subscribe(watch)
  watch()

  return {
    hook,
    get preferences() {
      return preferences.read()
    },
    get rows() {
      return rows
    },
    get shown() {
      return frozen?.rows ?? rows.visible
    },
    get behind() {
      return frozen === null ? null : recorder.nextId - frozen.total
    },
    get selected() {
      return selected
    },
    get clients() {
      const { source } = rows.filter
      return hook
        .clients()
        .filter((entry) => source === null || source >= SERVER_SOURCE || entry.source === source)
    },
    get hasServer() {
      const { framesIn, framesOut, problems: told } = recorder.totals(SERVER_SOURCE)
      return framesIn + framesOut + told > 0
    },
    get unread() {
      return preferences.read().isOpen ? 0 : recorder.problems - seenProblems
    },
    setPreferences(change) {
      if (isClosed) return
      const wasOpen = preferences.read().isOpen
      preferences.write(change)
      if (preferences.read().isOpen !== wasOpen) {
        seenProblems = recorder.problems
        watch()
      }
      refresh.now()
    },
    setFilter(change) {
      rows.setFilter({ ...rows.filter, ...change })
      if (frozen !== null) {
        const { total } = frozen
        frozen = { rows: rows.visible.filter((row) => row.eventId < total), total }
      }
      refresh.now()
    },
    select(row) {
      selected = row
      refresh.now()
    },
    pauseView(isPaused) {
      frozen = isPaused ? { rows: rows.visible, total: recorder.nextId } : null
      refresh.now()
    },
    pauseCapture(isPaused) {
      rows.update()
      builder.skipped()
      recorder.capturing = !isPaused
      refresh.now()
    },
    clear() {
      const { filter } = rows
      recorder.clear()
      rows = createRowList(recorder, builder)
      rows.setFilter({ ...EVERYTHING, ...filter })
      selected = null
      if (frozen !== null) frozen = { rows: [], total: recorder.nextId }
      refresh.now()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      if (isClosed) return
      isClosed = true
      refresh.close()
      stopHook()
      if (hook.replayed === null) lookBeyond(false)
      for (const stop of stopWatching) stop()
      stopWatching = []
      listeners.clear()
    },
  }
}
