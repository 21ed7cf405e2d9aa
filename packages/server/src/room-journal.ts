// What a room tells of itself so that it can be played again: whatever reached it from outside, and each tick. Nobody keeps a journal
// in production, and then each of these is one comparison.
import { cloneJson, diff } from '@painda/protocol'
import type { Inspector, RoomInput, RoomMoment } from '@painda/protocol'
import type { RoomClock } from './room-clock.js'

export interface RoomJournaling {
  /** From a client or its session: never the doing of the room's own code. `run` is what follows from it. */
  input<T>(peer: string, input: () => RoomInput, run: () => T): T
  /** A call that the room's own code may make too: what that does, it does again when the room is played again. */
  call<T>(peer: string, input: () => RoomInput, run: () => T): T
  /** The same of code that writes into the state. What it throws comes out here. */
  writing(run: () => void): void
  /** The room's ticks are about to begin, with `run`. */
  begun(run: () => void): void
  step(dropped: number): void
  /** Other code has taken the place of the room's. */
  changed(): void
  over(): void
}

export interface RoomJournalingOptions {
  readonly id: string
  readonly inspector: Pick<Inspector, 'journal'>
  readonly clock: Pick<RoomClock, 'tick' | 'now' | 'live' | 'hold'>
  readonly view: { readonly state: object }
  readonly stage: { isAtWork(): boolean }
}

export function createRoomJournaling({
  id,
  inspector,
  clock,
  view,
  stage,
}: RoomJournalingOptions): RoomJournaling {
  const moment = (now: number): RoomMoment => ({ room: id, tick: clock.tick, now, state: view.state })

  function input<T>(peer: string, what: () => RoomInput, run: () => T): T {
    const { journal } = inspector
    if (journal === undefined) return run()
    return clock.hold(journal.input(moment(clock.now()), peer, what()), run)
  }

  return {
    input,
    call: (peer, what, run) => (stage.isAtWork() ? run() : input(peer, what, run)),
    writing(run) {
      const { journal } = inspector
      if (journal === undefined || stage.isAtWork()) return run()
      const before = cloneJson(view.state)
      clock.hold(clock.now(), () => {
        try {
          run()
        } finally {
          const delta = diff(before, view.state)
          if (delta !== undefined) journal.input(moment(clock.now()), '', { what: 'write', delta })
        }
      })
    },
    begun(run) {
      const { journal } = inspector
      if (journal === undefined) return run()
      // On the clock that goes on: the first tick is that of the moment at which `onCreate` is done.
      clock.hold(journal.input(moment(clock.live()), '', { what: 'begun' }), run)
    },
    step(dropped) {
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
