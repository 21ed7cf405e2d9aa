import { defineRoom, PPError } from '@painda/protocol'
import { devtools, persist, subscribeWithSelector } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'
import type { StateCreator, StoreApi } from 'zustand/vanilla'
import { describe, expect, test, vi } from 'vitest'
import { PPClient } from '../src/client.js'
import { createMirror } from '../src/store.js'

interface Arena {
  players: number
  phase: string
}
const ROOM = { key: 'arena', id: null }
const LOBBY: Arena = { players: 1, phase: 'lobby' }

function unexpected(thrown: unknown): never {
  throw thrown
}

describe('the mirror store with zustand’s own middleware', () => {
  test('devtools shows the room’s state, and setState still throws', () => {
    const sent: unknown[] = []
    vi.stubGlobal('window', {
      __REDUX_DEVTOOLS_EXTENSION__: {
        connect: () => ({
          init: (state: unknown) => sent.push(state),
          send: (_: unknown, state: unknown) => sent.push(state),
          subscribe: () => () => {},
        }),
      },
    })
    const { store, write } = createMirror<Arena>(ROOM, LOBBY, unexpected, (init) =>
      createStore(devtools(init, { enabled: true })),
    )
    write({ ...LOBBY, players: 2 })
    expect(sent).toEqual([LOBBY, { ...LOBBY, players: 2 }])
    // Its type lets nobody call it; who has no types may.
    expect(() => Reflect.apply(store.setState, store, [{ players: 9 }])).toThrow(PPError)
    expect(store.getState()).toEqual({ ...LOBBY, players: 2 })
  })

  test('subscribeWithSelector selects', () => {
    const make = <S>(init: StateCreator<S>): StoreApi<S> => createStore(subscribeWithSelector(init))
    const { store, write } = createMirror<Arena>(ROOM, LOBBY, unexpected, make)
    const told: string[] = []
    // The middleware has put its own in the place of the store's, which takes a selector too.
    const subscribe = store.subscribe as (
      selector: (state: Arena) => string,
      listener: (phase: string) => void,
    ) => void
    subscribe(
      ({ phase }) => phase,
      (phase) => told.push(phase),
    )
    write({ ...LOBBY, players: 2 })
    write({ ...LOBBY, phase: 'play' })
    expect(told).toEqual(['play'])
  })

  test('persist keeps what the room last held', () => {
    const kept = new Map<string, unknown>()
    const { store, write } = createMirror<Arena>(ROOM, LOBBY, unexpected, (init) =>
      createStore(
        persist(init, {
          name: 'arena',
          storage: {
            getItem: () => null,
            setItem: (name, { state }) => void kept.set(name, state),
            removeItem: () => {},
          },
        }),
      ),
    )
    write({ ...LOBBY, phase: 'play' })
    expect(kept.get('arena')).toEqual({ ...LOBBY, phase: 'play' })
    expect(store.getState()).toEqual({ ...LOBBY, phase: 'play' })
  })
})

test('a maker is told which room it is for: each is kept under a name of its own', () => {
  const kept = new Map<string, unknown>()
  const client = new PPClient('ws://localhost:1', {
    autoConnect: false,
    createStore: (init, { key, id }) =>
      createStore(
        persist(init, {
          name: `${key} ${id}`,
          storage: {
            getItem: () => null,
            setItem: (name, { state }) => void kept.set(name, state),
            removeItem: () => {},
          },
        }),
      ),
  })
  const Arena = defineRoom({ name: 'arena', state: () => LOBBY })
  for (const room of [client.room('lobby-1'), client.room(Arena), client.room(Arena, { id: 'a1' })])
    expect(room.store.getState()).toBe(undefined)
  expect([...kept.keys()]).toEqual(['lobby-1 null', 'arena null', 'arena:a1 null'])
})

describe('what persist has stored on an earlier visit', () => {
  const stored = { state: { ...LOBBY, phase: 'old', players: 9 }, version: 0 }
  type Item = typeof stored | { state: object; version: number } | null
  const mirror = (state: Arena | undefined, item: Item | Promise<Item>) =>
    createMirror<Arena>(ROOM, state, unexpected, (init) =>
      createStore(
        persist(init, {
          name: 'arena',
          // The type of the state is the maker's to know.
          storage: { getItem: () => item as never, setItem: () => {}, removeItem: () => {} },
        }),
      ),
    )

  test.each([
    ['at once', () => stored],
    ['later', () => Promise.resolve(stored)],
  ])(
    'stands in for a state that is not there yet, and never over one that is: read %s',
    async (_when, item) => {
      const early = mirror(undefined, item())
      const late = mirror(LOBBY, item())
      await Promise.resolve()
      await new Promise((resolve) => setTimeout(resolve))
      expect([early.store.getState(), late.store.getState()]).toEqual([stored.state, LOBBY])
      early.write(LOBBY)
      expect(early.store.getState()).toBe(LOBBY)
    },
  )

  test.each([
    ['nothing, read at once', () => null],
    ['nothing, read later', () => Promise.resolve(null)],
    ['what an earlier visit without a state has left', () => ({ state: {}, version: 0 })],
  ])('is no state when it is empty: %s', async (_what, item) => {
    const { store, write } = mirror(undefined, item())
    await new Promise((resolve) => setTimeout(resolve))
    expect(store.getState()).toBe(undefined)
    write(LOBBY)
    expect(store.getState()).toBe(LOBBY)
  })
})

describe('what somebody else throws in the store', () => {
  function mirrorWithSelectors() {
    const make = <S>(init: StateCreator<S>): StoreApi<S> => createStore(subscribeWithSelector(init))
    const errors: string[] = []
    const { store, write } = createMirror<Arena>(ROOM, LOBBY, (thrown) => errors.push(String(thrown)), make)
    // The middleware gave it this form, which the store's type does not tell.
    const select = store.subscribe as unknown as (
      selector: (state: Arena) => string,
      listener: (phase: string) => void,
      options?: { equalityFn: (a: string, b: string) => boolean; fireImmediately: boolean },
    ) => () => void
    return { store, write, select, errors }
  }

  test('[CB5] a listener and a selector that throw are reported, and the others hear what is new', () => {
    const { store, write, select, errors } = mirrorWithSelectors()
    const told: string[] = []
    store.subscribe(() => {
      throw new Error('listener')
    })
    select(
      ({ phase }) => {
        if (phase === 'play') throw new Error('selector')
        return phase
      },
      (phase) => told.push(`selected ${phase}`),
    )
    const undo = store.subscribe((state, previous) => told.push(`${previous?.phase} → ${state?.phase}`))
    write({ ...LOBBY, phase: 'play' })
    write({ ...LOBBY, phase: 'over' })
    undo()
    write(LOBBY)
    expect(told).toEqual(['lobby → play', 'selected over', 'play → over', 'selected lobby'])
    expect(errors).toEqual(['Error: listener', 'Error: selector', 'Error: listener', 'Error: listener'])
  })

  test('[CB5] an equality that throws is reported, its listener is told, and so are the others', () => {
    const { store, write, select, errors } = mirrorWithSelectors()
    const told: string[] = []
    const equalityFn = (a: string, b: string): boolean => {
      if (b === 'play') throw new Error('equality')
      return a === b
    }
    select(
      ({ phase }) => phase,
      (phase) => told.push(`selected ${phase}`),
      { equalityFn, fireImmediately: true },
    )
    store.subscribe((state) => told.push(`${state?.phase} ${state?.players}`))
    write({ ...LOBBY, players: 2 })
    write({ ...LOBBY, phase: 'play' })
    expect(told).toEqual(['selected lobby', 'lobby 2', 'selected play', 'play 1'])
    expect(errors).toEqual(['Error: equality'])
  })

  test('[CB5] a storage that is full is reported, and the store shows the room all the same', () => {
    const errors: string[] = []
    const { store, write } = createMirror<Arena>(
      ROOM,
      LOBBY,
      (thrown) => errors.push(String(thrown)),
      (init) =>
        createStore(
          persist(init, {
            name: 'arena',
            storage: {
              getItem: () => null,
              setItem() {
                throw new Error('full')
              },
              removeItem: () => {},
            },
          }),
        ),
    )
    write({ ...LOBBY, phase: 'play' })
    expect([store.getState()?.phase, errors]).toEqual(['play', ['Error: full']])
  })
})
