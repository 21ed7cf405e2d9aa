// From nothing to a socket that can be spoken on: a fresh token, what the session needs before it can be named, and a
// Transport that has reached the other end. Nothing has been said on it yet, so whoever loses interest harms nobody.
import { DEV, PPError, toPPError } from '@painda/protocol'
import type { Transport, Undo } from '@painda/protocol'
import { lossOfClose, lossOfError } from './loss.js'
import type { Loss } from './loss.js'
import { checkToken } from '#advice'

export type GetToken = () => string | null | undefined | Promise<string | null | undefined>

export interface DialerOptions {
  getToken: GetToken | undefined
  /** Runs between the token and the socket. */
  prepare: (token: string | null) => Promise<void> | void
  dial: () => Transport
}

export interface DialerEnds {
  ready(transport: Transport, token: string | null): void
  failed(loss: Loss): void
}

export interface Dialer {
  /** Calls exactly one end, once, and never inside this call. The undo ends it unheard. */
  start(ends: DialerEnds): Undo
  /** The server refused this token: asking again with the same one cannot help. Null: it took one. */
  refused(token: string | null): void
}

export function createDialer({ getToken, prepare, dial }: DialerOptions): Dialer {
  let refusedToken: string | null = null

  /** @throws PPError `UNAUTHORIZED` when `getToken` fails */
  async function readToken(): Promise<string | null> {
    const token = await askToken(getToken)
    await prepare(token)
    return token
  }

  return {
    start({ ready, failed }) {
      let isOver = false
      let transport: Transport | null = null
      const undos: Undo[] = []

      function finish(): void {
        isOver = true
        for (const undo of undos.splice(0)) undo()
      }

      function fail(loss: Loss): void {
        if (isOver) return
        finish()
        failed(loss)
      }

      function connect(token: string | null): void {
        if (isOver) return
        if (token !== null && token === refusedToken) return fail(lossOfError(sameToken(), 'stop'))
        try {
          transport = dial()
        } catch (thrown) {
          // No socket can be made at all: the URL or the host is wrong, and stays wrong.
          const error = toPPError(thrown, 'TRANSPORT_ERROR')
          return fail(lossOfError(error, error.code === 'INVALID_ARGUMENT' ? 'stop' : 'retry'))
        }
        awaitOpen(transport, token)
      }

      function awaitOpen(socket: Transport, token: string | null): void {
        const handOver = (): void => {
          if (isOver) return
          transport = null
          finish()
          ready(socket, token)
        }
        if (socket.onOpen === undefined) return handOver()
        undos.push(socket.onClose((info) => fail(lossOfClose(info))))
        undos.push(socket.onOpen(handOver))
      }

      readToken().then(connect, (thrown: unknown) =>
        fail(lossOfError(toPPError(thrown, 'UNAUTHORIZED'), 'retry')),
      )
      return () => {
        finish()
        transport?.terminate()
        transport = null
      }
    },
    refused: (token) => void (refusedToken = token),
  }
}

async function askToken(getToken: GetToken | undefined): Promise<string | null> {
  if (getToken === undefined) return null
  try {
    return checkToken((await getToken()) ?? null)
  } catch (cause) {
    throw new PPError('UNAUTHORIZED', DEV && 'getToken failed.', { cause })
  }
}

function sameToken(): PPError {
  return new PPError(
    'UNAUTHORIZED',
    DEV && 'The server refused the token, and getToken returned the same one again.',
    DEV && {
      hint: 'Let the user log in, then call connect().',
    },
  )
}
