// What a person is told when a game does not play as it was recorded: when, where, and what came just before.
import {
  formatPath,
  type InputEvent,
  type Recording,
  type SaidAnswer,
  type SaidEvent,
} from '@painda/protocol'
import { show } from '../show.js'
import type { AnswerDifference, Found } from './comparison.js'

export interface Told {
  recording: Pick<Recording, 'name' | 'room' | 'create' | 'events'>
  found: Found
  checks: number
  /** The contract is not the one that was recorded with. */
  isOtherContract: boolean
}

export function tellDifference({ recording, found, checks, isOtherContract }: Told): string {
  const { name, create } = recording
  const { tick, isBehind, difference, said, answered, before } = found
  const when = `${isBehind ? 'after' : 'at'} tick ${tick}, ${secondsOf(tick, create.input.stepMs)} after it began`
  const names = [...difference.path.map(String), ...(said?.recorded?.to ?? said?.now?.to ?? [])]
  return [
    `The room "${name}" does not play as recorded: ${when}, ${wordsOfFound(found)}.`,
    // The request is named with its answer.
    ...suspects(answered === null ? before : [], names).map(
      (input) => `${input.label}: ${nameInput(input.event)}`,
    ),
    ...(said === null && answered === null ? [wordsOfSame(checks - 1)] : wordsOfSameUntil(checks)),
    ...(isOtherContract ? [OTHER_CONTRACT] : []),
  ].join('\n')
}

export const OTHER_CONTRACT =
  'The recording was made with another contract: if that is meant, record it anew.'

function wordsOfFound(found: Found): string {
  if (found.answered !== null) return wordsOfAnswer(found.answered)
  return found.said === null ? wordsOfState(found) : wordsOfSaid(found.said)
}

/** `the answer to frame 58 of c_1a: buy {"item":"bomb"}, after tick 95: payload.coins was 3 and is now 2`. */
function wordsOfAnswer({ recorded, now, request, difference }: AnswerDifference): string {
  const to = `the answer to ${request === undefined ? 'a request' : nameInput(request)}:`
  const isOther = recorded === undefined || now === undefined
  if (isOther || recorded.error !== undefined || now.error !== undefined)
    return `${to} it was ${nameAnswer(recorded)} and is now ${nameAnswer(now)}`
  if (recorded.hash !== undefined || now.hash !== undefined)
    return `${to} it is another one (of that much a recording knows only whether it is the same)`
  // Behind `answers` and the place.
  const inside = difference.path.slice(2)
  return `${to} ${formatPath(inside)} was ${show(difference.server)} and is now ${show(difference.replica)}`
}

function nameAnswer(answer: SaidAnswer | undefined): string {
  if (answer === undefined) return 'not given at once'
  if (answer.error !== undefined) return `a refusal (${answer.error})`
  return answer.hash === undefined ? show(answer.payload) : 'a long one'
}

function wordsOfState({ difference: { path, server: recorded, replica: now } }: Found): string {
  return `${path.length === 0 ? 'the state' : formatPath(path)} was ${show(recorded)} and is now ${show(now)}`
}

function wordsOfSaid({ recorded, now, difference }: NonNullable<Found['said']>): string {
  if (recorded === undefined)
    return `the event ${now === undefined ? '' : nameSaid(now)} is sent, which was not`
  if (now === undefined) return `the event ${nameSaid(recorded)} is no longer sent`
  if (recorded.type !== now.type)
    return `the event ${nameSaid(recorded)} was sent, and now it is ${nameSaid(now)}`
  // Behind `events` and the place.
  const [field, ...inside] = difference.path.slice(2)
  if (field === 'to' || field === 'except') {
    return `the event ${recorded.type} was sent ${hearersOf(recorded)} and is now sent ${hearersOf(now)}`
  }
  if (recorded.hash !== undefined || now.hash !== undefined) {
    return `the event ${recorded.type} ${hearersOf(recorded)} carries something else (of that much a recording knows only whether it is the same)`
  }
  const { server, replica } = difference
  return `of the event ${recorded.type} ${hearersOf(recorded)}, ${formatPath(['payload', ...inside])} was ${show(server)} and is now ${show(replica)}`
}

/** `boom {"at":3} to all but c_1a`. */
function nameSaid(event: SaidEvent): string {
  const { type, payload } = event
  return `${type}${payload === undefined ? '' : ` ${show(payload)}`} ${hearersOf(event)}`
}

function hearersOf({ to, except }: SaidEvent): string {
  if (to !== undefined) return `to ${someOf(to)}`
  return except === undefined ? 'to all' : `to all but ${someOf(except)}`
}

/** Of a large room a few are enough. */
const MAX_NAMED = 6

function someOf(ids: readonly string[]): string {
  const more = ids.length - MAX_NAMED
  const named = ids.slice(0, MAX_NAMED).join(', ')
  return more > 0 ? `${named} and ${more} more` : named
}

/** `frame 231 of c_1a: buy {"item":"bomb"}, after tick 408`. */
export function nameInput({ frame, peer, input, tick, n }: InputEvent): string {
  const who = peer === '' ? 'the server' : peer
  const which = frame === undefined ? `line ${n}` : `frame ${frame}`
  return `${which} of ${who}: ${wordsOf(input)}, after tick ${tick}`
}

function wordsOf(input: InputEvent['input']): string {
  switch (input.what) {
    case 'message':
      return input.payload === undefined ? input.type : `${input.type} ${show(input.payload)}`
    case 'join':
      return input.options === undefined ? 'join' : `join ${show(input.options)}`
    case 'presence':
      return `presence ${show(input.data)}`
    case 'leave':
      return `leave (${input.reason})`
    case 'write':
      return `a write from elsewhere ${show(input.delta)}`
    case 'create':
      return 'the beginning of the room'
    default:
      return input.what
  }
}

/** So many of those that came in one gap between two ticks are named. */
const MAX_SUSPECTS = 6

/** What came since the tick before, and the newest of the client that the path is about: where several play, that is another one. */
function suspects(
  before: readonly InputEvent[],
  path: readonly string[],
): { label: string; event: InputEvent }[] {
  const last = before.at(-1)
  if (last === undefined) return []
  const newest = before.filter(({ tick }) => tick === last.tick).slice(-MAX_SUSPECTS)
  const shown = newest.map((event) => ({ label: 'Before it came', event }))
  const own = before.filter(({ peer }) => path.includes(peer)).at(-1)
  return own === undefined || newest.includes(own)
    ? shown
    : [...shown, { label: `The last of ${own.peer}`, event: own }]
}

function wordsOfSame(states: number): string {
  if (states === 0) return 'It is the first state of the recording.'
  return states === 1 ? 'The state before it was the same.' : `The ${states} states before it were the same.`
}

/** Nothing where the recording knows no state until then. */
function wordsOfSameUntil(states: number): string[] {
  if (states === 0) return []
  return [
    states === 1 ? 'The state until then was the same.' : `The ${states} states until then were the same.`,
  ]
}

function secondsOf(tick: number, stepMs: number): string {
  return `${((tick * stepMs) / 1000).toFixed(2)} s`
}
