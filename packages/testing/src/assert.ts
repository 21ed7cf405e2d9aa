// What multiplayer tests assert, for any runner: plain functions that throw, and `matchers` for those with `expect.extend`.
import { AssertionError, deepStrictEqual } from 'node:assert'
import { formatDifference, type Convergence } from './converged.js'
import { receivedBy } from './received.js'
import type { SettleOptions } from './settle.js'
import type { MessageSource } from './wait.js'

/** A harness, or anything that comes to rest and can be compared. */
export interface Converging {
  settle(options?: SettleOptions): Promise<void>
  converged(roomId?: string): Convergence
}

/** A room as a client or the server holds it, or anything else with a list of who is here. */
export interface Populated {
  readonly presence: { list(): readonly { clientId: string; connected: boolean }[] }
}

/** A client. Its rooms say under which id it is listed: its user's, where it has one. */
export interface Listed {
  readonly id: string | null
  rooms?(): readonly { readonly presence: { snapshot(): { readonly self: { clientId: string } | null } } }[]
}

export interface Verdict {
  readonly pass: boolean
  message(): string
}

/** Lets everything come to rest; every client must then have what the server has. @throws AssertionError with the first paths that differ */
export async function assertConverge(subject: Converging, options?: SettleOptions): Promise<void> {
  demand(await matchers.toConverge(subject, options))
}

/**
 * The client has had a message of this type; with a payload, one with exactly that.
 * @throws AssertionError that names what came; PPError `INVALID_ARGUMENT` for a client that is not recorded
 */
export function assertReceived(client: MessageSource, type: string, ...payload: [] | [unknown]): void {
  demand(matchers.toHaveReceived(client, type, ...payload))
}

/** The client is in the room's list and connected. @throws AssertionError that names who is */
export function assertPresent(client: Listed, room: Populated): void {
  demand(matchers.toBePresent(client, room))
}

/** For `expect.extend`; `@painda/testing/vitest` does it, with types. */
export const matchers = {
  async toConverge(subject: Converging, options?: SettleOptions): Promise<Verdict> {
    try {
      await subject.settle(options)
    } catch (thrown) {
      return verdict(false, thrown instanceof Error ? thrown.message : String(thrown), '')
    }
    const { converged, differences } = subject.converged()
    return verdict(
      converged,
      `Not every client has what the server has:\n- ${differences.map(formatDifference).join('\n- ')}`,
      'Every client has what the server has.',
    )
  },

  toHaveReceived(client: MessageSource, type: string, ...payload: [] | [unknown]): Verdict {
    const messages = receivedBy(client)
    const ofType = messages.filter((message) => message.type === type)
    const isThere =
      payload.length === 0 ? ofType.length > 0 : ofType.some((one) => isSame(one.payload, payload[0]))
    const shown = payload.length === 0 ? `"${type}"` : `"${type}" with ${JSON.stringify(payload[0])}`
    const came = ofType.length > 0 ? ofType : messages
    const list = came.slice(-SHOWN_MESSAGES).map((one) => `"${one.type}" ${JSON.stringify(one.payload)}`)
    const what = list.length === 0 ? 'Nothing came.' : `What came: ${list.join(', ')}.`
    return verdict(
      isThere,
      `The client has not received ${shown}. ${what}`,
      `The client has received ${shown}.`,
    )
  },

  toBePresent(client: Listed, room: Populated): Verdict {
    const present = room.presence.list().filter(({ connected }) => connected)
    const ids = present.map(({ clientId }) => clientId).join(', ')
    const own = [
      client.id,
      ...(client.rooms?.() ?? []).map(({ presence }) => presence.snapshot().self?.clientId),
    ]
    const isThere = present.some(({ clientId }) => own.includes(clientId))
    return verdict(
      isThere,
      `${client.id} is not present. Present: ${ids || 'nobody'}.`,
      `${client.id} is present.`,
    )
  },
}

const SHOWN_MESSAGES = 10

function verdict(pass: boolean, whenNot: string, whenSo: string): Verdict {
  return { pass, message: () => (pass ? whenSo : whenNot) }
}

function demand({ pass, message }: Verdict): void {
  if (!pass) throw new AssertionError({ message: message() })
}

function isSame(left: unknown, right: unknown): boolean {
  try {
    deepStrictEqual(left, right)
    return true
  } catch {
    return false
  }
}
