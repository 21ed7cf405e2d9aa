// The stages between a client's inbox and the handlers. Only events pass plugins and message middleware: joins are
// gated by their room, and state never comes from a client.
import { isReservedType, PPError, toPPError, validate } from '@painda/protocol'
import type { ContractShape } from '@painda/protocol'
import type { MessageOfClient } from './messages.js'
import type { PPServerClient } from './client.js'
import type { MiddlewareChain } from './middleware.js'
import type { Namespaces } from './namespace.js'
import { isNamespaced } from './pipeline.js'
import type { Arrival, Stage, Verdict } from './pipeline.js'
import type { Plugins } from './plugin.js'

/** Reserved names are refused, payloads become what the contract's validators make of them. */
export function decodeStage(contract: () => ContractShape): Stage {
  return {
    name: 'decode',
    run({ message, view, isForRoom }) {
      if (message.kind !== 'event') return null
      if (isReservedType(message.type)) {
        return new PPError('RESERVED_TYPE', `"${message.type}" is a reserved name.`)
      }
      // Nobody can listen to it, and whoever passed it on would fail.
      if (message.type === '') return new PPError('UNKNOWN_TYPE', 'A message needs a type.')
      // A room's messages are known to the room. All others meet the same handlers, by whatever name they ask for them.
      return isForRoom || isNamespaced(message) ? null : checkPayload(contract(), view)
    },
  }
}

function checkPayload({ messages = {}, requests = {} }: ContractShape, view: MessageOfClient): Verdict {
  const { type } = view
  const declared = Object.hasOwn(messages, type)
    ? messages[type]
    : Object.hasOwn(requests, type)
      ? requests[type]?.input
      : undefined
  if (declared === undefined) return null
  try {
    view.payload = validate(declared, view.payload, `The payload of "${type}"`)
    return null
  } catch (thrown) {
    const error = toPPError(thrown, 'INTERNAL')
    // Anything but a refused payload is the validator's own fault and stays at this end.
    if (error.code === 'INVALID_PAYLOAD') return error
    throw thrown
  }
}

/** A namespace lets the client in once; a room wants it as a member. */
export function authStage(
  namespaces: Pick<Namespaces, 'admit'>,
  mayAddress: (client: PPServerClient, room: string) => boolean,
): Stage {
  return {
    name: 'auth',
    run({ entry: { client }, message }) {
      if (message.kind === 'join' || message.kind === 'leave') return null
      if (message.room !== undefined && !mayAddress(client, message.room)) {
        return new PPError('NOT_IN_ROOM', `You are not in the room "${message.room}".`)
      }
      if (message.kind !== 'event' || message.ns === undefined || !isNamespaced(message)) return null
      return namespaces.admit(client, message.ns)
    },
  }
}

export function pluginStage(plugins: Pick<Plugins, 'allows'>): Stage {
  const verdict = (isAllowed: boolean): Verdict =>
    isAllowed ? null : new PPError('FORBIDDEN', 'This message is not allowed.')
  return {
    name: 'plugins',
    run({ entry: { client }, message, view }) {
      if (message.kind !== 'event') return null
      const isAllowed = plugins.allows(client, view)
      return isAllowed instanceof Promise ? isAllowed.then(verdict) : verdict(isAllowed)
    },
  }
}

export function middlewareStage(
  gate: Pick<MiddlewareChain<[client: PPServerClient, message: MessageOfClient]>, 'run'>,
  namespaces: Pick<Namespaces, 'checkMessage'>,
): Stage {
  return {
    name: 'middleware',
    run({ entry: { client }, message, view }) {
      if (message.kind !== 'event') return null
      const { ns } = message
      const verdict = gate.run(client, view)
      if (ns === undefined) return verdict
      if (verdict instanceof Promise) {
        return verdict.then((error) => error ?? namespaces.checkMessage(client, ns, view))
      }
      return verdict ?? namespaces.checkMessage(client, ns, view)
    },
  }
}

export function handlerStage(handle: (arrival: Arrival) => void | Promise<void>): Stage {
  return {
    name: 'handlers',
    run(arrival) {
      const work = handle(arrival)
      return work === undefined ? null : work.then(() => null)
    },
  }
}
