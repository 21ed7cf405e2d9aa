// What a client's types must and must not allow; checked by the type checker, never run.
import { defineContract, defineRoom, PPClient, request, type } from '@painda/client'
import type { ContractShape, RoomHandle, UntypedRoom } from '@painda/client'

const Arena = defineRoom({
  name: 'arena',
  state: (): { players: Record<string, { x: number }>; phase: 'lobby' | 'play' } => ({
    players: {},
    phase: 'lobby',
  }),
  messages: { move: type<{ dx: number }>(), ready: type<void>() },
  requests: { buy: request(type<{ item: string }>(), type<{ coins: number }>()) },
  events: { boom: type<{ at: number }>() },
  presence: type<{ name: string }>(),
})
const Bare = defineRoom({ name: 'bare', state: () => ({ n: 0 }) })
const contract = defineContract({
  rooms: { Arena, Bare },
  messages: { chat: type<{ text: string }>() },
  requests: { time: request(type<void>(), type<number>()) },
  events: { news: type<string>() },
})

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(): T => true as T

const client = new PPClient({ url: 'ws://localhost', contract })
client.emit('chat', { text: 'hi' })
// @ts-expect-error "chta" is not a message of the contract
client.emit('chta', { text: 'hi' })
// @ts-expect-error the payload has a text
client.emit('chat', {})
// @ts-expect-error the payload may not be left out
client.emit('chat')
// @ts-expect-error a request is not a message
client.emit('time')
client.volatile.emit('chat', { text: 'hi' })
client.send({ type: 'chat', payload: { text: 'hi' } }, { volatile: true })
// @ts-expect-error the payload has a text
client.send({ type: 'chat', payload: { txt: 'hi' } })
const time = client.request('time')
isTrue<Equal<typeof time, Promise<number>>>()
const timed = client.timeout(500).request('time')
isTrue<Equal<typeof timed, Promise<number>>>()
// @ts-expect-error "tiem" is not a request of the contract
void client.request('tiem')
client.on('news', (text) => isTrue<Equal<typeof text, string>>())
// @ts-expect-error "nwes" is not an event of the contract
client.on('nwes', () => {})
client.on('recovery', ({ outcome }) => isTrue<Equal<typeof outcome, 'resumed' | 'snapshot' | 'expired'>>())
client.on('disconnect', (reason, error) => [reason.length, error?.code])

const room = client.join(Arena, { options: { team: 1 } })
isTrue<Equal<typeof room, RoomHandle<typeof Arena>>>()
room.send('move', { dx: 1 })
room.send('ready')
room.emit('move', { dx: 1 })
room.emit('ready')
// @ts-expect-error "jmup" is not a message of this room
room.emit('jmup', {})
// @ts-expect-error "jmup" is not a message of this room
room.send('jmup', {})
// @ts-expect-error dx is a number
room.send('move', { dx: '1' })
const bought = room.request('buy', { item: 'sword' }, { timeout: 100 })
isTrue<Equal<typeof bought, Promise<{ coins: number }>>>()
room.on('boom', ({ at }) => isTrue<Equal<typeof at, number>>())
// @ts-expect-error "bam" is not an event of this room
room.on('bam', () => {})
room.subscribe(
  (state) => state.phase,
  (phase, before) => isTrue<Equal<[typeof phase, typeof before], ['lobby' | 'play', 'lobby' | 'play']>>(),
)
room.subscribe(() => {})
isTrue<
  Equal<typeof room.state, { players: Record<string, { x: number }>; phase: 'lobby' | 'play' } | undefined>
>()
room.presence.update({ name: 'Ada' })
// @ts-expect-error the presence has no such field
room.presence.update({ nmae: 'Ada' })
isTrue<Equal<NonNullable<typeof room.presence.self>['data'], { name: string }>>()
// @ts-expect-error the mirror is read-only
room.store.setState({ phase: 'play' })
const bare = client.join(Bare)
// @ts-expect-error this room has no messages
bare.send('move', {})

// Without a contract, and for rooms by their bare id, every name is allowed and nothing is any.
const open = new PPClient('ws://localhost')
isTrue<Equal<typeof open, PPClient<ContractShape>>>()
open.emit('anything', { at: 'all' })
open.emit('anything')
const answer = open.request('anything', 1)
isTrue<Equal<typeof answer, Promise<unknown>>>()
open.on('anything', (payload) => isTrue<Equal<typeof payload, unknown>>())
// What nothing declares, the listener declares.
open.on('hit', ({ by }: { by: string }, ack) => ack?.(null, by))
open.once('hit', ({ by }: { by: string }) => by.length)
open.of('/shop').on('sold', (item: { coins: number }) => item.coins)
const onHit = ({ by }: { by: string }): number => by.length
open.on('hit', onHit)
open.off('hit', onHit)
// @ts-expect-error the contract says that it is a text
client.on('news', (count: number) => count)
// @ts-expect-error and it says what the room's event holds
room.on('boom', ({ when }: { when: number }) => when)
// @ts-expect-error nor may a listener claim more than the contract says
client.on('news', (headline: 'war' | 'peace') => headline)
// @ts-expect-error the same of a room's event
room.on('boom', ({ who }: { at: number; who: string }) => who)
const lobby = open.join<{ phase: string }>('lobby-1')
isTrue<Equal<typeof lobby, RoomHandle<UntypedRoom<{ phase: string }>>>>()
isTrue<Equal<NonNullable<typeof lobby.state>['phase'], string>>()
lobby.send('anything', 1)
lobby.emit('anything', 1)
open.join<{ phase: string }>('lobby-1', { options: 1, spectate: true })
const lobbyAnswer = lobby.request('anything', 1)
isTrue<Equal<typeof lobbyAnswer, Promise<unknown>>>()
lobby.on('anything', (payload) => isTrue<Equal<typeof payload, unknown>>())
lobby.on('anything', ({ by }: { by: string }) => by.length)
const rooms: readonly RoomHandle[] = open.rooms()
rooms[0]?.send('anything')
// @ts-expect-error options come after the url
export const wrong = new PPClient('ws://localhost', { url: 'ws://localhost' })
