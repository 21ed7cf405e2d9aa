// A real client whose way to the server is a link of the network engine.
import { PPClient, type ClientOptions } from '@painda/client'
import type { ContractShape, Link, Time } from '@painda/protocol'
import { recordMessages } from './received.js'

export class TestClient<C extends ContractShape = ContractShape> extends PPClient<C> {
  /** `p1`, `p2`… unless chosen: in the delivery log, in reports, and the id of its first session. */
  readonly name: string
  /** Its weather: `offline()`, `online()`, `cut()`, `stall(ms)`, `zombie()`, `dropNext(n, direction)`, `set(…)`… */
  readonly net: Link
  /** The harness's clock: who waits for a message of this client moves it on. */
  readonly time: Time

  constructor(options: ClientOptions<C> & { time: Time }, name: string, net: Link) {
    super(options)
    this.name = name
    this.net = net
    this.time = options.time
    recordMessages(this)
  }
}
