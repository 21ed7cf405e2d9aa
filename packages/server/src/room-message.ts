// One message of a member to its room: known to the contract, right by its validator, handled, and answered when it
// asked. What the handler writes is there at once and travels with the next tick; the answer names that version.
import { ANY_ANSWER, meant, PPError, validate } from '@painda/protocol'
import type { AnySchema, Event, StandardSchema } from '@painda/protocol'
import type { Advise } from './advice.js'
import type { RoomBehaviour, RoomContext, UntypedShape } from './definition.js'
import { isPromise } from './faults.js'
import type { Member, SendAnswer } from './member.js'
import { outgoing } from './outgoing.js'
import { tellPeer, type ReportError } from './refuse.js'
import { isStateAnew, stateAnew } from './returned-state.js'
import type { Seat } from './seat.js'

/** The parts of a room that a message meets. */
export interface MessageTarget<C extends Member> {
  readonly id: string
  readonly name: string | undefined
  readonly label: string
  readonly shape: {
    readonly messages?: UntypedShape['messages']
    readonly requests?: UntypedShape['requests']
  }
  readonly behaviour: RoomBehaviour<UntypedShape, C>
  /** The version in which this member will see what has been written until now. */
  promiseVersion(seat: Seat<C>): number
  /** Runs application code: the events it sends wait for the state it wrote. */
  work<T>(run: () => T): T
}

/** A promise only where the handler is asynchronous: the messages behind one that is handled at once need not wait. */
export function handleMessage<C extends Member>(
  target: MessageTarget<C>,
  seat: Seat<C>,
  event: Event,
  answer: SendAnswer,
  report: ReportError,
  advise: Advise,
): void | Promise<void> {
  const where = `"${event.type}" of ${target.label}`

  function done(data: unknown): void {
    if (event.ackId === undefined) return
    const version = target.promiseVersion(seat)
    answer(data === undefined ? { version } : { data, version })
  }

  function failed(thrown: unknown): void {
    // A type that nobody handles and nobody asked about may be a newer client's: no reason to complain to it.
    if (event.ackId === undefined && thrown instanceof PPError && thrown.code === 'UNKNOWN_TYPE')
      return adviseOfUnknown(target, event.type, advise)
    const error = tellPeer(thrown, where, report)
    if (event.ackId !== undefined) answer({ error })
    else if (seat.client.takeRefusal?.() !== false)
      seat.client.deliver(outgoing({ kind: 'error', ...error, type: event.type, room: target.id }))
  }

  try {
    const result = handle(target, seat.ctx, event, where, advise)
    if (isPromise(result)) return Promise.resolve(result).then(done).catch(failed)
    done(result)
  } catch (thrown) {
    failed(thrown)
  }
}

function handle<C extends Member>(
  { id, name, shape, behaviour, work }: MessageTarget<C>,
  ctx: RoomContext<UntypedShape, C>,
  { type, payload }: Event,
  where: string,
  advise: Advise,
): unknown {
  const request = own(shape.requests, type)
  const schema = request?.input ?? own(shape.messages, type)
  const handler = request === undefined ? own(behaviour.messages, type) : own(behaviour.requests, type)
  if (schema === undefined || handler === undefined) {
    throw new PPError('UNKNOWN_TYPE', `The room does not know the message "${type}".`)
  }
  const input = validate(schema, payload, `The payload of "${type}"`)
  const result: unknown = work(() => handler(ctx, input))
  if (request === undefined) {
    if (isPromise(result)) return result.then(() => undefined)
    if (isStateAnew(result, ctx.state)) advise(stateAnew(`The handler of "${type}"`))
    return undefined
  }
  const answerWith = (data: unknown): unknown => {
    if (data === undefined && isUnchecked(request.output))
      advise(
        `The handler of "${type}" of room "${name ?? id}" returns nothing, and what it returns is the answer. Where there is none, write request(input) in the contract.`,
      )
    return checkAnswer(request.output, data, where)
  }
  return isPromise(result) ? result.then(answerWith) : answerWith(result)
}

/** An answer is declared, and only TypeScript looks at it. */
function isUnchecked(output: AnySchema): boolean {
  return output !== ANY_ANSWER && output['~standard'].vendor === ANY_ANSWER['~standard'].vendor
}

/** `name`: of its definition, whose rooms all have the same handlers. */
function adviseOfUnknown<C extends Member>(
  { id, name, shape }: MessageTarget<C>,
  type: string,
  advise: Advise,
): void {
  const { messages = {}, requests = {} } = shape
  const room = name ?? id
  // Whoever sends such messages may send many: the name that was meant is looked for once.
  advise(() => {
    const kind = Object.hasOwn(requests, type) ? 'requests' : 'messages'
    const isDeclared = Object.hasOwn({ ...messages, ...requests }, type)
    const why = isDeclared
      ? `its definition has no handler for it under ${kind}`
      : `it knows no such message${meant(type, { ...messages, ...requests })}`
    return `"${type}" was sent to room "${room}" and dropped: ${why}.`
  }, `unknown ${room} ${type}`)
}

/** An answer that breaks the contract is this end's fault: the asker is not told what was wrong with it. */
function checkAnswer(schema: AnySchema, data: unknown, where: string): unknown {
  try {
    return validate(schema as StandardSchema, data, `The answer of ${where}`)
  } catch (cause) {
    throw new PPError('INTERNAL', `The answer of ${where} breaks the contract.`, { cause })
  }
}

/** `map[key]` when it is the map's own: `key` comes from a peer. */
function own<Value>(map: { readonly [key: string]: Value } | undefined, key: string): Value | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
}
