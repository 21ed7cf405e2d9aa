// Where somebody wants to go.
export type Target =
  /** Any open room, or a new one. */
  | { how: 'any' }
  /** By its id or its invite code. */
  | { how: 'room'; id: string }
  | { how: 'watch'; id: string }
