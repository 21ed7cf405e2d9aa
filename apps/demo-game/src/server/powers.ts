// What coins buy, and the dash. The server says no in words a player understands.
import { PPError } from '@painda/protocol'
import { playerOf } from '../shared/game.js'
import type { ArenaState, Player } from '../shared/game.js'
import { BOMB, DASH, FREEZE, ITEMS, SHIELD } from '../shared/items.js'
import type { Item } from '../shared/items.js'
import { bodyOf, note, show } from './body.js'
import type { Bodies } from './body.js'
import { isMate, paintDisc } from './paint.js'

export interface Sale {
  player: Player
  /** Tiles that changed hands. */
  tiles: number
  /** Ids of those who were frozen. */
  hit: string[]
}

/**
 * Sells an item and uses it at once.
 * @throws PPError `REFUSED` between rounds, while reloading, frozen, or with too few coins.
 */
export function useItem(state: ArenaState, bodies: Bodies, id: string, item: Item): Sale {
  const player = playerOf(state, id)
  if (player === undefined) throw new PPError('NOT_IN_ROOM', 'Only players can buy.')
  if (state.phase !== 'play') throw refusal('The shop opens with the next round.')
  const body = bodyOf(bodies, id)
  const { article, price, cooldownMs } = ITEMS[item]
  if (body.reloadMs[item] > 0) throw refusal(`Still reloading: ${Math.ceil(body.reloadMs[item] / 1000)} s.`)
  if (body.frozenMs > 0) throw refusal('You are frozen for a moment.')
  if (player.coins < price) throw refusal(`${article} costs ${price} coins, you have ${player.coins}.`)

  player.coins -= price
  body.reloadMs[item] = cooldownMs
  switch (item) {
    case 'bomb':
      return { player, hit: [], tiles: throwBomb(state, id, player) }
    case 'freeze':
      return { player, tiles: 0, hit: freezeAround(state, bodies, player) }
    case 'shield':
      body.shieldMs = SHIELD.ms
      show(body, player)
      return { player, tiles: 0, hit: [] }
  }
}

/** A sprint, unless the legs are still tired. */
export function dash(state: ArenaState, bodies: Bodies, id: string): void {
  const player = playerOf(state, id)
  const body = bodyOf(bodies, id)
  const mayWalk = state.phase === 'play' || state.phase === 'lobby'
  if (player === undefined || !mayWalk || body.reloadMs.dash > 0 || body.frozenMs > 0) return
  body.dashMs = DASH.ms
  body.reloadMs.dash = DASH.cooldownMs
  note(state, id, 'sprinter', { added: 1 })
  show(body, player)
}

function throwBomb(state: ArenaState, id: string, player: Player): number {
  const painted = paintDisc(state, player, BOMB.radius, player)
  note(state, id, 'bomber', { added: painted.length })
  note(state, id, 'thief', { added: painted.filter((became) => became === 'taken').length })
  return painted.length
}

function freezeAround(state: ArenaState, bodies: Bodies, by: Player): string[] {
  const hit: string[] = []
  for (const [id, other] of Object.entries(state.players)) {
    const isSafe = other === by || other.color === by.color || other.isShielded || isMate(state, other, by)
    if (isSafe || Math.hypot(other.x - by.x, other.y - by.y) > FREEZE.radius) continue
    const body = bodyOf(bodies, id)
    body.frozenMs = FREEZE.ms
    body.dashMs = 0
    show(body, other)
    hit.push(id)
  }
  return hit
}

const refusal = (message: string) => new PPError('REFUSED', message)
