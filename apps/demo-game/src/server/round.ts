// The round: people gather, count down, play, and see who won. Whoever comes late plays at once.
import { isDone, MISSION_BONUS, MISSION_NAMES } from '../shared/missions.js'
import type { Random } from '@painda/protocol'
import { bareFloor, byStanding } from '../shared/game.js'
import type { ArenaState, Phase, Player, Standing, Team } from '../shared/game.js'
import { refresh } from './body.js'
import type { Bodies } from './body.js'
import { roomiestStart } from './seats.js'

/** Seconds of each phase; a phase of 0 seconds is left out. */
export type Timing = Readonly<Record<Phase, number>>

/** Play is long enough for a lead to change hands twice, short enough that joining late never means waiting. */
export const TIMING: Timing = { lobby: 12, countdown: 3, play: 90, podium: 14 }

/** The part of a second that has passed; seconds themselves stand in the state, where the page reads them. */
export interface Stopwatch {
  elapsedMs: number
}

export const createStopwatch = (): Stopwatch => ({ elapsedMs: 0 })

export interface RoundOptions {
  bodies: Bodies
  watch: Stopwatch
  timing: Timing
  random: Random
}

/** True while a lobby waits for its host, however long. */
const isWaiting = (state: ArenaState): boolean => state.phase === 'lobby' && !state.isOpen

export function runClock(state: ArenaState, dtMs: number, options: RoundOptions): void {
  if (isWaiting(state)) return
  options.watch.elapsedMs += dtMs
  while (options.watch.elapsedMs >= 1000 && !isWaiting(state)) {
    options.watch.elapsedMs -= 1000
    state.secondsLeft -= 1
    if (state.secondsLeft <= 0) enterPhase(state, nextOf(state), options)
  }
}

/** An open room goes round by round; a private one gathers its people again. */
function nextOf({ phase, isOpen }: ArenaState): Phase {
  if (phase === 'lobby') return 'countdown'
  if (phase === 'countdown') return 'play'
  if (phase === 'play') return 'podium'
  return isOpen ? 'countdown' : 'lobby'
}

/** Begins a phase, or the one after it where this one has no time. */
export function enterPhase(state: ArenaState, phase: Phase, options: RoundOptions): void {
  const wasPodium = state.phase === 'podium'
  if (wasPodium && phase !== 'podium') state.round += 1
  state.phase = phase
  state.phaseSeconds = options.timing[phase]
  state.secondsLeft = isWaiting(state) ? 0 : state.phaseSeconds
  options.watch.elapsedMs = 0
  if (phase === 'podium') crown(state)
  else if (wasPodium || phase === 'countdown') clear(state, options)
  if (phase === 'countdown') takeStarts(state, options.random)
  if (phase === 'play') handOutMissions(state, options.random)
  if (state.phaseSeconds <= 0 && !isWaiting(state)) enterPhase(state, nextOf(state), options)
}

/** What everybody reached, best first. In teams the points are each member's share; the sums are the page's to make. */
function standings(state: ArenaState): Standing[] {
  return Object.entries(state.players)
    .map(([id, { name, color, team, score: tiles }]) => {
      const mission = Object.hasOwn(state.secrets, id) ? (state.secrets[id] ?? null) : null
      const bonus = mission !== null && isDone(mission) ? MISSION_BONUS : 0
      const shown = mission === null ? null : { ...mission }
      return { id, name, color, team, tiles, bonus, score: tiles + bonus, mission: shown }
    })
    .sort(byStanding)
}

/** Points of the two teams. */
export function teamScores(podium: readonly Standing[]): [number, number] {
  const sum = (team: Team) =>
    podium.reduce((points, entry) => points + (entry.team === team ? entry.score : 0), 0)
  return [sum(0), sum(1)]
}

/** A late player gets a mission too. */
export function giveMission(state: ArenaState, id: string, random: Random): void {
  state.secrets[id] = { mission: random.pick(MISSION_NAMES), progress: 0 }
}

/** More than half of the people want another round. */
export function hasRematch(state: ArenaState, people: readonly string[]): boolean {
  const votes = people.filter((id) => Object.hasOwn(state.rematch, id)).length
  return state.phase === 'podium' && votes * 2 > people.length
}

function crown(state: ArenaState): void {
  state.podium = standings(state)
  const winners = new Set(winnersOf(state))
  for (const [id, player] of Object.entries(state.players)) {
    const wins = winners.has(id) ? player.wins + 1 : 0
    if (wins !== player.wins) player.wins = wins
  }
}

function winnersOf({ mode, podium }: ArenaState): string[] {
  if (mode === 'solo') return podium.slice(0, 1).map(({ id }) => id)
  const [first, second] = teamScores(podium)
  if (first === second) return []
  return podium.filter(({ team }) => team === (first > second ? 0 : 1)).map(({ id }) => id)
}

function clear(state: ArenaState, { bodies }: RoundOptions): void {
  state.podium = []
  state.rematch = {}
  state.floor = bareFloor()
  state.coins = {}
  state.secrets = {}
  refresh(bodies)
  for (const player of Object.values(state.players)) startAnew(player)
}

function startAnew(player: Player): void {
  player.score = 0
  player.coins = 0
  player.combo = 0
  player.isDashing = false
  player.isFrozen = false
  player.isShielded = false
}

function takeStarts(state: ArenaState, random: Random): void {
  const placed: Player[] = []
  for (const player of Object.values(state.players)) {
    const { x, y } = roomiestStart(placed, random)
    player.x = x
    player.y = y
    placed.push(player)
  }
}

function handOutMissions(state: ArenaState, random: Random): void {
  for (const id of Object.keys(state.players)) giveMission(state, id, random)
}
