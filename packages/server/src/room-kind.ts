// What kind of room it is: what the contract says of it, and what the application does in it. Rooms look here each time, so
// that code which takes the place of other code while they run (reload.ts) holds from the next event on.
import type { RoomShape } from '@painda/protocol'
import type { RoomBehaviour, UntypedShape } from './definition.js'
import type { Member } from './member.js'

export interface RoomKind<C extends Member> {
  shape: RoomShape
  behaviour: RoomBehaviour<UntypedShape, C>
}

/** A frame of a 60 Hz screen: the documented default. */
export const DEFAULT_TICK_HZ = 60

export interface Rates {
  readonly stepMs: number
  /** Every n-th tick sends. */
  readonly sendEvery: number
}

export function ratesOf<C extends Member>({
  tickHz = DEFAULT_TICK_HZ,
  sendHz = tickHz,
}: Pick<RoomBehaviour<UntypedShape, C>, 'tickHz' | 'sendHz'>): Rates {
  return { stepMs: 1000 / tickHz, sendEvery: Math.max(1, Math.round(tickHz / sendHz)) }
}
