import type { SessionFileLine } from '@painda/protocol'

/** The smallest recording that can be played: a room that was made, and one step of it. */
export const SMALLEST_RECORDING: readonly SessionFileLine[] = [
  {
    source: 0,
    event: {
      kind: 'input',
      at: 1,
      room: 'arena-1',
      n: 0,
      tick: 0,
      now: 0,
      peer: '',
      input: { what: 'create', name: 'arena', seed: 1, stepMs: 50, isRestored: false },
    },
  },
  { source: 0, event: { kind: 'step', at: 1, room: 'arena-1', n: 1, from: 1, tick: 20, state: {} } },
]
