// What a room tells of itself so that it can be played again: whatever reached it from outside, and each tick. Nobody keeps a journal
// in production, and then each of these is one comparison.
import { cloneJson, diff } from '@painda/protocol'
import type { Inspector, RoomInput, RoomMoment } from '@painda/protocol'
import type { RoomClock } from './room-clock.js'

export interface RoomNotes {
  /** From a client or its session: never the doing of the room's own code. */
  input(peer: string, input: RoomInput): void
  /** A call that the room's own code may make too: what that does, it does again when the room is played again. */
  call(peer: string, input: RoomInput): void
  /** The same of code that writes into the state. What it throws comes out here. */
  writing(run: () => void): void
  step(dropped: number): void
}

export interface RoomNotesOptions {
  readonly id: string
  readonly inspector: Pick<Inspector, 'journal'>
  readonly clock: Pick<RoomClock, 'tick' | 'now'>
  readonly view: { readonly state: object }
  readonly stage: { readonly isAtWork: boolean }
}

export function createRoomNotes({ id, inspector, clock, view, stage }: RoomNotesOptions): RoomNotes {
  const moment = (): RoomMoment => ({ room: id, tick: clock.tick, now: clock.now(), state: view.state })

  function input(peer: string, what: RoomInput): void {
    inspector.journal?.input(moment(), peer, what)
  }

  return {
    input,
    call(peer, what) {
      if (!stage.isAtWork) input(peer, what)
    },
    writing(run) {
      if (inspector.journal === undefined || stage.isAtWork) return run()
      const before = cloneJson(view.state)
      try {
        run()
      } finally {
        const delta = diff(before, view.state)
        if (delta !== undefined) input('', { what: 'write', delta })
      }
    },
    step(dropped) {
      inspector.journal?.step(moment(), dropped)
    },
  }
}
