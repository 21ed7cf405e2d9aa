import { PPError } from '@painda/protocol'
import { devtools, persist, subscribeWithSelector } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'
import type { StateCreator, StoreApi } from 'zustand/vanilla'
import { describe, expect, test, vi } from 'vitest'
import { createMirror } from '../src/store.js'

interface Arena {
  players: number
  phase: string
}
const LOBBY: Arena = { players: 1, phase: 'lobby' }

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
    const { store, write } = createMirror<Arena>(LOBBY, (init) =>
      createStore(devtools(init, { enabled: true })),
    )
    write({ ...LOBBY, players: 2 })
    expect(sent).toEqual([LOBBY, { ...LOBBY, players: 2 }])
    expect(() => (store as unknown as StoreApi<Arena>).setState({ players: 9 })).toThrow(PPError)
    expect(store.getState()).toEqual({ ...LOBBY, players: 2 })
  })

  test('subscribeWithSelector selects', () => {
    const make = <S>(init: StateCreator<S>): StoreApi<S> => createStore(subscribeWithSelector(init))
    const { store, write } = createMirror<Arena>(LOBBY, make)
    const told: string[] = []
    const subscribe = store.subscribe as unknown as (
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
    const { store, write } = createMirror<Arena>(LOBBY, (init) =>
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
