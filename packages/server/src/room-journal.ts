// What a room tells of itself so that it can be played again: whatever reached it from outside, each tick, the events that it sends, and
// the answers that it gives at once.
// Nobody keeps a journal in production, and then each of these is one comparison.
import { cloneJson, diff } from '@painda/protocol'
import type { Inspector, RoomInput, RoomMoment, SaidEvent } from '@painda/protocol'
import type { SendAnswer } from './member.js'
import type { RoomClock } from './room-clock.js'
import { isMember, type Phase } from './seat.js'

export interface RoomJournaling {
  isKept(): boolean
  /** From a client or its session: never the doing of the room's own code. `run` is what follows from it. */
  input<T>(peer: string, input: () => RoomInput, run: () => T): T
  /** A call that the room's own code may make too: what that does, it does again when the room is played again. */
  call<T>(peer: string, input: () => RoomInput, run: () => T): T
  /**
   * A request. What `run` is given answers it, at any time. Told is an answer that comes before anything else reaches the room and before
   * its next tick: one for which something had to be waited may be another one, and in another moment, when the room is played again.
   */
  ask<T>(peer: string, input: () => RoomInput, answer: SendAnswer, run: (answer: SendAnswer) => T): T
  /** The same of code that writes into the state. What it throws comes out here. */
  writing(run: () => void): void
  /** An event for some of the members. What other code sends is not told: nobody sends it when the room is played again. */
  said(type: string, payload: unknown, to: readonly Hearer[]): void
  /** The room's ticks are about to begin, with `run`. */
  begun(run: () => void): void
  step(dropped: number): void
  /** Other code has taken the place of the room's. */
  changed(): void
  over(): void
}

interface Hearer {
  readonly client: { readonly id: string }
}

export interface RoomJournalingOptions {
  readonly id: string
  readonly inspector: Pick<Inspector, 'journal'>
  readonly clock: Pick<RoomClock, 'tick' | 'now' | 'live' | 'hold'>
  readonly view: { readonly state: object }
  readonly stage: { isAtWork(): boolean }
  readonly seats: ReadonlyMap<string, Hearer & { readonly phase: Phase }>
}

export function createRoomJournaling({
  id,
  inspector,
  clock,
  view,
  stage,
  seats,
}: RoomJournalingOptions): RoomJournaling {
  /** The work is that of other code, which writes into the state. */
  let isForeign = false

  /** Grows with all that reaches the room, and with its ticks: an answer at the count of its request follows from that alone. */
  let count = 0

  const moment = (now: number): RoomMoment => ({ room: id, tick: clock.tick(), now, state: view.state })

  function input<T>(peer: string, what: () => RoomInput, run: () => T): T {
    const { journal } = inspector
    if (journal === undefined) return run()
    count++
    return clock.hold(journal.input(moment(clock.now()), peer, what()), run)
  }

  return {
    isKept: () => inspector.journal !== undefined,
    input,
    call: (peer, what, run) => (stage.isAtWork() ? run() : input(peer, what, run)),
    ask(peer, what, answer, run) {
      return input(peer, what, () => {
        const asked = count
        return run((body) => {
          const { error, data } = body
          if (count === asked)
            inspector.journal?.answered(id, error === undefined ? { payload: data } : { error: error.code })
          answer(body)
        })
      })
    },
    writing(run) {
      const { journal } = inspector
      if (journal === undefined || stage.isAtWork()) return run()
      const before = cloneJson(view.state)
      isForeign = true
      clock.hold(clock.now(), () => {
        try {
          run()
        } finally {
          isForeign = false
          const delta = diff(before, view.state)
          count++
          if (delta !== undefined) journal.input(moment(clock.now()), '', { what: 'write', delta })
        }
      })
    },
    said(type, payload, to) {
      const { journal } = inspector
      if (journal === undefined || isForeign || to.length === 0 || !stage.isAtWork()) return
      const members = [...seats.values()].filter(isMember)
      journal.said(id, { type, payload, ...hearersOf(to, members) })
    },
    begun(run) {
      const { journal } = inspector
      if (journal === undefined) return run()
      count++
      // On the clock that goes on: the first tick is that of the moment at which `onCreate` is done.
      clock.hold(journal.input(moment(clock.live()), '', { what: 'begun' }), run)
    },
    step(dropped) {
      count++
      inspector.journal?.step(moment(clock.now()), dropped)
    },
    changed() {
      inspector.journal?.changed(id)
    },
    over() {
      inspector.journal?.over(id)
    },
  }
}

/** Named from the smaller side: in a large room the other one would be a long line for each event. */
function hearersOf(to: readonly Hearer[], members: readonly Hearer[]): Pick<SaidEvent, 'to' | 'except'> {
  if (to.length === members.length) return {}
  const hearing = new Set(to)
  const deaf = members.filter((member) => !hearing.has(member))
  return deaf.length < to.length ? { except: idsOf(deaf) } : { to: idsOf(to) }
}

function idsOf(some: readonly Hearer[]): string[] {
  return some.map(({ client }) => client.id).sort()
}
