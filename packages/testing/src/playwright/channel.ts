// What a test and the process of its server say to each other.
// test → server  ServerAsk, ServerSkip      server → test  ServerAnswer, once per ask or skip, with its number

/** A room as the server has it, or as one client should have it. */
export interface RoomOnServer {
  readonly id: string
  /** The definition's name. */
  readonly name: string | null
  /** The ids of players and spectators. */
  readonly members: readonly string[]
  readonly tick: number
  readonly version: number
  readonly state: unknown
}

export interface ServerAsk {
  readonly painda: 'rooms'
  readonly seq: number
  /** Null for what the server itself has. */
  readonly client: string | null
}

/** Puts the server's clock forward. Answered without rooms. */
export interface ServerSkip {
  readonly painda: 'skip'
  readonly seq: number
  readonly ms: number
}

export interface ServerAnswer {
  readonly painda: 'answer'
  readonly seq: number
  readonly rooms: readonly RoomOnServer[]
}

export function isAsk(message: unknown): message is ServerAsk {
  return isOurs(message) && message.painda === 'rooms'
}

export function isSkip(message: unknown): message is ServerSkip {
  return isOurs(message) && message.painda === 'skip'
}

export function isAnswer(message: unknown): message is ServerAnswer {
  return isOurs(message) && message.painda === 'answer'
}

function isOurs(message: unknown): message is { painda: unknown } {
  return typeof message === 'object' && message !== null && 'painda' in message
}
