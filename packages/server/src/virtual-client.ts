// A player without a network: a PPClient over the in-memory transport, connected to a server of the same process. It
// goes through the same middleware, limits and codec as a browser; only its rooms are read by reference.
import { PPClient } from '@painda/client'
import type { ClientOptions } from '@painda/client'
import { createTransportPair, PPError } from '@painda/protocol'
import type { ContractShape, Transport } from '@painda/protocol'
import type { PPServer } from './server.js'

/** What a bot may be told: everything of a client but where it connects. */
export type VirtualClientOptions<C extends ContractShape = ContractShape> = Omit<
  ClientOptions<C>,
  'url' | 'connectTransport' | 'WebSocket' | 'autoConnect'
> & {
  /**
   * False: rooms send it no state, and it decodes none; it reads theirs with `roomState(id)`, and its handles have no `state`.
   * For bots by the hundred. Default true.
   */
  replicas?: boolean
}

/**
 * A headless client: a bot, a test's player, the reader of a server-side render.
 * @example
 * const bot = new PPVirtualClient('AI_BOT_01')
 * bot.on('game:state', (state) => think(state))
 * bot.connect(server)
 * bot.emit('player:move', { x: 10, y: 10 })
 */
export class PPVirtualClient<C extends ContractShape = ContractShape> extends PPClient<C> {
  readonly #link: Link

  /** `id` becomes its public id on a server where nobody has it yet. */
  constructor(id: string, { replicas = true, ...options }: VirtualClientOptions<C> = {}) {
    const link: Link = { id, server: null, readsByReference: !replicas }
    super({
      ...options,
      url: `virtual:${id}`,
      autoConnect: false,
      connectTransport: () => dial(link),
    })
    this.#link = link
  }

  /** Connects at once; what is sent right after it is queued. */
  override connect(server?: Pick<PPServer, 'acceptTransport' | 'getRoom'>): void {
    if (server !== undefined) this.#link.server = server
    super.connect()
  }

  /**
   * The state of a room that the bot is in, as the server holds it: read it, never write to it. Nothing is copied or
   * decoded, so a thousand bots may look at a large state; `join(id).state` is a replica, as on any client.
   */
  roomState<State extends object = object>(id: string): State | undefined {
    const isIn = this.rooms().some((handle) => handle.id === id && handle.status === 'joined')
    // Whoever asks for a room by its id says what its state is, as with `join`.
    return isIn ? (this.#link.server?.getRoom(id)?.state as State | undefined) : undefined
  }
}

interface Link {
  readonly id: string
  readonly readsByReference: boolean
  server: Pick<PPServer, 'acceptTransport' | 'getRoom'> | null
}

function dial({ id, server, readsByReference }: Link): Transport {
  if (server === null) {
    throw new PPError('INVALID_ARGUMENT', `The bot "${id}" has no server.`, { hint: 'Call connect(server).' })
  }
  const [mine, theirs] = createTransportPair()
  server.acceptTransport(theirs, { id, readsByReference })
  return mine
}
