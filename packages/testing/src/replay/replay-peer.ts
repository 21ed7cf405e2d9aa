// A client of a recording: it connects under its old id, and says what it said then.
import { PPClient, type RoomHandle } from '@painda/client'
import {
  createRandom,
  createTransportPair,
  PPError,
  type ContractShape,
  type Time,
  type Transport,
} from '@painda/protocol'

export interface ReplayPeer {
  readonly id: string
  /** Why it is not connected; null while all is well. */
  readonly problem: string | null
  join(room: string, options: unknown, isSpectator: boolean): void
  send(type: string, payload: unknown): void
  request(type: string, payload: unknown): void
  show(presence: unknown): void
  /** Its connection is lost, and it does not try again until `resume`. */
  drop(): void
  resume(): void
  close(): void
}

export interface ReplayPeerOptions {
  id: string
  time: Time
  contract: ContractShape | undefined
  /** The server's end of a connection. */
  accept: (transport: Transport) => void
}

/** Longer than any recording. */
const NEVER_MS = 2 ** 40

export function createReplayPeer({ id, time, contract, accept }: ReplayPeerOptions): ReplayPeer {
  let theirs: Transport | null = null
  let handle: RoomHandle | null = null
  let refusal: string | null = null
  const client = new PPClient({
    url: `replay:${id}`,
    time,
    random: createRandom(1),
    ...(contract === undefined ? {} : { contract }),
    connectTransport() {
      const [mine, other] = createTransportPair()
      theirs = other
      accept(other)
      return mine
    },
    reconnectDelay: NEVER_MS,
    reconnectDelayMax: NEVER_MS,
    connectTimeoutMs: NEVER_MS,
    ackTimeout: NEVER_MS,
    idleAfterMs: 0,
    presenceThrottleMs: 0,
    reload: false,
  })
  client.on('error', (error) => {
    refusal = error.message
  })

  function room(): RoomHandle {
    if (handle !== null) return handle
    throw new PPError('UNREADABLE_FILE', `${id} speaks in the recording before it joins.`)
  }

  return {
    id,
    get problem() {
      const { status, error } = client.status()
      return error?.message ?? refusal ?? handle?.error?.message ?? (status === 'open' ? null : status)
    },
    join(roomId, options, isSpectator) {
      refusal = null
      const how = { options, ...(isSpectator ? { spectate: true } : {}) }
      const joined = client.join(roomId, how)
      handle = joined
      // What became of it is seen at the server.
      joined.joined.catch(() => {})
    },
    send: (type, payload) => room().send(type, payload),
    request(type, payload) {
      room()
        .request(type, payload)
        .catch(() => {
          // Refused, as it may have been then.
        })
    },
    show: (presence) => room().presence.update(Object(presence) as Record<string, unknown>),
    drop: () => theirs?.terminate(),
    resume: () => client.retryNow(),
    close: () => client.close(),
  }
}
