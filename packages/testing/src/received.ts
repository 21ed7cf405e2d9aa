// The messages that a client has had, kept from the moment that somebody asked for it.
import { PPError } from '@painda/protocol'
import type { MessageSource, SeenMessage } from './wait.js'

const records = new WeakMap<MessageSource, SeenMessage[]>()

/** Keeps every message of this client from now on, for `assertReceived` and `toHaveReceived`. Asked twice it is once. */
export function recordMessages(client: MessageSource): readonly SeenMessage[] {
  const known = records.get(client)
  if (known !== undefined) return known
  const messages: SeenMessage[] = []
  records.set(client, messages)
  client.onAny((type, payload) => void messages.push({ type, payload }))
  return messages
}

/** @throws PPError `INVALID_ARGUMENT` for a client whose messages nobody recorded, and for what is none */
export function receivedBy(client: MessageSource): readonly SeenMessage[] {
  // A list of clients that is shorter than the test thinks gives undefined, whatever its type says.
  if (typeof client !== 'object' || client === null) throw notThere(client)
  const messages = records.get(client)
  if (messages !== undefined) return messages
  throw new PPError('INVALID_ARGUMENT', 'The messages of this client were not recorded.', {
    hint: 'Call recordMessages(client) before they come; clients of createHarness and createTestEnv are recorded.',
  })
}

export function notThere(client: unknown): PPError {
  return new PPError('INVALID_ARGUMENT', `Here should be a client, and there is ${String(client)}.`, {
    hint: 'createHarness({ clients: n }) has n of them.',
  })
}
