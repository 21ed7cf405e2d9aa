// What a room sees of a session. Rooms ask for this and nothing more, so that a test's member is two lambdas and a
// room never learns of sockets, tokens or outboxes.
import type { Ack, Activity } from '@painda/protocol'
import type { Outgoing } from './outgoing.js'

/**
 * Writes straight to a connection, past the queues of its session while these are empty: for bytes that many members get at once.
 * A connection has the same lane for as long as it lives.
 */
export interface Lane {
  /** True: nothing waits, the connection keeps up, and no other room of its client would send with the same tick. */
  readonly isClear: boolean
  /** To be called only while it is clear. `now`: on the clock of Time. False: nothing was sent, deliver it through the session. */
  post(outs: readonly Outgoing[], now: number): boolean
}

export interface Member {
  /** The public client id. */
  readonly id: string
  /** Who stands behind the session: two tabs of one user share it. The client id where users have no other identity. */
  readonly userId: string
  /** A hash of a guest's address, for bans; null for an address that many share. */
  readonly addressKey?: string | null
  /** Is somebody looking? Default: active. */
  readonly activity?: Activity
  /** False while the connection is lost and may still come back. */
  readonly connected: boolean
  /** The wire that the member speaks. Default: v3. */
  readonly protocol?: 'painda.v3' | 'v2'
  /** A bot in this process that reads the server's state itself: no state is sent to it. */
  readonly readsByReference?: boolean
  /** What the application has noted about it. */
  getTag?(tag: string): unknown
  /** Bytes written that the network has not taken yet. */
  readonly bufferedBytes: number
  /** Bytes written that the client had not confirmed when it was last asked. */
  readonly unconfirmedBytes: number
  /** True when what is sent now would wait behind what was sent before. */
  readonly isBehind: boolean
  /** Null where there is none: the connection is lost, or the format of v2 needs a cursor beside each message. */
  readonly lane?: Lane | null
  /** It has entered a state room (1) or left it (−1). */
  enlist?(by: 1 | -1): void
  /** Counts a refusal that answers no request. False: it has been sent enough of them this second. Absent: all are sent. */
  takeRefusal?(): boolean
  /** Queues one message; all of one turn leave in one frame, in the order of the calls. Never throws. */
  deliver(out: Outgoing): void
}

/** The answer to a question, before it is tied to the question's id. */
export type AckBody = Omit<Ack, 'kind' | 'ackId'>

export type SendAnswer = (body: AckBody) => void
