// Looks on while a room is played again: after every tick it compares the state with the recorded one, and it counts the inputs that
// reached the room, so that none is lost without anybody noticing.
import {
  findDifference,
  patch,
  type FirstDifference,
  type InputEvent,
  type Recording,
  type RoomInput,
  type RoomJournal,
  type StepEvent,
} from '@painda/protocol'

export interface Comparison extends RoomJournal {
  /** The first difference; what follows is its consequence. */
  readonly found: Found | null
  /** The last tick that has run. */
  readonly tick: number
  /** States that were compared. */
  readonly checks: number
  /** What reached the room, in order. */
  readonly inputs: readonly Seen[]
  /** Compares now, for a tick in which the room had nothing to do. */
  check(tick: number, state: unknown): void
}

export interface Seen {
  readonly peer: string
  readonly input: RoomInput
}

export interface Found {
  readonly tick: number
  readonly difference: FirstDifference
  /** What the room met before that tick, newest last. */
  readonly before: readonly InputEvent[]
}

/** `onInput`: the `index`-th input reaches the room, and has not been handled yet; says when that happens on the room's clock. */
export function createComparison(
  { room, events }: Pick<Recording, 'room' | 'events'>,
  onInput: (index: number) => number | undefined,
): Comparison {
  const inputs: Seen[] = []
  let found: Found | null = null
  let lastTick = 0
  let checks = 0
  let expected: unknown
  let isKnown = false
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

  function check(tick: number, state: unknown): void {
    lastTick = Math.max(lastTick, tick)
    if (found !== null || tick > end) return
    moveTo(tick)
    if (!isKnown) return
    checks++
    const difference = findDifference(expected, state)
    if (difference !== null) found = { tick, difference, before: inputsBefore(events, tick) }
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
    inputs,
    check,
    frame() {
      // The recording names the frames.
    },
    changed() {
      // The code of today is all that it meets.
    },
    over() {
      // The recording knows when the room ended.
    },
    input(moment, peer, input) {
      if (moment.room !== room) return moment.now
      return onInput(inputs.push({ peer, input }) - 1) ?? moment.now
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
