// What a page says to a mocked room: messages, which are kept, and questions, which wait for an answer.
import {
  PPError,
  toPPError,
  validate,
  type AnySchema,
  type ErrorCode,
  type Event,
  type Message,
  type RequestDefinition,
  type RoomShape,
} from '@painda/protocol'
import type { MessageInput, MessageType, RequestAnswer, RequestInput, RequestType } from '@painda/client'

/** A message of the page. One that the contract's validator refuses is not kept; the page's client is told. */
export type MockMessage<Room extends RoomShape> = {
  [Type in MessageType<Room>]: { readonly type: Type; readonly payload: MessageInput<Room, Type> }
}[MessageType<Room>]

/** A question of the page that nobody has answered yet. */
export type MockRequest<Room extends RoomShape> = {
  [Type in RequestType<Room>]: {
    readonly type: Type
    readonly payload: RequestInput<Room, Type>
    /** The answer takes effect in the state as it is now. */
    answer(data: RequestAnswer<Room, Type>): void
    /** Default `REFUSED`. */
    refuse(message: string, code?: ErrorCode): void
  }
}[RequestType<Room>]

/** Answers at once, by type; what one throws is a refusal. */
export type MockAnswers<Room extends RoomShape> = {
  readonly [Type in RequestType<Room>]?: (payload: RequestInput<Room, Type>) => RequestAnswer<Room, Type>
}

export interface AskedOptions<Room extends RoomShape> {
  definition: Room
  answers: MockAnswers<Room>
  say: (message: Message) => void
  version: () => number
}

export interface Asked<Room extends RoomShape> {
  readonly sent: readonly MockMessage<Room>[]
  /** Oldest first. */
  readonly requests: readonly MockRequest<Room>[]
  hear(event: Event): void
  /** The session is over: nobody waits for an answer any more. */
  forget(): void
}

interface OpenRequest {
  readonly type: string
  readonly payload: unknown
  answer(data: unknown): void
  refuse(message: string, code?: ErrorCode): void
}

export function createAsked<Room extends RoomShape>({
  definition,
  answers,
  say,
  version,
}: AskedOptions<Room>): Asked<Room> {
  const sent: { type: string; payload: unknown }[] = []
  const open: OpenRequest[] = []

  function hear({ type, payload, ackId, room }: Event): void {
    const refuse = (error: PPError): void => {
      const { code, message } = error
      const where = room === undefined ? {} : { room }
      if (ackId === undefined) say({ kind: 'error', code, message, type, ...where })
      else say({ kind: 'ack', ackId, error: { code, message } })
    }
    try {
      if (ackId === undefined) sent.push({ type, payload: check(type, payload, messageOf(definition, type)) })
      else ask(type, check(type, payload, requestOf(definition, type)?.input), ackId, refuse)
    } catch (thrown) {
      refuse(toPPError(thrown, 'REFUSED'))
    }
  }

  function ask(type: string, payload: unknown, ackId: number, refuse: (error: PPError) => void): void {
    const answer = (data: unknown): void =>
      say({ kind: 'ack', ackId, ...(data === undefined ? {} : { data }), version: version() })
    if (Object.hasOwn(answers, type)) {
      // Looked up by the very type that it answers.
      const prepared = answers[type as RequestType<Room>] as ((payload: unknown) => unknown) | undefined
      if (prepared !== undefined) return answer(prepared(payload))
    }
    const settle = (): void => {
      const index = open.indexOf(request)
      if (index < 0)
        throw new PPError(
          'INVALID_ARGUMENT',
          `This "${type}" has been answered already, or its session is over.`,
        )
      open.splice(index, 1)
    }
    const request: OpenRequest = {
      type,
      payload,
      answer(data) {
        settle()
        answer(data)
      },
      refuse(message, code = 'REFUSED') {
        settle()
        refuse(new PPError(code, message))
      },
    }
    open.push(request)
  }

  return {
    // The contract's validators have checked what is in these lists, and its names are their types.
    sent: sent as unknown as readonly MockMessage<Room>[],
    requests: open as unknown as readonly MockRequest<Room>[],
    hear,
    forget: () => void open.splice(0),
  }
}

/** @throws PPError `UNKNOWN_TYPE`, `INVALID_PAYLOAD` */
function check(type: string, payload: unknown, schema: AnySchema | undefined): unknown {
  if (schema === undefined) throw new PPError('UNKNOWN_TYPE', `The mocked room knows no "${type}".`)
  return validate(schema, payload, `"${type}"`)
}

function messageOf({ messages = {} }: RoomShape, type: string): AnySchema | undefined {
  return Object.hasOwn(messages, type) ? messages[type] : undefined
}

function requestOf({ requests = {} }: RoomShape, type: string): RequestDefinition | undefined {
  return Object.hasOwn(requests, type) ? requests[type] : undefined
}
