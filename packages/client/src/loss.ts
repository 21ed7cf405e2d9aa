// What the end of a connection means and what comes next. Values in, values out.
import { CLOSE_ABNORMAL, CLOSE_NORMAL, errorOfClose, ERRORS, PPError } from '@painda/protocol'
import type { CloseInfo, DisconnectReason, NextStep } from '@painda/protocol'
import type { BackoffOptions } from './backoff.js'

export interface Loss {
  reason: DisconnectReason
  next: NextStep
  error: PPError | null
  /** How this end closes the socket, where it is still there. */
  closeCode: number
}

export interface RetryPolicy {
  reconnect: boolean
  reconnectAttempts: number
  backoff: BackoffOptions
  /** Without it there is no fresh token to come back with. */
  getToken: unknown
}

export type Plan = { name: 'waiting'; attempt: number } | { name: 'closed'; loss: Loss }

/** `attempt`: reconnects tried so far. */
export function planAfterLoss(loss: Loss, attempt: number, policy: RetryPolicy): Plan {
  const isHopeless =
    loss.next === 'stop' ||
    !policy.reconnect ||
    (loss.next === 'fresh-token' && policy.getToken === undefined)
  if (isHopeless) return { name: 'closed', loss }
  if (attempt >= policy.reconnectAttempts) {
    const error = new PPError('TRANSPORT_ERROR', `Gave up after ${attempt} reconnects.`, {
      cause: loss.error,
    })
    return { name: 'closed', loss: { ...loss, reason: 'reconnect attempts exhausted', error } }
  }
  return { name: 'waiting', attempt: attempt + 1 }
}

/** The other end, or the network, closed. */
export function lossOfClose({ code, reason: text }: CloseInfo): Loss {
  // The table reads 1000 as this client's own close. From a server it is an end like any other.
  const meant = code === CLOSE_NORMAL ? undefined : errorOfClose(code)
  if (meant === undefined)
    return { reason: 'transport close', next: 'retry', error: closed(code, text), closeCode: code }
  const { reason, next } = ERRORS[meant]
  return { reason, next, error: new PPError(meant, text || `${reason}.`), closeCode: code }
}

/** This end found the error, or the server named it before it closes. */
export function lossOfError(error: PPError, next: NextStep = ERRORS[error.code].next): Loss {
  const { reason, closeCode } = ERRORS[error.code]
  return { reason, next, error, closeCode }
}

function closed(code: number, text: string): PPError {
  const why = text === '' ? '' : ` ("${text}")`
  const how = code === CLOSE_ABNORMAL ? 'was lost' : `was closed with code ${code}`
  return new PPError('TRANSPORT_ERROR', `The connection ${how}${why}.`)
}
