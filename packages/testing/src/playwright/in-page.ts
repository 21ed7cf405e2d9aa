// What a test knows of a page: every client in it, its last frames, and its rooms' states by version. Runs in the page
// before its first line, found by clients as devtools are; so the page itself needs nothing for it.
import type { PPClient, Recovery, RoomHandle } from '@painda/client'
import type { FrameEvent, InspectEvent } from '@painda/protocol'

export interface PageRecorder {
  clients(): PageClient[]
  /** The newest events of all clients of this page, oldest first. */
  events(): InspectEvent[]
  /** What the reconnects became, oldest first. */
  recoveries(): Recovery['outcome'][]
  /** The state that a room had in that version; waits a while for versions to come. Null when it was not seen. */
  stateAt(clientId: string, room: string, version: number, waitMs: number): Promise<StateSeen>
}

export type StateSeen =
  | { readonly seen: true; readonly state: unknown }
  | { readonly seen: false; version: number }

export interface PageClient {
  readonly id: string | null
  readonly status: string
  readonly rooms: readonly PageRoom[]
}

export interface PageRoom {
  readonly id: string | null
  readonly version: number
  readonly status: string
  readonly hasState: boolean
}

export interface PageRecorderOptions {
  maxFrames: number
  maxVersions: number
}

declare global {
  interface Window {
    __paindaTesting?: PageRecorder
  }
}

/** Must stand alone: its text is sent to the page. */
export function recordPage({ maxFrames, maxVersions }: PageRecorderOptions): void {
  // A frame inside the page has its own window, and its clients are its own.
  if (window.__paindaTesting !== undefined) return
  const clients = new Set<PPClient>()
  const events: InspectEvent[] = []
  const recoveries: Recovery['outcome'][] = []
  const histories = new Map<object, { id: string | null; states: Map<number, unknown> }>()
  const waiting = new Set<() => void>()

  function keep(room: RoomHandle): void {
    const history = histories.get(room)
    if (history === undefined || room.state === undefined) return
    const newest = [...history.states.keys()].at(-1) ?? 0
    // Another room, or the same one of a server that has forgotten: its versions begin anew.
    if (history.id !== room.id || room.version < newest) history.states.clear()
    history.id = room.id
    history.states.set(room.version, room.state)
    for (const oldest of history.states.keys()) {
      if (history.states.size <= maxVersions) break
      history.states.delete(oldest)
    }
    for (const look of waiting) look()
  }

  function watchRooms(client: PPClient): void {
    for (const room of client.rooms()) {
      if (histories.has(room)) continue
      histories.set(room, { id: room.id, states: new Map() })
      room.subscribe(() => keep(room))
      keep(room)
    }
  }

  function attach(client: PPClient): void {
    clients.add(client)
    client.inspector.listen((event) => {
      events.push(event)
      if (events.length > maxFrames * 2) events.splice(0, events.length - maxFrames)
      // The frame is told before it is applied: its room is there in a moment.
      if (event.kind === 'frame') void Promise.resolve().then(() => watchRooms(client))
    })
    // The constructor calls this, and whoever it calls back must find a client that is whole.
    void Promise.resolve().then(() => {
      client.on('recovery', ({ outcome }) => void recoveries.push(outcome))
      client.subscribeStatus(() => watchRooms(client))
    })
  }

  const key = Symbol.for('painda.devtools')
  // The name that clients look up; nobody else uses it for anything else.
  const host = globalThis as { [key: symbol]: { attach: (client: PPClient) => void } | undefined }
  const before = host[key]
  host[key] = {
    attach(client) {
      before?.attach(client)
      attach(client)
    },
  }

  window.__paindaTesting = {
    clients: () =>
      [...clients].map((client) => ({
        id: client.id,
        status: client.status().status,
        rooms: client.rooms().map(({ id, version, status, state }) => ({
          id,
          version,
          status,
          hasState: state !== undefined,
        })),
      })),
    events: () => events.slice(-maxFrames),
    recoveries: () => [...recoveries],
    stateAt(clientId, roomId, version, waitMs) {
      const find = (): RoomHandle | undefined =>
        [...clients]
          .filter(({ id }) => id === clientId)
          .flatMap((client) => client.rooms())
          .find(({ id, status }) => id === roomId && status === 'joined')
      return new Promise((resolve) => {
        function finish(seen: StateSeen): void {
          waiting.delete(look)
          clearTimeout(timer)
          resolve(seen)
        }
        function look(): void {
          const room = find()
          const states = room === undefined ? undefined : histories.get(room)?.states
          if (states?.has(version)) return finish({ seen: true, state: states.get(version) })
          if (room !== undefined && room.version > version) finish({ seen: false, version: room.version })
        }
        const timer = setTimeout(() => finish({ seen: false, version: find()?.version ?? -1 }), waitMs)
        waiting.add(look)
        look()
      })
    },
  }
}

/** Of events, those that carry bytes. */
export function isFrame(event: InspectEvent): event is FrameEvent {
  return event.kind === 'frame'
}
