'use client'
// A request as a component sees it: idle, pending, success or error.
import { PPError, toPPError } from '@painda/client'
import type {
  ErrorCode,
  PayloadArgs,
  RequestAnswer,
  RequestInput,
  RequestType,
  RoomHandle,
  RoomShape,
} from '@painda/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { usePPClient } from './provider.js'
import type { RegisteredContract } from './register.js'
import { checkRoom } from '#advice'

export type AckState<Answer> =
  | { status: 'idle'; data: undefined; error: null }
  | { status: 'pending'; data: Answer | undefined; error: null }
  | { status: 'success'; data: Answer; error: null }
  | { status: 'error'; data: undefined; error: PPError }

export interface UseAckOptions {
  /** How long to wait for the answer, milliseconds. Default: the client's `ackTimeout`. */
  timeout?: number
  /**
   * Asking twice does no more than asking once. Then a question that may have been lost with its session, or was not
   * answered in time, is asked again, twice at most. What was never sent is sent after a reconnect in any case. Default false.
   */
  idempotent?: boolean
}

export type UseAckResult<Input, Answer> = AckState<Answer> & {
  /**
   * Asks, and resolves with the answer. Rejects as `error` says; a caller that only renders may ignore the promise. The same
   * function in every render.
   */
  send(...payload: PayloadArgs<Input>): Promise<Answer>
  /** Back to idle; an answer still on its way is ignored. */
  reset(): void
}

/**
 * A request of the contract, or with a room first one of that room. When several are sent, the state is the latest's.
 * After unmount nobody waits any more: what was sent is done, what still waited for the connection is not sent, and the
 * promises reject with `CLOSED`.
 * @throws PPError in `send`: the server's refusal, `ACK_TIMEOUT`, `SESSION_EXPIRED`, `CLOSED`, `INVALID_PAYLOAD`
 */
export function useAck<Type extends RequestType<RegisteredContract>>(
  type: Type,
  options?: UseAckOptions,
): UseAckResult<RequestInput<RegisteredContract, Type>, RequestAnswer<RegisteredContract, Type>>
export function useAck<Room extends RoomShape, Type extends RequestType<Room>>(
  room: RoomHandle<Room>,
  type: Type,
  options?: UseAckOptions,
): UseAckResult<RequestInput<Room, Type>, RequestAnswer<Room, Type>>
export function useAck(
  first: string | RoomHandle<RoomShape>,
  second?: string | UseAckOptions,
  third?: UseAckOptions,
): UseAckResult<unknown, unknown> {
  const client = usePPClient()
  const source = typeof first === 'string' ? client : first
  checkRoom('useAck', source)
  const type = typeof first === 'string' ? first : second
  const options = (typeof second === 'string' ? third : second) ?? {}
  const { timeout, idempotent = false } = options
  const [state, setState] = useState<AckState<unknown>>(IDLE)
  const calls = useRef<Calls>({ isMounted: false, last: 0, shown: 0, waiting: new Set() })

  useEffect(() => {
    const own = calls.current
    own.isMounted = true
    return () => {
      own.isMounted = false
      const left = [...own.waiting]
      // One step later: what was sent in the very handler that unmounts the component is on its way by then, and StrictMode has
      // mounted it again.
      void Promise.resolve().then(() => {
        if (own.isMounted) return
        own.shown = 0
        left.forEach((controller) => controller.abort())
        // It may be hidden only, and is shown again some time.
        setState((before) => (before.status === 'pending' ? IDLE : before))
      })
    }
  }, [])

  const send = useCallback(
    (payload: unknown): Promise<unknown> => {
      const own = calls.current
      const call = ++own.last
      own.shown = call
      const controller = new AbortController()
      own.waiting.add(controller)
      const show = (next: AckState<unknown>): void => {
        own.waiting.delete(controller)
        if (own.shown === call) setState(next)
      }
      setState((before) => ({ status: 'pending', data: before.data, error: null }))
      const { signal } = controller
      const ask = (): Promise<unknown> =>
        // A client and a room ask by the same method; the overloads tie the type's name to the rest.
        (source as Askable).request(
          type as string,
          payload,
          timeout === undefined ? { signal } : { signal, timeout },
        )
      const answer = repeat(ask, idempotent ? MAX_REPEATS : 0).then(
        (data) => {
          show({ status: 'success', data, error: null })
          return data
        },
        (thrown: unknown) => {
          const error = toPPError(thrown, 'INTERNAL')
          show({ status: 'error', data: undefined, error })
          throw error
        },
      )
      // The state tells of a failure; a caller that does not look at the promise must not see an unhandled rejection.
      answer.catch(() => {})
      return answer
    },
    [source, type, timeout, idempotent],
  )
  const reset = useCallback(() => {
    calls.current.shown = 0
    setState(IDLE)
  }, [])
  return { ...state, send, reset }
}

interface Calls {
  isMounted: boolean
  last: number
  /** Which call the state shows; 0 after unmount, hiding and reset, which no call ever is. */
  shown: number
  readonly waiting: Set<AbortController>
}

const IDLE: AckState<never> = { status: 'idle', data: undefined, error: null }

/** A session that expires twice in a row is a server that restarts in circles. */
const MAX_REPEATS = 2

/** After these nobody knows whether it was done. */
const UNKNOWN_OUTCOME: ReadonlySet<ErrorCode> = new Set(['SESSION_EXPIRED', 'ACK_TIMEOUT'])

async function repeat(ask: () => Promise<unknown>, repeats: number): Promise<unknown> {
  try {
    return await ask()
  } catch (thrown) {
    if (repeats > 0 && thrown instanceof PPError && UNKNOWN_OUTCOME.has(thrown.code))
      return repeat(ask, repeats - 1)
    throw thrown
  }
}

/** What a client and a room have in common here, without their types by name. */
interface Askable {
  request(
    type: string,
    payload: unknown,
    options: { signal: AbortSignal; timeout?: number },
  ): Promise<unknown>
}
