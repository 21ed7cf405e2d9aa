// A recording as a session file and back. What comes back is a hook like the page's own, only that nothing is added to it: every
// panel shows it as it shows the page.
import type {
  InspectEvent,
  PresenceEntry,
  SessionFile,
  SessionFileAbout,
  SessionFileLine,
} from '@painda/protocol'
import { contractRows, fingerprintText } from '@painda/protocol'
import { createHook, type AttachedClient, type DevtoolsHook } from './hook.js'
import type { InspectableClient, InspectableRoom } from './inspectable.js'
import { membersAtEnd } from './members.js'
import { stateAt } from './rebuild.js'
import { createRecorder, type Recorder } from './recorder.js'
import { SERVER_SOURCE } from './server-lane.js'

/** Of the server's lane in a file; no client has such an id. */
const SERVER_NAME = 'server'

/** All that is held now. `wallOffset`: wall clock minus monotonic clock, where no frame tells it. `app`: its name and version. */
export function sessionOf(hook: DevtoolsHook, wallOffset: number, app?: string): SessionFile {
  const { recorder } = hook
  const lines: SessionFileLine[] = []
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded !== undefined) lines.push({ source: recorded.source, event: recorded.event })
  }
  if (hook.replayed !== null) {
    const serverAt = hook.replayed.sources.indexOf(SERVER_NAME)
    for (const { event } of hook.journal()?.lines ?? []) lines.push({ source: SERVER_SOURCE, event })
    const asInFile = lines.map(({ source, event }) => ({
      source: source === SERVER_SOURCE ? serverAt : source,
      event,
    }))
    return { about: hook.replayed, lines: asInFile }
  }
  const journal = hook.journal()
  for (const { event } of journal?.lines ?? []) lines.push({ source: SERVER_SOURCE, event })
  const numbers = [...new Set([...hook.clients(), ...lines].map(({ source }) => source))].sort(ascending)
  const fingerprint = journal?.about.fingerprint ?? fingerprintOf(hook)
  const isTouched = hook.clients().some(({ line }) => line?.isTouched === true)
  return {
    about: {
      startedAt: Math.round((lines[0]?.event.at ?? 0) + wallOffsetOf(lines, wallOffset)),
      sources: numbers.map((number) => nameOfSource(hook, number)),
      ...(app === undefined ? {} : { app }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(isTouched ? { seed: hook.weather.seed } : {}),
    },
    lines: lines.map(({ source, event }) => ({ source: numbers.indexOf(source), event })),
  }
}

/** Of the page's contract, as a server has it of its own; undefined where no client was made with one. */
export function fingerprintOf(hook: DevtoolsHook): string | undefined {
  const contract = hook
    .clients()
    .flatMap(({ client }) => client.contract ?? [])
    .at(-1)
  return contract && fingerprintText(contractRows(contract))
}

/** Read-only: its clients are what the file says of them, and their rooms stand where the file ends. */
export function replayOf({ about, lines }: SessionFile): DevtoolsHook {
  const recorder = createRecorder({ maxEvents: Math.max(1, lines.length), maxBytes: Infinity })
  const sourceOf = (source: number): number =>
    about.sources[source] === SERVER_NAME ? SERVER_SOURCE : source
  for (const { source, event } of lines) {
    if (!isOfJournal(event)) recorder.record(sourceOf(source), event)
  }
  const journal = journalIn({ about, lines })
  recorder.capturing = false
  const clients = about.sources.flatMap((name, source): AttachedClient[] =>
    name === SERVER_NAME ? [] : [{ source, client: replayedClient(recorder, source, name), line: null }],
  )
  return {
    ...createHook(recorder),
    replayed: about,
    journal: () => journal,
    attach: () => {},
    clients: () => clients,
  }
}

/** What a session holds of a room's journal, alone; null for none. */
export function journalIn({ about, lines }: SessionFile): SessionFile | null {
  const told = lines.flatMap(({ event }) => (isOfJournal(event) ? [{ source: 0, event }] : []))
  return told.length === 0 ? null : { about: { ...about, sources: [SERVER_NAME] }, lines: told }
}

/** It is for tests: the panels show what travelled. */
function isOfJournal({ kind }: InspectEvent): boolean {
  return kind === 'input' || kind === 'step'
}

/** The wall clock of a replay's events that are no frames. */
export function replayOffset(recorder: Recorder, about: SessionFileAbout): number {
  return about.startedAt - (recorder.at(recorder.firstId)?.event.at ?? 0)
}

function replayedClient(recorder: Recorder, source: number, name: string): InspectableClient {
  const status = { status: 'replay', attempt: 0, nextRetryAt: null, error: null }
  let rooms: readonly InspectableRoom[] | null = null
  return {
    inspector: { listen: () => () => {} },
    id: name,
    rtt: null,
    status: () => status,
    subscribeStatus: () => () => {},
    // Only made when somebody looks: it replays the file's deltas.
    rooms: () => (rooms ??= roomNames(recorder, source).map((room) => roomAtEnd(recorder, source, room))),
  }
}

function roomAtEnd(recorder: Recorder, source: number, room: string): InspectableRoom {
  const past = stateAt(recorder, { source, room, eventId: recorder.nextId - 1 })
  let members: readonly PresenceEntry[] | null = null
  return {
    key: room,
    id: room,
    version: past?.version ?? 0,
    status: past === null ? 'not known' : 'at the end',
    stale: false,
    state: past?.state,
    presence: { list: () => (members ??= membersAtEnd(recorder, source, room)) },
  }
}

/** Rooms whose state a client was told of, in the order of their first word. */
export function roomNames(recorder: Recorder, source: number): string[] {
  const names = new Set<string>()
  for (let id = recorder.firstId; id < recorder.nextId; id++) {
    const recorded = recorder.at(id)
    if (recorded?.source !== source || recorded.event.kind !== 'frame') continue
    for (const message of recorded.event.messages) {
      if (message.kind === 'snapshot' || message.kind === 'delta') names.add(message.room)
    }
  }
  return [...names]
}

/** What a source of the recording is called: a client by its id. */
export function nameOfSource(hook: DevtoolsHook, source: number): string {
  if (source === SERVER_SOURCE) return SERVER_NAME
  const other = hook.tabs?.clients().find((client) => client.source === source)
  if (other !== undefined) return other.name
  return hook.clients().find((entry) => entry.source === source)?.client.id ?? `client ${source + 1}`
}

function wallOffsetOf(lines: readonly SessionFileLine[], otherwise: number): number {
  for (const { event } of lines) if (event.kind === 'frame') return event.wallAt - event.at
  return otherwise
}

const ascending = (a: number, b: number): number => a - b
