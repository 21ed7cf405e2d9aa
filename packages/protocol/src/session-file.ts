// A session as a file: what one or more ends saw, to be looked at elsewhere or turned into a test. JSON lines: the first says
// what the file is, each other one is an event of the inspect stream. Bytes are hexadecimal.
//   { "painda": "session", "version": 1, "startedAt": …, "app": …, "fingerprint": …, "seed": …, "sources": ["Ada", "server"] }
//   { "source": 0, "event": { "kind": "frame", "bytes": "03a1…", "messages": [ … ], … } }
// A file may come from anywhere: reading it checks everything that a reader of events relies on.
import { PPError } from './errors.js'
import { any, count, isFields, list, name, number, oneOf, readFields, text as anyText } from './fields.js'
import type { Fields, Rules, Shape } from './fields.js'
import type { FrameEvent, InspectEvent } from './inspect.js'
import { INPUT_EVENT, STEP_EVENT } from './journal.js'
import { fromPlain, readHex, toHex, toPlain } from './json-bytes.js'
import { readMessage } from './messages.js'

export const SESSION_FILE_VERSION = 1

/** Longer files are refused before they are parsed. Characters. */
const MAX_LENGTH = 64 * 1024 * 1024
const MAX_LINE_LENGTH = 16 * 1024 * 1024
const MAX_SOURCES = 1024

export interface SessionFile {
  readonly about: SessionFileAbout
  readonly lines: readonly SessionFileLine[]
}

export interface SessionFileAbout {
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Whose ends these are; a line names its end by the index. */
  readonly sources: readonly string[]
  /** The application's own version. */
  readonly app?: string
  /** The contract's fingerprint, where there was a contract. */
  readonly fingerprint?: string
  /** The seed of the network engine, where one was at work. */
  readonly seed?: number
}

export interface SessionFileLine {
  readonly source: number
  readonly event: InspectEvent
}

export interface WriteSessionFileOptions {
  /** Takes out what must not leave this machine; null leaves a line out. Secrets of the protocol itself never come this far. */
  redact?: (line: SessionFileLine) => SessionFileLine | null
}

/** The file as text. Reading it and writing it again gives the same text. */
export function writeSessionFile(file: SessionFile, { redact }: WriteSessionFileOptions = {}): string {
  const { startedAt, sources, app, fingerprint, seed } = file.about
  const about = {
    painda: 'session',
    version: SESSION_FILE_VERSION,
    startedAt,
    app,
    fingerprint,
    seed,
    sources,
  }
  const rows = [JSON.stringify(about)]
  for (const line of file.lines) {
    const shown = redact === undefined ? line : redact(line)
    if (shown !== null) rows.push(writeSessionLine(shown))
  }
  return `${rows.join('\n')}\n`
}

/** One line of a session file, for who writes as it happens. */
export function writeSessionLine({ source, event }: SessionFileLine): string {
  return JSON.stringify({ source, event: writeEvent(event) })
}

/** Fields in one order, whoever made the event: the same session is the same text. */
function writeEvent(event: InspectEvent): unknown {
  if (event.kind !== 'frame') return toPlain(event)
  const { kind, at, wallAt, direction, seq, peer, bytes } = event
  const messages = event.messages.map((message) => toPlain(readMessage(message)))
  return { kind, at, wallAt, direction, seq, peer, bytes: toHex(bytes), messages }
}

/**
 * What `writeSessionFile` wrote.
 * @throws PPError `UNREADABLE_FILE` for anything else: `details.why` is `foreign`, `version` (of a newer release), `large` or
 * `damaged` with `details.line`, counted from 1.
 */
export function readSessionFile(text: string): SessionFile {
  if (text.length > MAX_LENGTH) {
    throw unreadable('large', `A session file holds at most ${MAX_LENGTH / 1024 / 1024} MiB of text.`)
  }
  const end = text.indexOf('\n')
  const about = readAbout(end === -1 ? text : text.slice(0, end))
  const lines: SessionFileLine[] = []
  let start = end === -1 ? text.length : end + 1
  for (let line = 2; start < text.length; line++) {
    const next = text.indexOf('\n', start)
    const stop = next === -1 ? text.length : next
    if (stop > start) lines.push(readLine(text.slice(start, stop), line, about.sources.length))
    start = stop + 1
  }
  return { about, lines }
}

function readAbout(text: string): SessionFileAbout {
  const about = parse(text.slice(0, MAX_LINE_LENGTH))
  if (!isFields(about) || about['painda'] !== 'session') {
    throw unreadable('foreign', 'This is no session file: its first line does not say so.')
  }
  const { version } = about
  if (version !== SESSION_FILE_VERSION) {
    const which = typeof version === 'number' ? String(version) : 'unknown'
    throw unreadable(
      'version',
      `The session file has version ${which}; this release reads ${SESSION_FILE_VERSION}.`,
    )
  }
  return checked(1, () => readFields(ABOUT, about, 'about'))
}

const ABOUT: Shape<SessionFileAbout> = {
  startedAt: time,
  sources: (value, field) => list(MAX_SOURCES, anyText, value, field),
  'app?': anyText,
  'fingerprint?': anyText,
  'seed?': number,
}

function readLine(text: string, line: number, sources: number): SessionFileLine {
  return checked(line, () => {
    if (text.length > MAX_LINE_LENGTH) throw damaged('It is too long.')
    const row = parse(text)
    if (!isFields(row) || !isFields(row['event'])) throw damaged('It holds no event.')
    const source = count(row['source'], 'source')
    if (source >= sources) throw damaged('It names a source that the first line does not list.')
    return { source, event: readEvent(row['event']) }
  })
}

/** What is relied on of an event, by kind. */
const EVENTS: { readonly [Kind in InspectEvent['kind']]?: Rules } = {
  connection: { state: anyText },
  room: { room: name, status: name, version: count },
  desync: { room: name, have: count, got: count },
  error: { code: name, message: anyText },
  reload: { side: name, outcome: isOutcome, file: anyText, message: anyText },
  skipped: { room: name, from: number, to: number, bufferedBytes: number, unconfirmedBytes: number },
  rate: { room: name, rate: number },
}

const OUTCOMES = ['kept', 'restarted', 'failed'] as const

function isOutcome(value: unknown, field: string): string {
  return oneOf(OUTCOMES, value, field)
}

/** Milliseconds on whichever clock: what a date can be made of. */
const MAX_TIME = 8.64e15

function time(value: unknown, field: string): number {
  const ms = number(value, field)
  if (Math.abs(ms) > MAX_TIME) throw damaged(`${field} is no time.`)
  return ms
}

function readEvent(event: Fields): InspectEvent {
  const at = time(event['at'], 'at')
  const kind = name(event['kind'], 'kind')
  if (kind === 'frame') return { kind, at, ...readFields(FRAME, event, kind) }
  if (kind === 'input') return { kind, at, ...readFields(INPUT_EVENT, fromPlain(event), kind) }
  if (kind === 'step') return { kind, at, ...readFields(STEP_EVENT, fromPlain(event), kind) }
  // A table of a known kind; `Shape` only ties tables to types, and here the fields are looked at, not taken.
  if (Object.hasOwn(EVENTS, kind))
    readFields(EVENTS[kind as InspectEvent['kind']] as Shape<Fields>, event, kind)
  // What the tables above did not check is shown, and nothing else: a kind of a newer release too.
  return fromPlain(event) as InspectEvent
}

const FRAME: Shape<Omit<FrameEvent, 'at'>> = {
  wallAt: time,
  direction: (value, field) => oneOf(['in', 'out'], value, field),
  seq: count,
  peer: anyText,
  bytes: readHex,
  messages: (value, field) =>
    list(MAX_LENGTH, any, value, field).map((message) => readMessage(fromPlain(message))),
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The line in question, for whatever went wrong in it. */
function checked<T>(line: number, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown)
    throw unreadable('damaged', `Line ${line} of the session file cannot be read. ${what}`, line)
  }
}

type Why = 'foreign' | 'version' | 'large' | 'damaged'

/** Inside a line: `checked` adds which one. */
function damaged(what: string): PPError {
  return unreadable('damaged', what)
}

function unreadable(why: Why, message: string, line?: number): PPError {
  return new PPError('UNREADABLE_FILE', message, {
    details: { why, ...(line === undefined ? {} : { line }) },
  })
}
