// What a contest is about: the same job for every contender, told to both of its processes.
import type { Json } from '@painda/protocol'

/** Everybody sees one state that the server changes. */
export interface WorldJob {
  readonly kind: 'world'
  readonly world: 'arena' | 'crowd' | 'lists' | 'slow'
  readonly clients: number
  readonly hz: number
}

/** Many small rooms whose players move themselves. */
export interface LobbyJob {
  readonly kind: 'lobby'
  readonly rooms: number
  readonly players: number
  readonly hz: number
}

/** Everybody comes at once and gets a state of about 32 KB. */
export interface StormJob {
  readonly kind: 'storm'
  readonly clients: number
  readonly rooms: number
  readonly atOnce: number
}

/** Every client always has questions under way. */
export interface AskJob {
  readonly kind: 'ask'
  readonly clients: number
  readonly underWay: number
}

export type Job = WorldJob | LobbyJob | StormJob | AskJob

export const KITS = ['socket.io', 'colyseus', 'bare ws', 'raw writes', 'ours'] as const
export type KitName = (typeof KITS)[number]

/** What the server's process lends to its kit. */
export interface ServerHost {
  /** Kits attach to it, so that bytes are counted at its sockets for all alike. */
  readonly http: import('node:http').Server
  /** The next step of the world; null while nothing is measured. Calling it begins the mutation. */
  nextStep(): import('./worlds.js').Step | null
  /** The world at its beginning; each kit builds its own state from it. */
  readonly start: Json
  /** An input was handled. */
  noteInput(): void
}

/** A kit's server. */
export interface Served {
  /** What the replicas of this room must show. */
  expected(room: number): Json
}

/** One client of a kit. */
export interface Joined {
  /** Null for a light client. */
  readonly state: (() => Json) | null
  /** lobby: moves its own player by so many cells. */
  input?(dx: number, dy: number): void
  /** ask: resolves with the answer. */
  ask?(n: number): Promise<number>
  close(): void
}

export interface ClientPlace {
  readonly index: number
  readonly room: number
  /** In a lobby: which of its room's players it is. */
  readonly slot: number
  /**
   * Joins like everybody, and then reads frames without a look into them. Hundreds of replicas in one process would measure
   * that process; at home each client has a machine of its own.
   */
  readonly isLight: boolean
}

export interface Kit {
  serve(job: Job, host: ServerHost): Promise<Served>
  /** Resolves when the state is there. `seen` is told the tick that the replica shows now. */
  join(job: Job, url: string, place: ClientPlace, seen: (tick: number) => void): Promise<Joined>
}
