// The contract of the game: both ends import this file, and everything typed follows from it.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import { boolean, gte, literal, lte, maxLength, minLength, number, object, string } from 'zod/mini'
import { MAX_LINE_LENGTH, EMOTES } from './chat.js'
import type { ChatLine } from './chat.js'
import { ITEM_NAMES } from './items.js'
import type { Item } from './items.js'
import type { Secret } from './missions.js'
import { PALETTE } from './palette.js'
import { MAX_NAME_LENGTH, MAX_TITLE_LENGTH } from './profile.js'

/** The floor in tiles. Wide, because screens are; a phone held upright shows it turned by 90 degrees. */
export const COLUMNS = 28
export const ROWS = 18

/** A tile nobody has painted. Every other value is the owner's colour + 1. */
export const BARE = 0

export const SEATS = PALETTE.length
export const SPECTATORS = 24
export const TICK_HZ = 30

/** Positions are in tiles, origin at the top left corner of the floor. */
export interface Point {
  x: number
  y: number
}

export type Team = 0 | 1
export type Mode = 'solo' | 'teams'

/** `lobby`: people gather and walk about. `countdown`: everybody stands at their start. Then `play`, then `podium`. */
export type Phase = 'lobby' | 'countdown' | 'play' | 'podium'

export interface Player extends Point {
  name: string
  /** Index into the palette; no two players of a room share one. */
  color: number
  /** Counts where the room plays in teams. */
  team: Team
  /** Tiles owned. */
  score: number
  coins: number
  /** The level of the running chain: tiles painted without a pause. 0: none. */
  combo: number
  /** Rounds won in a row. */
  wins: number
  isBot: boolean
  isDashing: boolean
  isFrozen: boolean
  isShielded: boolean
}

/** One line of the result: `score` is tiles and bonus together. */
export interface Standing {
  id: string
  name: string
  color: number
  team: Team
  tiles: number
  bonus: number
  score: number
  /** What they were secretly after. */
  mission: Secret | null
}

export interface ArenaState {
  title: string
  mode: Mode
  phase: Phase
  /** The round that is played or comes next, from 1. */
  round: number
  /** Of the phase; 0 in a lobby that waits for its host. */
  secondsLeft: number
  /** How long the phase is in all. */
  phaseSeconds: number
  /** Who starts rounds, sets the mode and may hand that over; empty while only bots are there. */
  host: string
  /** True where rounds follow each other without a host. */
  isOpen: boolean
  /** Rows of tiles, top to bottom. */
  floor: number[][]
  players: Record<string, Player>
  /** Coins that lie on the floor. */
  coins: Record<string, Point>
  /** The private mission of each player; only its owner ever gets it. */
  secrets: Record<string, Secret>
  /** The last round's result, best first; empty while a round is played. */
  podium: Standing[]
  /** Ids of those who want to play again. */
  rematch: Record<string, true>
  /** Votes to send somebody out: whom → by whom. */
  votes: Record<string, Record<string, true>>
  /** The last lines, oldest first. */
  chat: ChatLine[]
}

export interface Profile {
  name: string
  color: number
}

/** What members show of themselves beside their seat. */
export interface Attention {
  isTyping: boolean
  /** Nobody has touched anything for a while. */
  isIdle: boolean
  /** The tab is in the background. */
  isHidden: boolean
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
const seatColor = () => number().check(gte(0), lte(SEATS - 1))
const clientId = () => string().check(minLength(1), maxLength(64))
const nothing = () => object({})

export const Arena = defineRoom({
  name: 'arena',
  state: (): ArenaState => ({
    title: '',
    mode: 'solo',
    phase: 'lobby',
    round: 1,
    secondsLeft: 0,
    phaseSeconds: 0,
    host: '',
    isOpen: true,
    floor: bareFloor(),
    players: {},
    coins: {},
    secrets: {},
    podium: [],
    rematch: {},
    votes: {},
    chat: [],
  }),
  sync: { 'secrets.*': { to: 'owner' } },
  messages: {
    /** Where to walk from now on; (0, 0) stands still. Sent on change, not per frame. */
    move: object({ dx: unit(), dy: unit() }),
    /** A short sprint; while it reloads nothing happens. */
    dash: nothing(),
    say: object({ text: string().check(minLength(1), maxLength(MAX_LINE_LENGTH)) }),
    emote: object({ emote: literal(EMOTES.map((_, index) => index)) }),
    /** Takes a vote back when it is given a second time. */
    voteOut: object({ id: clientId() }),
    rematch: nothing(),
    /** Of the host: */
    start: nothing(),
    setMode: object({ mode: literal(['solo', 'teams']) }),
    handOver: object({ to: clientId() }),
    joinTeam: object({ team: literal([0, 1]) }),
  },
  requests: {
    /** Refused with `REFUSED` and a sentence for the player: too few coins, still reloading, no round on. */
    buy: request(object({ item: literal(ITEM_NAMES) }), type<{ coins: number; cooldownMs: number }>()),
    /** Another name at any time, another colour between rounds. Refused when somebody has the colour. */
    dress: request(
      object({ name: string().check(maxLength(MAX_NAME_LENGTH * 4)), color: seatColor() }),
      type<Profile>(),
    ),
  },
  events: {
    boom: type<{ x: number; y: number; color: number; by: string; tiles: number }>(),
    power: type<{ item: Exclude<Item, 'bomb'>; by: string; hit: string[] }>(),
    combo: type<{ by: string; level: number }>(),
    emote: type<{ by: string; emote: number }>(),
    news: type<{ text: string; color: number }>(),
  },
  presence: object({ isTyping: boolean(), isIdle: boolean(), isHidden: boolean() }),
})

export const contract = defineContract({
  rooms: { Arena },
  requests: {
    /** A room of one's own. Private ones are in no list; `code` is what friends type or scan. */
    openRoom: request(
      object({
        title: string().check(maxLength(MAX_TITLE_LENGTH * 4)),
        mode: literal(['solo', 'teams']),
        isPrivate: boolean(),
      }),
      type<{ id: string; code: string }>(),
    ),
    /** The code of a room that one is in. */
    invite: request(object({ room: clientId() }), type<{ code: string }>()),
  },
})
