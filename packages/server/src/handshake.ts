// The first words of a connection, on the server's side: who is it, may it come in, and is it somebody we know?
//   hello with a session that we keep   → that session, on this connection; no middleware, it passed before
//   any other hello                     → a new session, once the middleware has let it in
import { randomUUID } from 'node:crypto'
import {
  compareContracts,
  ERRORS,
  MAX_MISMATCHES,
  MAX_NAME_LENGTH,
  PPError,
  PROTOCOL_VERSION,
  toPPError,
} from '@painda/protocol'
import type {
  ContractMismatch,
  ExpiryReason,
  Hello,
  RoomVersions,
  SessionOutcome,
  Welcome,
} from '@painda/protocol'
import type { PPServerClient } from './client.js'
import type { Connection } from './connection.js'
import type { MiddlewareChain } from './middleware.js'
import type { Settings } from './options.js'
import type { PeerCodec } from './outgoing.js'
import type { ServerNow } from './server-clock.js'
import type { SessionEntry, Sessions } from './sessions.js'

export interface HandshakeOptions {
  settings: Settings
  serverNow: ServerNow
  sessions: Sessions
  /** The fingerprint of the server's contract; null when it has none. */
  contractRows: readonly string[] | null
  /** For connections whose contract has the same fingerprint. */
  compactCodec: PeerCodec
  /** Client and server were built from different contracts. */
  onMismatch: (connection: Connection, mismatches: readonly ContractMismatch[]) => void
  gate: Pick<MiddlewareChain<[client: PPServerClient]>, 'run'>
  /** Makes session and client; they are known to nobody yet. */
  create: (connection: Connection, id: string, token: string | null) => SessionEntry
  /** True for the name of a room that somebody is in: an id that is its name too would share its messages. */
  isRoom: (name: string) => boolean
  /** The client was let in. */
  admitted: (entry: SessionEntry) => void
  /** Every state room of the client can go on from these versions. */
  canContinue: (client: PPServerClient, versions: RoomVersions) => boolean
  /** `versions`: what the client has of its rooms; null when the state of each is to be sent whole. */
  resumed: (
    entry: SessionEntry,
    connection: Connection,
    token: string | null,
    versions: RoomVersions | null,
  ) => void
  /** Tells a client that holds nothing which rooms it is in, but for some. */
  tellRooms: (client: PPServerClient, except: ReadonlySet<string>) => void
}

/** What the two contracts have in common, as the client is told. */
type Agreement = Pick<Welcome, 'compact' | 'mismatches'>

interface Expiry {
  readonly reason: ExpiryReason
  readonly lost: number | undefined
}

export interface Handshakes {
  /** Answers one hello; `wantedId` is an id that an in-process peer may choose. */
  hello(connection: Connection, hello: Hello, wantedId?: string): void
  /** The connection ended before it was open: what its middleware began is undone. */
  lost(connection: Connection): void
}

export function createHandshakes(options: HandshakeOptions): Handshakes {
  const { settings, serverNow, sessions, gate, create, admitted, canContinue, resumed } = options
  /** Clients whose middleware has not decided yet. */
  const opening = new Map<Connection, SessionEntry>()

  /** @throws PPError that ends the connection */
  function answer(connection: Connection, hello: Hello, wantedId: string | undefined): void {
    const agreed = agree(connection, hello)
    const expiry = hello.session === undefined ? null : resume(connection, hello, agreed)
    if (expiry === 'resumed') return

    const entry = create(connection, freeId(wantedId), hello.token ?? null)
    opening.set(connection, entry)
    const verdict = gate.run(entry.client)
    const finish = (error: PPError | null): void => admit(connection, entry, error, expiry, agreed)
    if (verdict instanceof Promise) void verdict.then(finish)
    else finish(verdict)
  }

  /** From here on the connection speaks as its contract allows. @throws PPError that ends it */
  function agree(connection: Connection, { version, contract }: Hello): Agreement {
    const { contractRows, compactCodec, onMismatch } = options
    if (connection.codec.name === 'v2') return {}
    assertVersion(version)
    if (contractRows === null || contract === undefined) return {}
    assertContractVersion(contract, contractRows)
    const mismatches = compareContracts(contract, contractRows)
    if (mismatches.length === 0) {
      connection.codec = compactCodec
      return { compact: true }
    }
    onMismatch(connection, mismatches)
    return { mismatches: mismatches.slice(0, MAX_MISMATCHES) }
  }

  function admit(
    connection: Connection,
    entry: SessionEntry,
    error: PPError | null,
    expiry: Expiry | null,
    agreed: Agreement,
  ): void {
    const { session } = entry
    // It may have left, or been closed by the middleware itself, in the meantime.
    if (!opening.delete(connection)) return
    if (session.isEnded || error !== null) {
      const reason =
        error === null ? new PPError('KICKED', 'The server closed this connection.') : fatal(error)
      session.end(reason)
      connection.end(reason)
      return
    }
    sessions.add(entry)
    const outcome = expiry === null ? 'new' : 'expired'
    session.open(connection, welcome(entry, outcome, expiry, 0, agreed), () => admitted(entry))
  }

  function resume(
    connection: Connection,
    { session: wish, token }: Hello,
    agreed: Agreement,
  ): Expiry | 'resumed' | null {
    if (wish === undefined) return null
    const isV2 = connection.codec.name === 'v2'
    if (isV2 && settings.v2Recovery.windowMs === 0) return null
    const found = sessions.find(wish)
    if (found.name === 'expired') return found
    const { session } = found.entry
    // What is kept for one format cannot be said in the other.
    if (session.codec.name !== connection.codec.name) return { reason: 'restart', lost: undefined }
    if (isV2 && wish.received > session.sent) {
      // A count of that client is a guess after some cuts, and no reason to turn it away: it begins anew.
      session.expire('overflow')
      return { reason: 'overflow', lost: undefined }
    }
    const replay = session.replay(wish.received)
    if (replay.outcome === 'overflow') {
      session.expire('overflow')
      return { reason: 'overflow', lost: replay.lost }
    }
    session.tokens.present(wish.token)
    const isFresh = wish.fresh === true
    // Of a room that it left or entered since, it may hold what it had the time before.
    const known = (wish.versions ?? []).filter(([room]) => !replay.moved.has(room))
    const versions = !isFresh && canContinue(found.entry.client, known) ? known : null
    const outcome = versions === null ? 'snapshot' : 'resumed'
    const answer = welcome(found.entry, outcome, null, replay.missed, agreed)
    const { client } = found.entry
    session.resume(
      connection,
      wish.received,
      answer,
      () => resumed(found.entry, connection, token ?? null, versions),
      // Of the others it is told in what is sent again.
      isFresh ? () => options.tellRooms(client, replay.moved) : undefined,
    )
    return 'resumed'
  }

  function freeId(wanted: string | undefined): string {
    const isFree =
      wanted !== undefined &&
      wanted !== '' &&
      wanted.length <= MAX_NAME_LENGTH &&
      sessions.get(wanted) === undefined &&
      !options.isRoom(wanted) &&
      ![...opening.values()].some(({ session }) => session.id === wanted)
    return isFree ? wanted : randomUUID()
  }

  function welcome(
    { session, client }: SessionEntry,
    outcome: SessionOutcome,
    expiry: Expiry | null,
    missed: number,
    agreed: Agreement,
  ): Welcome {
    return {
      kind: 'welcome',
      id: session.id,
      ...(client.userId === session.id ? {} : { userId: client.userId }),
      token: session.tokens.rotate(),
      outcome,
      ...(expiry === null ? {} : { reason: expiry.reason }),
      ...(expiry?.lost === undefined ? {} : { lost: expiry.lost }),
      received: session.received,
      missed,
      heartbeatMs: settings.heartbeatMs,
      windowMs: settings.recovery.windowMs,
      maxPayloadBytes: settings.maxPayloadBytes,
      ...(settings.maxMessagesPerSecond > 0 ? { messagesPerSecond: settings.maxMessagesPerSecond } : {}),
      serverNow: serverNow(),
      ...agreed,
    }
  }

  return {
    hello(connection, hello, wantedId) {
      try {
        answer(connection, hello, wantedId)
      } catch (thrown) {
        connection.end(toPPError(thrown, 'MALFORMED_FRAME'))
      }
    },
    lost(connection) {
      const entry = opening.get(connection)
      opening.delete(connection)
      entry?.session.end(new PPError('TRANSPORT_ERROR', 'The client left before it was let in.'))
    },
  }
}

/** @throws PPError `INVALID_PROTOCOL_VERSION` */
function assertVersion(version: number): void {
  if (version === PROTOCOL_VERSION) return
  throw new PPError(
    'INVALID_PROTOCOL_VERSION',
    `Invalid Protocol Version: the client speaks ${version}, this server ${PROTOCOL_VERSION}.`,
  )
}

/** @throws PPError `CONTRACT_MISMATCH` */
function assertContractVersion(theirs: readonly string[], ours: readonly string[]): void {
  const isVersion = (row: string): boolean => row.startsWith('version=')
  const versions = [theirs.find(isVersion) ?? 'version=', ours.find(isVersion) ?? 'version=']
  if (versions[0] === versions[1]) return
  throw new PPError('CONTRACT_MISMATCH', `The contracts differ: ${versions.join(' and ')}.`, {
    hint: 'Rebuild the client.',
  })
}

/** A refusal ends the connection, whatever its code does elsewhere. */
function fatal(error: PPError): PPError {
  if (ERRORS[error.code].next !== 'none') return error
  return new PPError('MIDDLEWARE_REJECTED', error.message, { cause: error })
}
