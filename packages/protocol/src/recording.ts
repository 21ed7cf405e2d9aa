// A recording: of one room, all that it takes to play it again, taken out of a session file. A file may be cut, redacted or of something
// else altogether, and a test that then passes without a look at anything would be worse than none: whatever is missing is named.
import { PPError } from './errors.js'
import type { InputEvent, RoomInput, StepEvent } from './journal.js'
import type { SessionFile } from './session-file.js'

export interface Recording {
  readonly room: string
  /** Of its definition. */
  readonly name: string
  /** How it began. */
  readonly create: RoomStart
  /** In the order in which the room met them; `create` is the first. */
  readonly events: readonly (InputEvent | StepEvent)[]
  /** Of the contract that the server had; undefined where there was none. */
  readonly fingerprint: string | undefined
}

export type RoomStart = InputEvent & {
  readonly input: Extract<RoomInput, { what: 'create' }> & { readonly seed: number }
}

/**
 * `room`: where the file holds several.
 * @throws PPError `UNREADABLE_FILE`: `details.why` is `empty` for a session without the server's journal, `which` when it holds several
 * rooms and none was named, `cut` when a part is missing, `start` for a room that cannot be played again
 */
export function readRecording({ about, lines }: SessionFile, room?: string): Recording {
  const byRoom = new Map<string, (InputEvent | StepEvent)[]>()
  for (const { event } of lines) {
    if (event.kind !== 'input' && event.kind !== 'step') continue
    const events = byRoom.get(event.room) ?? []
    byRoom.set(event.room, events)
    events.push(event)
  }
  const id = room ?? onlyOne([...byRoom.keys()])
  const events = byRoom.get(id)
  if (events === undefined) {
    throw unfit('empty', `The session holds no recording of the room "${id}".`)
  }
  assertWhole(events)
  const [first] = events
  if (first === undefined || !isStart(first)) {
    throw unfit('start', 'The recording does not begin with the room, so nobody can play it again.')
  }
  const { name, isRestored } = first.input
  if (name === null || isRestored) {
    throw unfit('start', 'Only a room of a definition, from its beginning, can be played again.')
  }
  if (!events.some((event) => event.kind === 'step' && event.state !== undefined)) {
    throw unfit('empty', 'The recording holds no state of the room to compare with: it ended before a tick.')
  }
  return { room: id, name, create: first, events, fingerprint: about.fingerprint }
}

function onlyOne(rooms: readonly string[]): string {
  const [only] = rooms
  if (only === undefined) {
    throw unfit(
      'empty',
      'The session holds no recording of a room: what the clients saw says nothing of what reached the server. ' +
        'Press Record in the inspector, on a dev server that runs the game.',
    )
  }
  if (rooms.length === 1) return only
  throw unfit('which', `The session holds recordings of ${rooms.length} rooms: say which one is meant.`)
}

function assertWhole(events: readonly (InputEvent | StepEvent)[]): void {
  for (const [index, { n }] of events.entries()) {
    if (n === index) continue
    const from = index === 0 ? 'its beginning' : `a part after line ${index} of the room`
    throw unfit(
      'cut',
      `The recording is cut: ${from} is missing, left out by a redaction or by an edit. Without it the rest cannot be played.`,
    )
  }
}

function isStart(event: InputEvent | StepEvent): event is RoomStart {
  return event.kind === 'input' && event.input.what === 'create' && event.input.seed !== null
}

function unfit(why: 'empty' | 'which' | 'cut' | 'start', message: string): PPError {
  return new PPError('UNREADABLE_FILE', message, { details: { why } })
}
