// The server on which a recording is played: whoever is not of the recording stays outside. Bots that the game's own code connects
// are in the recording too, with what they did.
import { createRandom, PPError, type ContractShape, type RoomShape, type Transport } from '@painda/protocol'
import {
  PPServer,
  silentLogger,
  type AcceptInfo,
  type PPServerClient,
  type RoomBehaviour,
  type ServerOptions,
} from '@painda/server'
import type { ReplayTime } from './replay-time.js'

/** Longer, and more, than any recording. */
const ENDLESS = 2 ** 40

export class ReplayServer<C extends ContractShape = ContractShape> extends PPServer<C> {
  readonly #shapes = new Map<string, RoomShape>()

  constructor(time: ReplayTime, options: ServerOptions<C>) {
    super({
      logger: silentLogger,
      random: createRandom(1),
      ...options,
      time,
      // The recording says who is lost, when, and who went too far.
      heartbeatInterval: ENDLESS,
      recovery: { retentionMs: ENDLESS },
      maxMessagesPerSecond: ENDLESS,
      maxBytesPerSecond: 0,
    })
  }

  override define<Shape extends RoomShape>(
    shape: Shape,
    behaviour: RoomBehaviour<Shape, PPServerClient>,
  ): void {
    super.define(shape, behaviour)
    this.#shapes.set(shape.name, shape)
  }

  /** @throws PPError `INVALID_ARGUMENT` when there is no such definition */
  shapeOf(name: string): RoomShape {
    const shape = this.#shapes.get(name)
    if (shape !== undefined) return shape
    const known = [...this.#shapes.keys()].map((one) => `"${one}"`).join(', ')
    throw new PPError('INVALID_ARGUMENT', `setup() defines no room "${name}".`, {
      hint:
        known === '' ? 'It defines none at all.' : `It defines ${known}: is the recording of another game?`,
    })
  }

  /** Nobody is let in this way, and nobody is told: a client that waits does no harm. */
  override acceptTransport(_transport: Transport, _info?: AcceptInfo): void {}

  admit(transport: Transport, id: string): void {
    super.acceptTransport(transport, { id })
  }
}
