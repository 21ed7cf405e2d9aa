// What a load is made of: one function that plays one client, written against the contract that server and game import.
import type { PPClient } from '@painda/client'
import type { ContractShape, Random, Time } from '@painda/protocol'
import type { PPServer } from '@painda/server'

export interface LoadScenario<C extends ContractShape = ContractShape> {
  /** The file that server and game import. */
  readonly contract?: C
  /** Where the server is, unless `--url` says otherwise. */
  readonly url?: string
  /** For `--virtual`: a server in this process, without a port, with the clock and the dice of the run. */
  readonly server?: (host: {
    readonly time: Time
    readonly random: Random
  }) => PPServer<C> | Promise<PPServer<C>>
  /** Asked before a client connects. */
  readonly getToken?: (index: number) => string | Promise<string>
  /** Plays one client, from its connection to the end of the run. What it throws is counted as an error of the scenario. */
  readonly play: (player: LoadPlayer<C>) => Promise<void> | void
}

export interface LoadPlayer<C extends ContractShape = ContractShape> {
  /** Connected. */
  readonly client: PPClient<C>
  /** From 0. */
  readonly index: number
  /** Of this client alone: the same seed gives it the same dice, however many others there are. */
  readonly random: Random
  /** Resolves after so long; never, once the run is over. So loops need no end. */
  sleep(ms: number): Promise<void>
  /** Until the run is over. */
  every(ms: number, act: () => void): void
  /** Measures how long it takes, under that name in the report. Connecting, joining and requests are measured anyway. */
  timed<T>(name: string, work: () => Promise<T>): Promise<T>
}

/**
 * The default export of a scenario's file.
 * @example
 * export default defineLoad({
 *   contract,
 *   async play({ client, random, every }) {
 *     const room = client.join(Arena, { options: { name: 'Bot' } })
 *     await room.joined
 *     every(100, () => room.send('move', { dx: random.next() - 0.5 }))
 *   },
 * })
 */
export function defineLoad<const C extends ContractShape>(scenario: LoadScenario<C>): LoadScenario<C> {
  return scenario
}
