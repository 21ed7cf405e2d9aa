// What the inspector is told of a frame's way to the screen: who asked, whom it woke, what was committed for it.
import { PPProvider, useOthers, usePPEvent, usePPRoom, usePPRoomState, usePresence } from '@painda/react'
import type { Reaction, RoomHandle, Witness } from '@painda/react'
import { act, cleanup, render } from '@testing-library/react'
import { useEffect, useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { Arena, createWorld, until } from './world.js'

let world: ReturnType<typeof createWorld>
afterEach(async () => {
  cleanup()
  Reflect.deleteProperty(globalThis, HOOK)
  await world.close()
})

type Room = RoomHandle<typeof Arena>

interface Told {
  readonly reactions: Reaction[]
  readonly asked: { kind: string; type?: string; site: string | null }[]
  /** Hooks of components that were committed for what woke them. */
  readonly commits: string[]
  isLooking: boolean
}

/** Where clients and hooks look for an inspector. */
const HOOK = Symbol.for('painda.devtools')

function watch(): Told {
  const told: Told = { reactions: [], asked: [], commits: [], isLooking: true }
  const site = (): string | null => (told.isLooking ? (new Error('site').stack ?? null) : null)
  const witness: Witness = {
    now: () => (told.isLooking ? performance.now() : undefined),
    site,
    asked(message, at = site()) {
      const type = message.kind === 'event' ? { type: message.type } : {}
      told.asked.push({ kind: message.kind, site: at, ...type })
    },
    rewritten: () => {},
    listens: () => {},
    woke(reaction) {
      told.reactions.push(reaction)
      const { owner } = reaction
      if (owner === undefined || !reaction.isChanged) return
      owner.onCommit = () => {
        owner.onCommit = null
        told.commits.push(owner.hook)
      }
    },
  }
  Reflect.set(globalThis, HOOK, { witness })
  return told
}

function Score({ room, id }: { room: Room; id: string }) {
  const hp = usePPRoomState(room, (state) => state.entities[id]?.hp)
  return <p data-testid={id}>{hp}</p>
}

function Booms({ room }: { room: Room }) {
  const [count, setCount] = useState(0)
  usePPEvent(room, 'boom', () => setCount((before) => before + 1))
  return <p data-testid="booms">{count}</p>
}

function Crowd({ room }: { room: Room }) {
  usePresence(room)
  return <p>{useOthers(room, (others) => others.length)}</p>
}

async function mount(): Promise<{ told: Told; room: Room; byId: (id: string) => string | null }> {
  world = createWorld()
  const told = watch()
  const client = world.createClient()
  const joined: Room[] = []
  function Inside() {
    const { room, status } = usePPRoom(Arena)
    useEffect(() => void joined.push(room), [room])
    if (status !== 'joined') return null
    return (
      <>
        <Score room={room} id="e0" />
        <Score room={room} id="e1" />
        <Booms room={room} />
        <Crowd room={room} />
      </>
    )
  }
  const { queryByTestId } = render(
    <PPProvider client={client}>
      <Inside />
    </PPProvider>,
  )
  await until(() => queryByTestId('e0')?.textContent === '100')
  const [room] = joined
  if (room === undefined) throw new Error('Nobody joined.')
  told.reactions.length = 0
  told.commits.length = 0
  return { told, room, byId: (id) => queryByTestId(id)?.textContent ?? null }
}

const selectorsOf = ({ reactions }: Told) => reactions.filter(({ kind }) => kind === 'selector')

test('a change wakes the hooks that read it, and each names its component and the path', async () => {
  const { told, byId } = await mount()
  world.update((state) => {
    const entity = state.entities['e1']
    if (entity !== undefined) entity.hp = 42
  })
  await until(() => byId('e1') === '42')
  const [woken, ...others] = selectorsOf(told)
  expect(others).toEqual([])
  expect(woken).toMatchObject({
    isChanged: true,
    paths: ['entities.e1.hp'],
    owner: { hook: 'usePPRoomState' },
  })
  expect(woken?.owner?.made.stack).toMatch(/\bScore\b/)
  expect(told.commits).toContain('usePPRoomState')
})

test('a selector that looked and found the same says so, and commits nothing', async () => {
  const { told, room, byId } = await mount()
  const undo = room.subscribe(
    (state) => (state.entities['e1']?.hp ?? 0) > 0,
    () => {},
  )
  world.update((state) => {
    const entity = state.entities['e1']
    if (entity !== undefined) entity.hp = 7
  })
  await until(() => byId('e1') === '7')
  const own = selectorsOf(told).filter(({ owner }) => owner === undefined)
  expect(own.map(({ isChanged }) => isChanged)).toEqual([false])
  undo()
})

test('a handler, a list of who is here and a room name their hooks too', async () => {
  const { told, room, byId } = await mount()
  await act(async () => void (await room.request('buy', { item: 'bomb' })))
  await until(() => byId('booms') === '1')
  const handler = told.reactions.find(({ kind }) => kind === 'message')
  expect(handler).toMatchObject({ message: { type: 'boom', room: room.id }, owner: { hook: 'usePPEvent' } })
  expect(handler?.owner?.made.stack).toMatch(/\bBooms\b/)

  await act(async () => room.presence.update({ name: 'Ada' }))
  await until(() => told.reactions.some(({ kind }) => kind === 'presence'))
  const hooks = told.reactions.flatMap(({ kind, owner }) => (kind === 'presence' ? (owner?.hook ?? []) : []))
  expect(new Set(hooks)).toEqual(new Set(['usePresence', 'useOthers']))
})

test('a message knows the line that sent it, presence that waited for its turn too', async () => {
  const { told, room } = await mount()
  told.asked.length = 0
  function shoot(): void {
    room.send('hit', { id: 'e0', by: 1 })
  }
  function wave(): void {
    room.presence.update({ name: 'Ada' })
    room.presence.update({ name: 'Bea' })
  }
  shoot()
  expect(told.asked.find(({ type }) => type === 'hit')?.site).toMatch(/\bshoot\b/)
  await act(async () => wave())
  await until(
    () => told.asked.filter(({ kind, site }) => kind === 'presence' && site?.includes('wave')).length >= 2,
  )
})

test('while nobody looks nothing is told', async () => {
  const { told, byId } = await mount()
  told.isLooking = false
  told.asked.length = 0
  world.update((state) => {
    const entity = state.entities['e1']
    if (entity !== undefined) entity.hp = 1
  })
  await until(() => byId('e1') === '1')
  expect(told.reactions).toEqual([])
})
