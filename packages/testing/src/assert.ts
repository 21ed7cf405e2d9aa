// What multiplayer tests assert, for any runner: plain functions that throw, and `matchers` for those with `expect.extend`.
import { AssertionError, deepStrictEqual } from 'node:assert'
import { findDifference, formatPath, PPError } from '@painda/protocol'
import { formatDifference, type Convergence } from './converged.js'
import { notThere, receivedBy } from './received.js'
import type { SettleOptions } from './settle.js'
import { show } from './show.js'
import type { MessageSource, SeenMessage } from './wait.js'

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
    if (typeof subject?.settle !== 'function') {
      throw new PPError('INVALID_ARGUMENT', 'Only a harness can converge.', {
        hint: 'Write expect(harness).toConverge(), with what createHarness returned.',
      })
    }
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
    const shown = payload.length === 0 ? `"${type}"` : `"${type}" with ${show(payload[0])}`
    const came = ofType.length > 0 ? ofType : messages
    const list = came.slice(-SHOWN_MESSAGES).map(nameMessage)
    const what = list.length === 0 ? 'Nothing came.' : `What came: ${list.join(', ')}.`
    return verdict(
      isThere,
      `${nameOf(client)} has not received ${shown}. ${what}${differenceOf(ofType.at(-1), payload)}`,
      `${nameOf(client)} has received ${shown}.`,
    )
  },

  toBePresent(client: Listed, room: Populated): Verdict {
    if (typeof client !== 'object' || client === null) throw notThere(client)
    if (typeof room?.presence?.list !== 'function') {
      throw new PPError('INVALID_ARGUMENT', 'Somebody is present in a room, and there is none.', {
        hint: 'Give the handle that client.join returned, or a room of the server.',
      })
    }
    const present = room.presence.list().filter(({ connected }) => connected)
    const ids = present.map(({ clientId }) => clientId).join(', ')
    const own = [
      client.id,
      ...(client.rooms?.() ?? []).map(({ presence }) => presence.snapshot().self?.clientId),
    ]
    const isThere = present.some(({ clientId }) => own.includes(clientId))
    return verdict(
      isThere,
      `${nameOf(client)} is not present. Present: ${ids || 'nobody'}.`,
      `${nameOf(client)} is present.`,
    )
  },
}

const SHOWN_MESSAGES = 10

function nameMessage({ type, payload }: SeenMessage): string {
  return payload === undefined ? `"${type}"` : `"${type}" ${show(payload)}`
}

/** As the harness calls it; else its id, which it has from its first connection on. */
function nameOf(client: object): string {
  const { name, id } = client as { name?: unknown; id?: unknown }
  const own = name ?? id
  return typeof own === 'string' ? own : 'The client'
}

/** Where the newest differs: of a long payload not all is shown. */
function differenceOf(newest: SeenMessage | undefined, expected: readonly unknown[]): string {
  if (newest === undefined || expected.length === 0) return ''
  const found = findDifference(expected[0], newest.payload)
  if (found === null || found.path.length === 0) return ''
  const { path, server, replica } = found
  return ` The last one differs at ${formatPath(path)}: expected ${show(server)}, came ${show(replica)}.`
}

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
