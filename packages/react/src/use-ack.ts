'use client'
// A request as a component sees it: idle, pending, success or error.
import { PPError, toPPError } from '@painda/client'
import type { RequestAnswer, RequestInput, RequestType, RoomHandle, RoomShape } from '@painda/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { usePPClient } from './provider.js'
import type { RegisteredContract } from './register.js'

export type AckState<Answer> =
  | { status: 'idle'; data: undefined; error: null }
  | { status: 'pending'; data: Answer | undefined; error: null }
  | { status: 'success'; data: Answer; error: null }
  | { status: 'error'; data: undefined; error: PPError }

export type UseAckResult<Input, Answer> = AckState<Answer> & {
  /** Asks, and resolves with the answer. Rejects as `error` says; a caller that only renders may ignore the promise. */
  send(payload: Input): Promise<Answer>
  /** Back to idle; an answer still on its way is ignored. */
  reset(): void
}

/**
 * A request of the contract, or with a room first one of that room. When several are sent, the state is the latest's.
 * After unmount nothing is rendered; the promise still settles.
 */
export function useAck<Type extends RequestType<RegisteredContract>>(
  type: Type,
): UseAckResult<RequestInput<RegisteredContract, Type>, RequestAnswer<RegisteredContract, Type>>
export function useAck<Room extends RoomShape, Type extends RequestType<Room>>(
  room: RoomHandle<Room>,
  type: Type,
): UseAckResult<RequestInput<Room, Type>, RequestAnswer<Room, Type>>
export function useAck(...args: [string] | [RoomHandle<RoomShape>, string]): UseAckResult<unknown, unknown> {
  const client = usePPClient()
  const [source, type] = args.length === 1 ? ([client, args[0]] as const) : args
  const [state, setState] = useState<AckState<unknown>>(IDLE)
  /** Which call the state shows; 0 after unmount and reset, which no call ever is. */
  const shownCall = useRef(0)
  const calls = useRef(0)

  useEffect(() => () => void (shownCall.current = 0), [])

  const send = useCallback(
    async (payload: unknown): Promise<unknown> => {
      const call = ++calls.current
      shownCall.current = call
      const show = (next: AckState<unknown>): void => {
        if (shownCall.current === call) setState(next)
      }
      setState((before) => ({ status: 'pending', data: before.data, error: null }))
      const answer = (source as Askable).request(type, payload)
      try {
        const data = await answer
        show({ status: 'success', data, error: null })
        return data
      } catch (thrown) {
        const error = toPPError(thrown, 'INTERNAL')
        show({ status: 'error', data: undefined, error })
        throw error
      }
    },
    [source, type],
  )
  // The state tells of a failure; a caller that does not look at the promise must not see an unhandled rejection.
  const sendQuietly = useCallback(
    (payload: unknown): Promise<unknown> => {
      const answer = send(payload)
      answer.catch(() => {})
      return answer
    },
    [send],
  )
  const reset = useCallback(() => {
    shownCall.current = 0
    setState(IDLE)
  }, [])
  return { ...state, send: sendQuietly, reset }
}

const IDLE: AckState<never> = { status: 'idle', data: undefined, error: null }

/** What a client and a room have in common here, without their types by name. */
interface Askable {
  request(type: string, payload: unknown): Promise<unknown>
}
