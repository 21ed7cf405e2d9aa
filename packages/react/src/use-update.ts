'use client'
// A request whose effect is shown before the server has answered: a layer over the room's state, which every hook of the
// room sees. The one file that knows immer.
import { toPPError } from '@painda/client'
import type {
  Layer,
  PayloadArgs,
  PPError,
  RequestAnswer,
  RequestInput,
  RequestType,
  RoomAskOptions,
  RoomHandle,
  RoomShape,
  StateOf,
} from '@painda/client'
import { Immer } from 'immer'
import type { Draft } from 'immer'
import { useCallback, useMemo, useState } from 'react'
import { useLatest } from './use-latest.js'
import { checkRecipe, checkRoom } from '#advice'

/** Parts of the state are the replica's own; freezing them would freeze what the decoder still works on. */
const immer = new Immer({ autoFreeze: false })

export interface PendingUpdate<Input> {
  /** Counts up, unique per hook. */
  readonly id: number
  readonly payload: Input
}

export interface UsePPUpdateResult<Input, Answer> {
  /**
   * Shows the recipe's change at once and asks the room. Resolves with the answer; rejects as `error` says, and then the
   * change is gone. A caller that only renders may ignore the promise. The same function in every render.
   */
  send(...payload: PayloadArgs<Input>): Promise<Answer>
  /** What was sent and not answered yet, in order. */
  pending: readonly PendingUpdate<Input>[]
  /** The last answer. */
  data: Answer | undefined
  /** Why the last one was refused and rolled back; null after the next `send`, `reset` or answer. */
  error: PPError | null
  /** Forgets `data` and `error`; what is pending goes on. */
  reset(): void
}

/**
 * Sends a request of the room and shows what it will do until the server has done it. `recipe` changes an immer draft of the
 * state; it is run again on every state that comes meanwhile, so it must depend on the state and the payload alone. The change
 * goes when the replica has the version that the answer names, so nothing flickers; on a refusal it is rolled back. It goes on
 * after unmount: the request is not the component's.
 * @example
 * const buy = usePPUpdate(room, 'buy', (draft, { item }) => void draft.items.push(item))
 * @throws PPError in `send`: the server's refusal, `ACK_TIMEOUT`, `SESSION_EXPIRED`, `CLOSED`, `INVALID_PAYLOAD`
 */
export function usePPUpdate<Room extends RoomShape, Type extends RequestType<Room>>(
  room: RoomHandle<Room>,
  type: Type,
  recipe: (draft: Draft<StateOf<Room>>, payload: RequestInput<Room, Type>) => void,
): UsePPUpdateResult<RequestInput<Room, Type>, RequestAnswer<Room, Type>> {
  checkRoom('usePPUpdate', room)
  type Input = RequestInput<Room, Type>
  type Answer = RequestAnswer<Room, Type>
  const [state, setState] = useState<UpdateState<Input, Answer>>(IDLE)
  const latest = useLatest(recipe)
  const [ids] = useState(() => createCounter())

  const send = useCallback(
    (...args: PayloadArgs<Input>): Promise<Answer> => {
      // What may be left out may be undefined.
      const payload = args[0] as Input
      const one: PendingUpdate<Input> = { id: ids.next(), payload }
      const run = latest.current
      setState(({ pending, data }) => ({ pending: [...pending, one], data, error: null }))
      const answer = update(room, type, payload, (draft) => run(draft, payload)).then(
        (data) => {
          setState(({ pending }) => ({ pending: without(pending, one), data, error: null }))
          return data
        },
        (thrown: unknown) => {
          const error = toPPError(thrown, 'INTERNAL')
          setState(({ pending, data }) => ({ pending: without(pending, one), data, error }))
          throw error
        },
      )
      // The state tells of a failure; a caller that does not look at the promise must not see an unhandled rejection.
      answer.catch(() => {})
      return answer
    },
    [room, type, ids, latest],
  )
  const reset = useCallback(() => setState(({ pending }) => ({ ...IDLE, pending })), [])
  return useMemo(() => ({ ...state, send, reset }), [state, send, reset])
}

interface UpdateState<Input, Answer> {
  pending: readonly PendingUpdate<Input>[]
  data: Answer | undefined
  error: PPError | null
}

const IDLE: UpdateState<never, never> = { pending: [], data: undefined, error: null }

function createCounter(): { next(): number } {
  let last = 0
  return { next: () => ++last }
}

function without<Input>(
  pending: readonly PendingUpdate<Input>[],
  one: PendingUpdate<Input>,
): readonly PendingUpdate<Input>[] {
  return pending.filter((other) => other !== one)
}

async function update<Room extends RoomShape, Type extends RequestType<Room>>(
  room: RoomHandle<Room>,
  type: Type,
  payload: RequestInput<Room, Type>,
  recipe: (draft: Draft<StateOf<Room>>) => unknown,
): Promise<RequestAnswer<Room, Type>> {
  let isConfirmed = false
  const layer: Layer = room.optimistic((state) => {
    let result: unknown
    // Kept from immer, which takes it for another state: an arrow function gives back what its one expression gives.
    const next = immer.produce(state, (draft) => void (result = recipe(draft)))
    checkRecipe(type, result, next !== state)
    return next
  })
  try {
    // The definition ties the answer to the type of the request.
    return (await (room as Asking).request(type, payload, { onVersion })) as RequestAnswer<Room, Type>
  } finally {
    // A refusal, or a room that counts no versions.
    if (!isConfirmed) layer.remove()
  }

  function onVersion(version: number): void {
    isConfirmed = true
    layer.confirm(version)
  }
}

/** A room's request without its types by name. */
interface Asking {
  request(type: string, payload: unknown, options: RoomAskOptions): Promise<unknown>
}
