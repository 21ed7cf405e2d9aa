// Looks on while a room is played again: after every tick it compares the state with the recorded one, and what was sent and answered by
// then; and it counts the inputs that reached the room, so that none is lost without anybody noticing.
import {
  findDifference,
  keepAnswer,
  keepSaid,
  patch,
  type FirstDifference,
  type InputEvent,
  type Recording,
  type RoomInput,
  type RoomJournal,
  type SaidAnswer,
  type SaidEvent,
  type StepEvent,
} from '@painda/protocol'
import { createAnswerComparison, createEventComparison, type SaidDifference } from './said-comparison.js'

export interface Comparison extends RoomJournal {
  /** The first difference; what follows is its consequence. */
  readonly found: Found | null
  /** The last tick that has run. */
  readonly tick: number
  /** States that were compared. */
  readonly checks: number
  /** Events of the room that were compared. */
  readonly events: number
  /** Answers of the room that were compared. */
  readonly answers: number
  /** What reached the room, in order. */
  readonly inputs: readonly Seen[]
  /** Compares now, for a tick in which the room had nothing to do. */
  check(tick: number, state: unknown): void
  /** All is played. */
  end(): void
}

export interface Seen {
  readonly peer: string
  readonly input: RoomInput
}

export interface Found {
  readonly tick: number
  /** After that tick, the last one of the recording, and not in it. */
  readonly isBehind: boolean
  readonly difference: FirstDifference
  /** It is in an event that the room sends; null when it is elsewhere. */
  readonly said: SaidDifference<SaidEvent> | null
  /** It is in an answer; null when it is elsewhere. */
  readonly answered: AnswerDifference | null
  /** What the room met before that tick, newest last. */
  readonly before: readonly InputEvent[]
}

export interface AnswerDifference extends SaidDifference<SaidAnswer> {
  /** Whose answer it is. */
  readonly request: InputEvent | undefined
}

/** `onInput`: the `index`-th input reaches the room, and has not been handled yet; says when that happens on the room's clock. */
export function createComparison(
  recording: Pick<Recording, 'room' | 'create' | 'events'>,
  onInput: (index: number) => number | undefined,
): Comparison {
  const { room, events } = recording
  const inputs: Seen[] = []
  const saying = createEventComparison(recording)
  const answering = createAnswerComparison(recording)
  let found: Found | null = null
  let lastTick = 0
  let checks = 0
  let expected: unknown
  let isKnown = false
  let isOver = false
  /** Behind it the recording says nothing. */
  const end = lastStepOf(events)
  /** The first event that is not past. */
  let next = 0

  /** What the recording says of the state after this tick. */
  function moveTo(tick: number): void {
    for (; next < events.length; next++) {
      const event = events[next]
      if (event?.kind !== 'step') continue
      if (event.tick > tick) return
      take(event)
    }
  }

  function take({ state, delta }: StepEvent): void {
    if (state !== undefined) {
      // Copied, since it is patched.
      expected = structuredClone(state)
      isKnown = true
    } else if (delta !== undefined) expected = patch(expected, delta)
  }

  function stateDifference(state: unknown): FirstDifference | null {
    if (!isKnown) return null
    checks++
    return findDifference(expected, state)
  }

  function check(tick: number, state: unknown): void {
    lastTick = Math.max(lastTick, tick)
    if (found !== null || tick > end) return
    moveTo(tick)
    note(tick, false, {
      difference: stateDifference(state),
      said: saying.check(tick),
      answered: answering.check(tick),
    })
  }

  /** The state comes first: what is sent and answered mostly follows from it. */
  function note(tick: number, isBehind: boolean, all: Differences): void {
    const said = all.difference === null ? all.said : null
    const answer = all.difference === null && said === null ? all.answered : null
    const difference = all.difference ?? said?.difference ?? answer?.difference
    if (difference === undefined) return
    const answered = answer && { ...answer, request: requestOf(answer) }
    const before = inputsBefore(events, isBehind ? Infinity : tick)
    found = { tick, isBehind, difference, said, answered, before }
  }

  function requestOf({ recorded, now }: SaidDifference<SaidAnswer>): InputEvent | undefined {
    return inputsBefore(events, Infinity)[recorded?.to ?? now?.to ?? -1]
  }

  return {
    get found() {
      return found
    },
    get tick() {
      return lastTick
    },
    get checks() {
      return checks
    },
    get events() {
      return saying.checks
    },
    get answers() {
      return answering.checks
    },
    inputs,
    check,
    end() {
      if (found !== null) return
      note(lastTick, true, { difference: null, said: saying.end(), answered: answering.end() })
    },
    frame() {
      // The recording names the frames.
    },
    changed() {
      // The code of today is all that it meets.
    },
    over(id) {
      // When, the recording knows; what it says in its end, nobody has written down.
      if (id === room) isOver = true
    },
    input(moment, peer, input) {
      if (moment.room !== room) return moment.now
      return onInput(inputs.push({ peer, input }) - 1) ?? moment.now
    },
    said(id, event) {
      const kept = id === room && !isOver ? keepSaid(event) : null
      if (kept !== null) saying.hear(kept.said)
    },
    answered(id, answer) {
      // It answers the input that came last.
      const kept = id === room && !isOver ? keepAnswer({ ...answer, to: inputs.length - 1 }) : null
      if (kept !== null) answering.hear(kept.answer)
    },
    step(moment) {
      if (moment.room === room) check(moment.tick, moment.state)
    },
  }
}

interface Differences {
  readonly difference: FirstDifference | null
  readonly said: SaidDifference<SaidEvent> | null
  readonly answered: SaidDifference<SaidAnswer> | null
}

function lastStepOf(events: Recording['events']): number {
  const ticks = events.flatMap((event) => (event.kind === 'step' ? [event.tick] : []))
  return ticks.at(-1) ?? 0
}

/** Those that the room had met when it began that tick. */
function inputsBefore(events: Recording['events'], tick: number): InputEvent[] {
  const end = events.findIndex((event) => event.kind === 'step' && event.tick >= tick)
  return events
    .slice(0, end === -1 ? events.length : end)
    .filter((event) => event.kind === 'input')
    .filter(({ input }) => input.what !== 'mark')
}
