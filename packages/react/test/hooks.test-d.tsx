// What the hooks' types must and must not allow; checked by the type checker, never run.
import { useAck, usePPEvent, usePPRoom, usePPRoomState, usePresence } from '@painda/react'
import { Arena } from './world.js'

export function Typed(): void {
  const { room, state, status, stale, error } = usePPRoom(Arena, { id: 'a1', options: { team: 1 } })
  const phase: string | undefined = state?.phase
  const hp: number | undefined = usePPRoomState(room, (whole) => whole.entities['e1']?.hp)
  const buy = useAck(room, 'buy')
  const coins: number | undefined = buy.data?.coins
  void buy.send({ item: 'bomb' }).then((answer): number => answer.coins)
  const { self, others, update } = usePresence(room)
  const names: string[] = others.map((other) => other.data.name)
  update({ name: 'Ada' })
  usePPEvent(room, 'boom', ({ at }) => at.toFixed())
  room.send('hit', { id: 'e1', by: 1 })
  void [phase, hp, coins, names, self, status, stale, error]

  // @ts-expect-error "hti" is not a message of this room
  room.send('hti', { id: 'e1', by: 1 })
  // @ts-expect-error `by` is a number
  room.send('hit', { id: 'e1', by: 'much' })
  // @ts-expect-error "sell" is not a request of this room
  useAck(room, 'sell')
  // @ts-expect-error a purchase names an item
  void buy.send({})
  // @ts-expect-error "bang" is not an event of this room
  usePPEvent(room, 'bang', () => {})
  // @ts-expect-error presence has a name, not a nick
  update({ nick: 'Ada' })
  // @ts-expect-error entities have no mana
  usePPRoomState(room, (whole) => whole.entities['e1']?.mana)
}

/** The documented style without a contract keeps working. */
export function Untyped(): void {
  const { room, state } = usePPRoom<{ phase: string }>('lobby-1')
  const phase: string | undefined = state?.phase
  room.send('anything', { goes: true })
  usePPEvent('chat', (payload: unknown) => void payload)
  void [phase, useAck('save')]
  // @ts-expect-error the state was said to have a phase and nothing else
  void state?.score
}
