// What a client was told and said, message by message, for tests that ask about the wire.
import type { PPClient } from '@painda/client'
import type { ContractShape, Message } from '@painda/protocol'

export interface SeenFrame {
  at: number
  direction: 'in' | 'out'
  messages: readonly Message[]
}

export interface Frames {
  readonly all: readonly SeenFrame[]
  /** Messages that came, in order. */
  readonly in: readonly Message[]
  readonly out: readonly Message[]
  clear(): void
}

export function recordFrames<C extends ContractShape>(client: PPClient<C>): Frames {
  let frames: SeenFrame[] = []
  client.inspector.listen((event) => {
    if (event.kind === 'frame')
      frames.push({ at: event.at, direction: event.direction, messages: event.messages })
  })
  const of = (direction: 'in' | 'out'): readonly Message[] =>
    frames.filter((frame) => frame.direction === direction).flatMap(({ messages }) => messages)
  return {
    get all() {
      return frames
    },
    get in() {
      return of('in')
    },
    get out() {
      return of('out')
    },
    clear: () => void (frames = []),
  }
}
