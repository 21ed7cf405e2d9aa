// The contract of the game: both ends import this file, and everything typed follows from it.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import { literal, number, object, gte, lte } from 'zod/mini'
import { PALETTE } from './palette.js'

/** The floor in tiles. Wide, because screens are; a phone held upright shows it turned by 90 degrees. */
export const COLUMNS = 28
export const ROWS = 18

/** A tile nobody has painted. Every other value is the owner's colour + 1. */
export const BARE = 0

export const SEATS = PALETTE.length
export const TICK_HZ = 30

/** Long enough for a lead to change hands twice, short enough that joining late never means waiting. */
export const ROUND_SECONDS = 90
export const PODIUM_SECONDS = 8

export const BOMB = { price: 3, cooldownMs: 5_000, radius: 2.3 } as const

/** Positions are in tiles, origin at the top left corner of the floor. */
export interface Point {
  x: number
  y: number
}

export interface Player extends Point {
  name: string
  /** Index into the palette; no two players of a room share one. */
  color: number
  /** Tiles owned. */
  score: number
  coins: number
  isBot: boolean
}

export interface Standing {
  id: string
  name: string
  color: number
  score: number
}

export interface ArenaState {
  phase: 'play' | 'podium'
  round: number
  secondsLeft: number
  /** Rows of tiles, top to bottom. */
  floor: number[][]
  players: Record<string, Player>
  /** Coins that lie on the floor. */
  coins: Record<string, Point>
  /** The last round's result, best first; empty while a round is played. */
  podium: Standing[]
}

export interface Profile {
  name: string
  color: number
}

export function bareFloor(): number[][] {
  return Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => BARE))
}

/** Best first; equal scores stand in the order of their names, so that every list of players agrees. */
export function byStanding(a: Pick<Standing, 'name' | 'score'>, b: Pick<Standing, 'name' | 'score'>): number {
  return b.score - a.score || (a.name < b.name ? -1 : 1)
}

/** The player with that id; an id that is no own key (`constructor`) is nobody. */
export function playerOf(state: ArenaState, id: string): Player | undefined {
  return Object.hasOwn(state.players, id) ? state.players[id] : undefined
}

const unit = () => number().check(gte(-1), lte(1))

export const Arena = defineRoom({
  name: 'arena',
  state: (): ArenaState => ({
    phase: 'play',
    round: 1,
    secondsLeft: ROUND_SECONDS,
    floor: bareFloor(),
    players: {},
    coins: {},
    podium: [],
  }),
  messages: {
    /** Where to walk from now on; (0, 0) stands still. Sent on change, not per frame. */
    move: object({ dx: unit(), dy: unit() }),
  },
  requests: {
    /** Refused with `REFUSED` and a sentence for the player: too few coins, still reloading, no round on. */
    buy: request(object({ item: literal('bomb') }), type<{ coins: number; cooldownMs: number }>()),
  },
  events: {
    boom: type<{ x: number; y: number; color: number; by: string; tiles: number }>(),
  },
  presence: type<Profile>(),
})

export const contract = defineContract({ rooms: { Arena } })
