// The answer to one question of a client: given at most once, whoever gives it.
import { PPError } from '@painda/protocol'
import { internalError } from './faults.js'
import type { AckBody } from './member.js'
import type { AckReply } from './messages.js'
import { outgoing } from './outgoing.js'
import type { Session } from './session.js'

export interface Answer {
  /** The `ack` that handlers get; does nothing when nobody asked. */
  readonly reply: AckReply
  send(body: AckBody): void
  readonly isOpen: boolean
}

export function createAnswer(
  session: Session,
  ackId: number | undefined,
  report: (thrown: unknown) => string,
): Answer {
  let isOpen = ackId !== undefined

  function send(body: AckBody): void {
    if (!isOpen || ackId === undefined) return
    isOpen = false
    try {
      session.send(outgoing({ kind: 'ack', ackId, ...body }))
    } catch (thrown) {
      // The answer itself cannot travel; the asker must hear something all the same.
      const { code, message } = internalError(report(thrown))
      session.send(outgoing({ kind: 'ack', ackId, error: { code, message } }))
    }
  }

  return {
    send,
    reply(error, data) {
      if (error === null || error === undefined) send({ data: data ?? null })
      else
        send({
          error: { code: error instanceof PPError ? error.code : 'REFUSED', message: messageOf(error) },
        })
    },
    get isOpen() {
      return isOpen
    },
  }
}

/** Callers without types pass strings here too. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
