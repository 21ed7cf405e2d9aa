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
  const { message, source, eventId } = row
  if (message?.kind !== 'delta') return null
  const { room, scope } = message
  const end = { source, room, scope, eventId, parts: row.frame?.part ?? 0 }
  const past = replay(stepsBack(recorder, end))
  return past?.version === message.from ? past : null
}

export interface Moment {
  readonly source: number
  readonly room: string
  /** After all of this event. */
  readonly eventId: number
}

/** What `room` showed after an event; null when nothing that old is held, or the chain has a hole. */
export function stateAt(recorder: Recorder, { source, room, eventId }: Moment): PastState | null {
  const steps = stepsBack(recorder, { source, room, scope: undefined, eventId, parts: Infinity })
  const past = replay(steps)
  const last = steps?.deltas.at(-1)
  return last === undefined || past === null || past.version >= last.to ? past : null
}

function replay(steps: Steps | null): PastState | null {
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
  return past
}

interface Steps {
  readonly base: PastState
  /** Oldest first. */
  readonly deltas: readonly StateDelta[]
}

interface End {
  readonly source: number
  readonly room: string
  readonly scope: StateDelta['scope']
  readonly eventId: number
  /** How many messages of that event count. */
  readonly parts: number
}

function stepsBack(recorder: Recorder, { source, room, scope, eventId, parts }: End): Steps | null {
  const deltas: StateDelta[] = []
  const base = (found: PastState): Steps => ({ base: found, deltas: [...deltas].reverse() })
  for (let id = eventId; id >= recorder.firstId; id--) {
    const recorded = recorder.at(id)
    if (recorded?.source !== source || recorded.event.kind !== 'frame') continue
    const held = recorded.event.messages.length
    const end = id === eventId ? Math.min(parts, held) : held
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
      .find((taken) => taken.before === id && taken.source === source && taken.room === room)
    if (checkpoint !== undefined) return base(checkpoint)
  }
  return null
}

function isStateOf(message: { kind: string }, room: string): message is StateDelta | StateSnapshot {
  if (message.kind !== 'delta' && message.kind !== 'snapshot') return false
  return Reflect.get(message, 'room') === room
}
