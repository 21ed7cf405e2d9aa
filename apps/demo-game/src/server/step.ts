// One tick of the arena, as a pure step over the state: everything that needs a clock or luck gets it as an argument.
import type { Random } from '@painda/protocol'
import { COLUMNS, ROWS } from '../shared/game.js'
import type { ArenaState, Player } from '../shared/game.js'
import { roundPosition, walk } from '../shared/walk.js'
import { age, bodyOf, note } from './body.js'
import type { Bodies, Body } from './body.js'
import { dropCoins, pickUpCoins } from './coins.js'
import type { Mint } from './coins.js'
import { extendChain } from './combo.js'
import { paintTile } from './paint.js'
import { runClock } from './round.js'
import type { Stopwatch, Timing } from './round.js'

export interface StepOptions {
  bodies: Bodies
  watch: Stopwatch
  timing: Timing
  mint: Mint
  random: Random
  /** Somebody's chain reached a level. */
  onCombo?: (by: string, level: number) => void
}

/** Only what changes is written: a player that stands still costs no bytes. */
export function step(state: ArenaState, dtMs: number, options: StepOptions): void {
  const { bodies, mint, random, onCombo = () => {} } = options
  runClock(state, dtMs, options)
  if (state.phase !== 'play' && state.phase !== 'lobby') return

  for (const [id, player] of Object.entries(state.players)) {
    const body = bodyOf(bodies, id)
    move(player, body, dtMs)
    age(body, player, dtMs)
    if (state.phase !== 'play') continue
    const became = paintTile(state, Math.floor(player.x), Math.floor(player.y), player)
    if (became !== 'same') {
      const level = extendChain(state, { id, player, body })
      if (level !== null) onCombo(id, level)
    }
    if (became === 'taken') note(state, id, 'thief', { added: 1 })
    const coins = pickUpCoins(state, player)
    if (coins > 0) note(state, id, 'collector', { added: coins })
    visitCorner(state, id, player, body)
  }
  if (state.phase === 'play') dropCoins(state, mint, dtMs, random)
}

function move(player: Player, { direction, dashMs, frozenMs }: Body, dtMs: number): void {
  if (frozenMs > 0 || (direction.x === 0 && direction.y === 0)) return
  const { x, y } = roundPosition(walk(player, direction, dtMs, dashMs > 0))
  if (x !== player.x) player.x = x
  if (y !== player.y) player.y = y
}

/** So near to both edges is a corner. */
const CORNER = 2.5

function visitCorner(state: ArenaState, id: string, { x, y }: Player, body: Body): void {
  const isAside = x < CORNER || x > COLUMNS - CORNER
  if (!isAside || (y >= CORNER && y <= ROWS - CORNER)) return
  const bit = 1 << ((x < CORNER ? 0 : 1) + (y < CORNER ? 0 : 2))
  if ((body.corners & bit) !== 0) return
  body.corners |= bit
  note(state, id, 'corners', { added: 1 })
}
