/** What the server knows of one member of a room. */
export interface MemberFacts {
  readonly room: string
  readonly id: string
  readonly userId: string
  readonly role: 'player' | 'spectator'
  readonly isConnected: boolean
  /** Milliseconds; null before the first measurement. */
  readonly rtt: number | null
  /** Frames that left for it in the last second, those with a state, and all bytes. */
  readonly frames: number
  readonly states: number
  readonly bytes: number
  /** What waits in this process, and what was handed over and is not confirmed. */
  readonly bufferedBytes: number
  readonly unconfirmedBytes: number
  /** It gets states more rarely, because its connection does not keep up. */
  readonly isBehind: boolean
}
