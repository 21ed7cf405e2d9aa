// Looks on while a room is played again: after every tick it compares the state with the recorded one, and what was said by then; and it
// counts the inputs that reached the room, so that none is lost without anybody noticing.
import {
  findDifference,
  keepSaid,
  patch,
  type FirstDifference,
  type InputEvent,
  type Recording,
  type RoomInput,
  type RoomJournal,
  type StepEvent,
} from '@painda/protocol'
import { createSaidComparison, type SaidDifference } from './said-comparison.js'

export interface Comparison extends RoomJournal {
  /** The first difference; what follows is its consequence. */
  readonly found: Found | null
  /** The last tick that has run. */
  readonly tick: number
  /** States that were compared. */
  readonly checks: number
  /** Events of the room that were compared. */
  readonly events: number
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
  /** It is in what the room says; null when it is in the state. */
  readonly said: SaidDifference | null
  /** What the room met before that tick, newest last. */
  readonly before: readonly InputEvent[]
}

/** `onInput`: the `index`-th input reaches the room, and has not been handled yet; says when that happens on the room's clock. */
export function createComparison(
  recording: Pick<Recording, 'room' | 'create' | 'events'>,
  onInput: (index: number) => number | undefined,
): Comparison {
  const { room, events } = recording
  const inputs: Seen[] = []
  const saying = createSaidComparison(recording)
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
    const difference = stateDifference(state)
    const said = difference === null ? saying.check(tick) : null
    const first = difference ?? said?.difference
    if (first === undefined) return
    found = { tick, isBehind: false, difference: first, said, before: inputsBefore(events, tick) }
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
    inputs,
    check,
    end() {
      if (found !== null) return
      const said = saying.end()
      if (said === null) return
      const before = inputsBefore(events, Infinity)
      found = { tick: lastTick, isBehind: true, difference: said.difference, said, before }
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
    step(moment) {
      if (moment.room === room) check(moment.tick, moment.state)
    },
  }
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
