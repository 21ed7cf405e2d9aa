// What a contract's types must and must not allow; checked by the type checker, never run.
import { defineContract, defineRoom, request, type } from '@painda/protocol'
import type {
  EventOutputs,
  MessageInputs,
  PresenceOf,
  RequestAnswers,
  RequestPayloads,
  StateOf,
} from '@painda/protocol'

const Arena = defineRoom({
  name: 'arena',
  state: (): { players: Record<string, { x: number }>; phase: 'lobby' | 'play' } => ({
    players: {},
    phase: 'lobby',
  }),
  messages: { move: type<{ dx: number }>() },
  requests: {
    buy: request(type<{ item: string }>(), type<{ coins: number }>()),
    look: request(type<string>()),
  },
  presence: type<{ name: string }>(),
  sync: { 'players.*.x': { quantize: 1 / 64 } },
})
const Bare = defineRoom({ name: 'bare', state: () => ({ n: 0 }) })
const contract = defineContract({
  rooms: { Arena, Bare },
  requests: { time: request(type<null>(), type<number>()) },
})

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(): T => true as T

isTrue<Equal<StateOf<typeof Arena>['phase'], 'lobby' | 'play'>>()
isTrue<Equal<MessageInputs<typeof Arena>['move'], { dx: number }>>()
isTrue<Equal<RequestPayloads<typeof Arena>['buy'], { item: string }>>()
isTrue<Equal<RequestAnswers<typeof Arena>['buy'], { coins: number }>>()
isTrue<Equal<RequestPayloads<typeof Arena>['look'], string>>()
isTrue<Equal<RequestAnswers<typeof Arena>['look'], unknown>>()
isTrue<Equal<PresenceOf<typeof Arena>, { name: string }>>()
isTrue<Equal<PresenceOf<typeof Bare>, unknown>>()
isTrue<Equal<keyof MessageInputs<typeof Bare>, never>>()
isTrue<Equal<keyof EventOutputs<typeof Arena>, never>>()
isTrue<Equal<RequestAnswers<typeof contract>['time'], number>>()
isTrue<Equal<keyof MessageInputs<typeof contract>, never>>()

// @ts-expect-error "mvoe" is not a message of the arena
export type Misspelt = MessageInputs<typeof Arena>['mvoe']

// @ts-expect-error a state is made by a function, so that two rooms never share one
defineRoom({ name: 'x', state: { n: 0 } })
