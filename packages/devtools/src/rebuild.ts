// The state of a room as it was before a message: the nearest older snapshot or checkpoint, and the deltas from there. What
// a member alone may see is a line of its own beside the room's, with versions of its own.
import { patchImmutable, type StateDelta, type StateSnapshot } from '@painda/protocol'
import type { Recorder } from './recorder.js'
import type { Row } from './rows.js'

export interface PastState {
  readonly version: number
  readonly state: unknown
}

/** The state that `row`'s message was applied to; null when nothing that old is held, or the chain has a hole. */
export function stateBefore(recorder: Recorder, row: Row): PastState | null {
  const { message } = row
  if (message?.kind !== 'delta') return null
  const steps = stepsBack(recorder, row, message)
  if (steps === null) return null
  let past = steps.base
  for (const delta of steps.deltas) {
    // Behind the base, or already in it: a resync may send a version twice.
    if (delta.from !== past.version) continue
    try {
      past = { version: delta.to, state: patchImmutable(past.state, delta.delta) }
    } catch {
      // The client met the same delta and asked for a snapshot; what it showed meanwhile nobody can say.
      return null
    }
  }
  return past.version === message.from ? past : null
}

interface Steps {
  readonly base: PastState
  /** Oldest first. */
  readonly deltas: readonly StateDelta[]
}

function stepsBack(recorder: Recorder, row: Row, { room, scope }: StateDelta): Steps | null {
  const deltas: StateDelta[] = []
  const base = (found: PastState): Steps => ({ base: found, deltas: [...deltas].reverse() })
  for (let id = row.eventId; id >= recorder.firstId; id--) {
    const recorded = recorder.at(id)
    if (recorded?.source !== row.source || recorded.event.kind !== 'frame') continue
    // Of the row's own frame, only what came before it.
    const end = id === row.eventId ? (row.frame?.part ?? 0) : recorded.event.messages.length
    for (let part = end - 1; part >= 0; part--) {
      const message = recorded.event.messages[part]
      if (message === undefined || !isStateOf(message, room)) continue
      if (message.scope !== scope) {
        // The room's own snapshot takes what lay over it away.
        if (message.kind === 'snapshot' && scope !== undefined) return null
        continue
      }
      if (message.kind === 'snapshot') return base({ version: message.version, state: message.state })
      deltas.push(message)
    }
    // Checkpoints are of what the room showed, under the room's version.
    if (scope !== undefined) continue
    const checkpoint = recorder
      .checkpoints()
      .find((taken) => taken.before === id && taken.source === row.source && taken.room === room)
    if (checkpoint !== undefined) return base(checkpoint)
  }
  return null
}

function isStateOf(message: { kind: string }, room: string): message is StateDelta | StateSnapshot {
  if (message.kind !== 'delta' && message.kind !== 'snapshot') return false
  return Reflect.get(message, 'room') === room
}
