// What the hooks' types must and must not allow; checked by the type checker, never run.
import {
  defineRoom,
  request,
  type,
  useAck,
  useEntityStyle,
  useFrame,
  useInterpolated,
  useOther,
  useOthers,
  usePPClient,
  usePPEvent,
  usePPRoom,
  usePPRoomState,
  usePPStatus,
  usePPUpdate,
  usePresence,
  useSelf,
  useTransient,
} from '@painda/react'
import { Arena } from './world.js'

const Bare = defineRoom({
  name: 'bare',
  state: () => ({ isReady: false }),
  requests: { ready: request(type<undefined>(), type<boolean>()) },
})

export function Typed(): void {
  const { room: bare } = usePPRoom(Bare)
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

  void useAck('save').send()
  void useAck(bare, 'ready').send()
  void usePPUpdate(bare, 'ready', () => {}).send()

  // @ts-expect-error a question that has an answer to nothing is given nothing
  void useAck(bare, 'ready').send(1)
  // @ts-expect-error a purchase is of something
  void buy.send()
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
  // @ts-expect-error nor may a handler claim more than the contract says of one
  usePPEvent(room, 'boom', ({ who }: { at: number; who: string }) => who)
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
  usePPEvent('chat', ({ text }: { text: string }) => void text)
  usePPEvent(room, 'chat', ({ text }: { text: string }) => void text)
  void [phase, useAck('save')]
  // @ts-expect-error the state was said to have a phase and nothing else
  void state?.score
}

export function Updates(): void {
  const { room } = usePPRoom(Arena)
  const hurt = usePPUpdate(room, 'hurt', (draft, { id, by }) => {
    const entity = draft.entities[id]
    if (entity !== undefined) entity.hp -= by
    // @ts-expect-error the phase is a text
    draft.phase = 1
  })
  const first: number | undefined = hurt.pending[0]?.payload.by
  const left: number | undefined = hurt.data?.left
  void hurt.send({ id: 'e0', by: 1 }).then((answer): number => answer.left)
  void [first, left]
  // @ts-expect-error an injury says how much
  void hurt.send({ id: 'e0' })
  // @ts-expect-error "heal" is not a request of this room
  usePPUpdate(room, 'heal', () => {})
  // @ts-expect-error a message is not a request: nobody says when it is done
  usePPUpdate(room, 'hit', () => {})
}

export function Suspended(): void {
  const waiting = usePPRoom(Arena, { suspense: true })
  const phase: string = waiting.state.phase
  const { state } = usePPRoom(Arena, { suspense: false })
  // @ts-expect-error without Suspense there may be no state yet
  void state.phase
  const untyped = usePPRoom<{ phase: string }>('lobby-1', { suspense: true })
  void [phase, untyped.state.phase]
}

export function People(): void {
  const { room } = usePPRoom(Arena)
  const count: number = useOthers(room, (others) => others.length)
  const names: readonly string[] = useOthers(room).map((other) => other.data.name)
  const name: string | undefined = useOther(room, 'c1', (other) => other.data.name)
  const own: string | null = useSelf(room, (self) => self.data.name)
  void [count, names, name, own]
  // @ts-expect-error presence has a name, not a nick
  useOthers(room, (others) => others.map((other) => other.data.nick))
}

export function Moving(): void {
  const { room } = usePPRoom(Arena)
  useFrame(({ time, delta }): number => time + delta)
  useTransient(
    room,
    (state) => state.entities['e0']?.hp,
    (hp: number | undefined) => void hp,
  )
  const sample = useInterpolated(room, (state) => state.entities['e0'])
  const hp: number | undefined = sample()?.hp
  const bar = useEntityStyle<HTMLElement, typeof Arena, number>(
    room,
    (state) => state.entities['e0']?.hp,
    (style, width) => void (style.width = `${width.toFixed()}px`),
  )
  void [hp, bar.current?.style]
  // @ts-expect-error an entity has no place: say how to write it
  useEntityStyle<HTMLElement, typeof Arena>(room, (state) => state.entities['e0'])
}

/** Nothing that a hook gives is `any`: these lines would compile if it were. */
export function Strict(): void {
  const { room, state } = usePPRoom(Arena)
  const buy = useAck(room, 'buy')
  const hurt = usePPUpdate(room, 'hurt', () => {})
  const never: IsAny<
    | typeof room
    | typeof state
    | typeof buy.data
    | typeof hurt.data
    | ReturnType<typeof usePPStatus>
    | ReturnType<typeof usePPClient>
  > = false
  const answers: IsAny<typeof hurt.pending> = false
  const selected: IsAny<ReturnType<typeof useInterpolated<typeof Arena, number>>> = false
  void [never, answers, selected]
}

type IsAny<T> = 0 extends 1 & T ? true : false
