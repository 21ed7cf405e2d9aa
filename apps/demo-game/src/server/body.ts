// What the server knows of a player beside their seat: where they walk, what reloads, and what they did this round. None
// of it is sent. Times are milliseconds that are left, counted down by the step, so that no clock is needed.
import type { ArenaState, Player, Point } from '../shared/game.js'
import type { Item } from '../shared/items.js'
import { MISSIONS } from '../shared/missions.js'
import type { MissionName } from '../shared/missions.js'

export interface Body {
  direction: Point
  dashMs: number
  frozenMs: number
  shieldMs: number
  /** Until an item, or the legs, may be used again. */
  readonly reloadMs: Record<Item | 'dash', number>
  /** Tiles painted without a pause. */
  chain: number
  /** How long the chain still holds without a new tile. */
  chainMs: number
  /** The corners visited, a bit each. */
  corners: number
}

export type Bodies = Map<string, Body>

function createBody(): Body {
  return {
    direction: { x: 0, y: 0 },
    dashMs: 0,
    frozenMs: 0,
    shieldMs: 0,
    reloadMs: { bomb: 0, freeze: 0, shield: 0, dash: 0 },
    chain: 0,
    chainMs: 0,
    corners: 0,
  }
}

/** The body of a player, made when there is none. */
export function bodyOf(bodies: Bodies, id: string): Body {
  const known = bodies.get(id)
  if (known !== undefined) return known
  const body = createBody()
  bodies.set(id, body)
  return body
}

/** A new round: everybody is as fresh as the floor. Where they walk is still theirs to say. */
export function refresh(bodies: Bodies): void {
  for (const [id, { direction }] of bodies) bodies.set(id, { ...createBody(), direction })
}

/** Time passes for a body, and what it shows of itself follows. Only what changes is written. */
export function age(body: Body, player: Player, dtMs: number): void {
  body.dashMs = Math.max(0, body.dashMs - dtMs)
  body.frozenMs = Math.max(0, body.frozenMs - dtMs)
  body.shieldMs = Math.max(0, body.shieldMs - dtMs)
  body.chainMs = Math.max(0, body.chainMs - dtMs)
  if (body.chainMs === 0) body.chain = 0
  for (const name of ['bomb', 'freeze', 'shield', 'dash'] as const) {
    body.reloadMs[name] = Math.max(0, body.reloadMs[name] - dtMs)
  }
  show(body, player)
}

/** Writes what a body does into what everybody sees of it. */
export function show(body: Body, player: Player): void {
  const seen = {
    isDashing: body.dashMs > 0,
    isFrozen: body.frozenMs > 0,
    isShielded: body.shieldMs > 0,
  }
  for (const name of ['isDashing', 'isFrozen', 'isShielded'] as const) {
    if (player[name] !== seen[name]) player[name] = seen[name]
  }
  if (body.chain === 0 && player.combo !== 0) player.combo = 0
}

/** Something that a mission may be about. `reached` is a level, `added` a step. */
export function note(
  state: ArenaState,
  id: string,
  mission: MissionName,
  { added = 0, reached = 0 }: { added?: number; reached?: number },
): void {
  const secret = Object.hasOwn(state.secrets, id) ? state.secrets[id] : undefined
  if (secret?.mission !== mission || state.phase !== 'play') return
  const progress = Math.min(MISSIONS[mission].goal, Math.max(secret.progress + added, reached))
  if (progress !== secret.progress) secret.progress = progress
}
