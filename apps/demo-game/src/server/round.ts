// The round: 90 seconds of play, a short podium, and again. Whoever comes late plays at once.
import { PODIUM_SECONDS, ROUND_SECONDS, bareFloor, byStanding } from '../shared/game.js'
import type { ArenaState, Standing } from '../shared/game.js'

/** The part of a second that has passed; seconds themselves stand in the state, where the page reads them. */
export interface Stopwatch {
  elapsedMs: number
}

export const createStopwatch = (): Stopwatch => ({ elapsedMs: 0 })

export function runClock(state: ArenaState, watch: Stopwatch, dtMs: number): void {
  watch.elapsedMs += dtMs
  while (watch.elapsedMs >= 1000) {
    watch.elapsedMs -= 1000
    state.secondsLeft -= 1
    if (state.secondsLeft <= 0) nextPhase(state)
  }
}

function standings(state: ArenaState): Standing[] {
  return Object.entries(state.players)
    .map(([id, { name, color, score }]) => ({ id, name, color, score }))
    .sort(byStanding)
}

function nextPhase(state: ArenaState): void {
  if (state.phase === 'play') {
    state.phase = 'podium'
    state.secondsLeft = PODIUM_SECONDS
    state.podium = standings(state).slice(0, 3)
    return
  }
  state.phase = 'play'
  state.round += 1
  state.secondsLeft = ROUND_SECONDS
  state.podium = []
  state.floor = bareFloor()
  state.coins = {}
  for (const player of Object.values(state.players)) {
    player.score = 0
    player.coins = 0
  }
}
