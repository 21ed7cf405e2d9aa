// The same page with every store: one component per entity, and one way to let a message arrive.
import { PPProvider, usePPRoomState, useTransient } from '@painda/react'
import { atom, createStore as createJotai, Provider as JotaiProvider, useAtomValue } from 'jotai'
import { createElement, memo, useCallback, useEffect, useRef } from 'react'
import type { FunctionComponent, ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { proxy, useSnapshot } from 'valtio'
import { createStore, useStore } from 'zustand'
import { applyByHand, createWorldOf, joinRoom, keyOf } from './react-room.js'
import type { Changes, KeyedChanges, Shape, World } from './react-room.js'

/** What a change cost, counted while it is delivered. */
export const counts = { renders: 0, calls: 0 }

export interface App {
  readonly name: string
  /** What travels: bytes for the room, JSON text for the others. */
  encode(changes: readonly Changes[]): (() => void)[]
  /** What the page shows for an entity. */
  shown(index: number): string
  close(): void
}

/** Ways in which a component writes its selector. */
export type Style = 'inline' | 'kept'

interface EntityProps {
  index: number
}

const ROW = 50

function mount(count: number, Entity: FunctionComponent<EntityProps>, wrap: (page: ReactNode) => ReactNode) {
  const host = document.createElement('div')
  document.body.append(host)
  const root = createRoot(host)
  const Cell = memo(Entity)
  // In rows: React visits the siblings of whatever changed, and nobody puts 10,000 of them side by side.
  const cells = Array.from({ length: count / ROW }, (_, row) =>
    createElement(
      'div',
      { key: row },
      Array.from({ length: ROW }, (_, i) => createElement(Cell, { key: i, index: row * ROW + i })),
    ),
  )
  flushSync(() => root.render(wrap(cells)))
  const elements = host.getElementsByTagName('i')
  return {
    shown: (index: number): string => elements[index]?.textContent ?? '',
    close() {
      root.unmount()
      host.remove()
    },
  }
}

const cell = (x: unknown): ReactNode => createElement('i', null, String(x))

/** From the message to the commit, and no further. */
const arrive =
  (take: () => void): (() => void) =>
  () =>
    flushSync(take)

export async function paindaApp(count: number, style: Style, shape: Shape): Promise<App> {
  const live = await joinRoom(createWorldOf(count, shape))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const key = keyOf(shape, index)
      const inline = (state: World): number | undefined => {
        counts.calls++
        return state.entities[key]?.x
      }
      const kept = useCallback(inline, [key])
      return cell(usePPRoomState(live.room, style === 'kept' ? kept : inline))
    },
    (cells) => createElement(PPProvider, { client: live.client }, cells),
  )
  return {
    name: `painda, selectors ${style}`,
    encode: (changes) => live.encode(changes).map((bytes) => arrive(() => live.deliver(bytes))),
    shown: page.shown,
    close() {
      page.close()
      live.client.close()
    },
  }
}

export function zustandApp(count: number, style: Style, shape: Shape): App {
  const store = createStore<World>(() => createWorldOf(count, shape))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const key = keyOf(shape, index)
      const inline = (state: World): number | undefined => {
        counts.calls++
        return state.entities[key]?.x
      }
      const kept = useCallback(inline, [key])
      return cell(useStore(store, style === 'kept' ? kept : inline))
    },
    (cells) => cells,
  )
  return {
    name: `zustand, selectors ${style}`,
    encode: (changes) =>
      asText(shape, changes).map((text) =>
        arrive(() => store.setState(applyByHand(store.getState(), parse(text)), true)),
      ),
    ...page,
  }
}

/** One atom per entity: only those that changed are set. */
export function jotaiApp(count: number): App {
  const { entities } = createWorldOf(count, 'list')
  const atoms = Object.values(entities).map((entity) => atom(entity))
  const store = createJotai()
  const none = atom({ x: 0, y: 0, name: '' })
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      return cell(useAtomValue(atoms[index] ?? none).x)
    },
    (cells) => createElement(JotaiProvider, { store }, cells),
  )
  const take = (changes: KeyedChanges): void => {
    for (const [key, change] of changes) {
      const one = atoms[Number(key)]
      if (one !== undefined) store.set(one, { ...store.get(one), ...change })
    }
  }
  return {
    name: 'jotai, an atom per entity',
    encode: (changes) => asText('list', changes).map((text) => arrive(() => take(parse(text)))),
    ...page,
  }
}

export function valtioApp(count: number): App {
  const state = proxy(createWorldOf(count, 'list'))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      return cell(useSnapshot(state.entities[index] ?? { x: 0 }, { sync: true }).x)
    },
    (cells) => cells,
  )
  const take = (changes: KeyedChanges): void => {
    for (const [key, change] of changes) {
      const entity = state.entities[key]
      if (entity !== undefined) Object.assign(entity, change)
    }
  }
  return {
    name: 'valtio, a proxy per entity',
    encode: (changes) => asText('list', changes).map((text) => arrive(() => take(parse(text)))),
    ...page,
  }
}

export interface MotionApp {
  readonly name: string
  encode(changes: readonly Changes[]): (() => void)[]
  /** Where an entity would be drawn. */
  drawn(index: number): number | undefined
  close(): void
}

/** Places in refs, for a loop that draws: nothing renders. */
export async function paindaMotion(count: number, shape: Shape): Promise<MotionApp> {
  const live = await joinRoom(createWorldOf(count, shape))
  const refs = new Map<number, { current: number | undefined }>()
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const key = keyOf(shape, index)
      const ref = useRef<number>(undefined)
      useTransient(
        live.room,
        useCallback((state: World) => state.entities[key]?.x, [key]),
        (x) => void (ref.current = x),
      )
      useEffect(() => void refs.set(index, ref), [index])
      return null
    },
    (cells) => createElement(PPProvider, { client: live.client }, cells),
  )
  return {
    name: 'painda useTransient',
    encode: (changes) => live.encode(changes).map((bytes) => () => live.deliver(bytes)),
    drawn: (index) => refs.get(index)?.current,
    close() {
      page.close()
      live.client.close()
    },
  }
}

/** As zustand's documentation does it: subscribe, and write what was selected to a ref. */
export function zustandMotion(count: number, shape: Shape): MotionApp {
  const store = createStore<World>(() => createWorldOf(count, shape))
  const refs = new Map<number, { current: number | undefined }>()
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const key = keyOf(shape, index)
      const ref = useRef<number>(undefined)
      useEffect(() => store.subscribe((state) => void (ref.current = state.entities[key]?.x)), [key])
      useEffect(() => void refs.set(index, ref), [index])
      return null
    },
    (cells) => cells,
  )
  return {
    name: 'zustand transient',
    encode: (changes) =>
      asText(shape, changes).map(
        (text) => () => store.setState(applyByHand(store.getState(), parse(text)), true),
      ),
    drawn: (index) => refs.get(index)?.current,
    close: page.close,
  }
}

function asText(shape: Shape, changes: readonly Changes[]): string[] {
  return changes.map((one) => JSON.stringify(one.map(([index, place]) => [keyOf(shape, index), place])))
}

function parse(text: string): KeyedChanges {
  // Written by `asText` above.
  return JSON.parse(text) as KeyedChanges
}
