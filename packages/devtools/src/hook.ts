// The meeting point of clients and inspector: `globalThis[Symbol.for('painda.devtools')]`. A client calls `attach(this)`
// in its constructor when somebody is there. The hook is in place before the app's first line, and records; the overlay
// comes later and finds everything.
import { hostTime } from '@painda/protocol'
import type { SessionFile, SessionFileAbout, Time, Undo, Witness } from '@painda/protocol'
import type { DeskLane } from './desk-lane.js'
import type { Editor } from './editor.js'
import type { InspectableClient } from './inspectable.js'
import { createEffects, type Effects } from './effects.js'
import { createLine, type Line } from './line.js'
import type { OtherTabs } from './other-tabs.js'
import { createRecorder, type Recorder } from './recorder.js'
import type { RecordingLane } from './recording-lane.js'
import type { ServerLane } from './server-lane.js'
import { createShapes, type Shapes } from './shapes.js'
import { createWeather, type Weather } from './weather.js'

export interface DevtoolsHook {
  /** Starts recording a client. Attaching it twice is once. */
  attach(client: InspectableClient): void
  readonly recorder: Recorder
  /** Of a session from a file: what the file says of itself. Null for the page's own. */
  readonly replayed: SessionFileAbout | null
  readonly weather: Weather
  /** Who asked for what, and whom it woke. */
  readonly effects: Effects
  /** The effects' ear, where clients and hooks look for it. */
  readonly witness: Witness
  /** The way from a call stack to the user's files, where the dev server has one. */
  editor: Editor | null
  /** What the dev server tells of the game server, where there is one. */
  server: ServerLane | null
  /** What the dev server knows of the members of its rooms, where there is one. */
  desk: DeskLane | null
  /** Recording a room for a test, where there is a dev server. */
  recording: RecordingLane | null
  /** What validators of the contract take. */
  readonly shapes: Shapes
  /** What the server told of a recorded room, as a session file of its own; null where nothing was recorded. */
  journal(): SessionFile | null
  /** Other tabs of this browser, where the overlay is mounted. */
  tabs: OtherTabs | null
  /** Where the overlay's button makes way for another tool's; null where it may stand as it was told. */
  corner(): Corner | null
  makeWay(corner: Corner): void
  /** The newest clients, oldest first. One that was never used is among them only while no other is. */
  clients(): readonly AttachedClient[]
  /** Called when a client was attached, used for the first time or forgotten, or the button has another corner. */
  subscribe(listener: () => void): Undo
}

export type Corner = 'bottom-right' | 'bottom-left'

export interface AttachedClient {
  /** Names the client's events in the recorder. */
  readonly source: number
  readonly client: InspectableClient
  /** The client's way to the server; null in a replay. */
  readonly line: Line | null
}

/** Clients say `Symbol.for` the same name; it is all that both sides agree on. */
export const HOOK_KEY: unique symbol = Symbol.for('painda.devtools')

/** A page that makes a client per render would otherwise keep them all alive through us. */
const MAX_CLIENTS = 16

/** Deltas between two checkpoints: what the worst "state before" has to replay, well under a frame. */
const CHECKPOINT_EVERY = 256

/** The hook of this page, put in place when there is none yet. A test's hook that was there before goes on being told. */
export function installHook(host: object): DevtoolsHook {
  // The key is known to clients, to this function and to the tests of a game; theirs has no recorder.
  const slots = host as { [HOOK_KEY]?: DevtoolsHook | Pick<DevtoolsHook, 'attach'> }
  const before = slots[HOOK_KEY]
  if (before !== undefined && 'recorder' in before) return before
  const hook = createHook()
  const { attach } = hook
  // The hook itself, and no copy of it: what it is given later, such as `recording`, its own methods read.
  hook.attach = (client) => {
    before?.attach(client)
    attach(client)
  }
  return (slots[HOOK_KEY] = hook)
}

export function createHook(
  recorder: Recorder = createRecorder(),
  time: Time = hostTime(globalThis),
): DevtoolsHook {
  const weather = createWeather({ time, lines: () => attached.flatMap(({ line }) => line ?? []) })
  const effects = createEffects({ now: time.now, afterTurn: (run) => void Promise.resolve().then(run) })
  const listeners = new Set<() => void>()
  let attached: (AttachedClient & { detach: Undo })[] = []
  // StrictMode makes what a component makes twice, and throws one away: a client that nobody ever connects.
  const unused = new WeakSet<InspectableClient>()
  let nextSource = 0
  let corner: Corner | null = null

  function follow(client: InspectableClient, source: number): Undo {
    let sinceCheckpoint = 0
    return client.inspector.listen((event) => {
      hear(client)
      if (event.kind === 'frame' && recorder.capturing && ++sinceCheckpoint >= CHECKPOINT_EVERY) {
        sinceCheckpoint = 0
        takeCheckpoints(client, source, recorder)
      }
      recorder.record(source, event)
      if (recorder.capturing) effects.during(recorder.nextId - 1)
    })
  }

  function hear(client: InspectableClient): void {
    if (unused.delete(client)) for (const listener of listeners) listener()
  }

  const isUnused = ({ client }: AttachedClient): boolean => unused.has(client)

  const hook: DevtoolsHook = {
    attach(client) {
      if (attached.some((entry) => entry.client === client)) return
      if (client.status().status === 'idle') unused.add(client)
      const source = nextSource++
      const line = createLine({
        name: `client ${source + 1}`,
        time,
        network: weather.network,
        retry: () => client.retryNow?.(),
      })
      client.inspector.through = line.through
      attached.push({ client, source, line, detach: follow(client, source) })
      if (attached.length > MAX_CLIENTS) {
        const oldest = attached.slice(0, -1).find(isUnused) ?? attached[0]
        oldest?.detach()
        delete oldest?.client.inspector.through
        if (oldest !== undefined) recorder.forget(oldest.source)
        attached = attached.filter((entry) => entry !== oldest)
      }
      for (const listener of listeners) listener()
    },
    recorder,
    weather,
    effects,
    witness: effects.witness,
    editor: null,
    server: null,
    desk: null,
    recording: null,
    shapes: createShapes(),
    journal() {
      const state = hook.recording?.state
      return state?.name === 'recorded' ? state.file : null
    },
    tabs: null,
    corner: () => corner,
    makeWay(next) {
      if (corner === next) return
      corner = next
      for (const listener of listeners) listener()
    },
    replayed: null,
    clients() {
      const used = attached.filter((entry) => !isUnused(entry))
      return used.length > 0 ? used : attached
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return hook
}

/** The client tells of a frame before it applies it, so its replicas stand at the versions that this frame begins with. */
function takeCheckpoints(client: InspectableClient, source: number, recorder: Recorder): void {
  for (const { id, version, state } of client.rooms()) {
    if (id !== null && state !== undefined) recorder.checkpoint({ source, room: id, version, state })
  }
}
