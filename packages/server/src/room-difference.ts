// What keeps a running room from going on with another definition, in words for whoever has saved a file: its members know what it was.
import { compareContracts, contractRows } from '@painda/protocol'
import type { RoomShape } from '@painda/protocol'
import type { RoomBehaviour, UntypedShape } from './definition.js'
import type { Member } from './member.js'
import type { RoomKind } from './room-kind.js'
import { shapeDifference } from './state-shape.js'

/** Why what members say and hear in a room would not be right under the new code; null when it is. */
export function messageDifference<C extends Member>(
  { shape: was }: RoomKind<C>,
  shape: RoomShape,
): string | null {
  const [differs] = compareContracts(
    contractRows({ rooms: { was } }),
    contractRows({ rooms: { was: shape } }),
  )
  return differs === undefined
    ? null
    : `The contract of the room "${shape.name}" has changed: ${differs.name}.`
}

/** The same for what they have of its state. */
export function differenceFor<C extends Member>(
  { shape: was, behaviour }: RoomKind<C>,
  shape: RoomShape,
  next: RoomBehaviour<UntypedShape, C>,
): string | null {
  const of = `of the room "${shape.name}"`
  if (was !== shape) {
    const path = shapeDifference(was.state(), shape.state())
    if (path !== null) return `The state ${of} has another shape at "${path}".`
    if (!haveSameAudience(was, shape)) return `Who may see the state ${of} is decided by other code.`
  }
  if ((behaviour.view === undefined) !== (next.view === undefined))
    return `The room "${shape.name}" shows its state in another way.`
  return null
}

function haveSameAudience(was: RoomShape, is: RoomShape): boolean {
  const functions = ({ sync = {} }: RoomShape): unknown[] =>
    (Array.isArray(sync) ? sync.map(([, rule]: readonly unknown[]) => rule) : Object.values(sync))
      .map((rule: unknown): unknown => Reflect.get(Object(rule), 'to'))
      .filter((to) => typeof to === 'function')
  const [before, after] = [functions(was), functions(is)]
  return before.length === after.length && before.every((one, index) => one === after[index])
}
