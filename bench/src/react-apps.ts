// The same page with every store: one component per entity, and one way to let a message arrive.
import { PPProvider, usePPRoomState, useTransient } from '@painda/react'
import { atom, createStore as createJotai, Provider as JotaiProvider, useAtomValue } from 'jotai'
import { createElement, memo, useCallback, useEffect, useRef } from 'react'
import type { FunctionComponent, ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { proxy, useSnapshot } from 'valtio'
import { createStore, useStore } from 'zustand'
import { applyByHand, createWorldOf, joinRoom } from './react-room.js'
import type { Changes, World } from './react-room.js'

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

export async function paindaApp(count: number, style: Style): Promise<App> {
  const live = await joinRoom(createWorldOf(count))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const inline = (state: World): number | undefined => {
        counts.calls++
        return state.entities[index]?.x
      }
      const kept = useCallback(inline, [index])
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

export function zustandApp(count: number, style: Style): App {
  const store = createStore<World>(() => createWorldOf(count))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const inline = (state: World): number | undefined => {
        counts.calls++
        return state.entities[index]?.x
      }
      const kept = useCallback(inline, [index])
      return cell(useStore(store, style === 'kept' ? kept : inline))
    },
    (cells) => cells,
  )
  return {
    name: `zustand, selectors ${style}`,
    encode: (changes) =>
      asText(changes).map((text) =>
        arrive(() => store.setState(applyByHand(store.getState(), parse(text)), true)),
      ),
    ...page,
  }
}

/** One atom per entity: only those that changed are set. */
export function jotaiApp(count: number): App {
  const { entities } = createWorldOf(count)
  const atoms = entities.map((entity) => atom(entity))
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
  const take = (changes: Changes): void => {
    for (const [index, change] of changes) {
      const one = atoms[index]
      if (one !== undefined) store.set(one, { ...store.get(one), ...change })
    }
  }
  return {
    name: 'jotai, an atom per entity',
    encode: (changes) => asText(changes).map((text) => arrive(() => take(parse(text)))),
    ...page,
  }
}

export function valtioApp(count: number): App {
  const state = proxy(createWorldOf(count))
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      return cell(useSnapshot(state.entities[index] ?? { x: 0 }, { sync: true }).x)
    },
    (cells) => cells,
  )
  const take = (changes: Changes): void => {
    for (const [index, change] of changes) {
      const entity = state.entities[index]
      if (entity !== undefined) Object.assign(entity, change)
    }
  }
  return {
    name: 'valtio, a proxy per entity',
    encode: (changes) => asText(changes).map((text) => arrive(() => take(parse(text)))),
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
export async function paindaMotion(count: number): Promise<MotionApp> {
  const live = await joinRoom(createWorldOf(count))
  const refs = new Map<number, { current: number | undefined }>()
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const ref = useRef<number>(undefined)
      useTransient(
        live.room,
        useCallback((state: World) => state.entities[index]?.x, [index]),
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
export function zustandMotion(count: number): MotionApp {
  const store = createStore<World>(() => createWorldOf(count))
  const refs = new Map<number, { current: number | undefined }>()
  const page = mount(
    count,
    ({ index }) => {
      counts.renders++
      const ref = useRef<number>(undefined)
      useEffect(() => store.subscribe((state) => void (ref.current = state.entities[index]?.x)), [index])
      useEffect(() => void refs.set(index, ref), [index])
      return null
    },
    (cells) => cells,
  )
  return {
    name: 'zustand transient',
    encode: (changes) =>
      asText(changes).map((text) => () => store.setState(applyByHand(store.getState(), parse(text)), true)),
    drawn: (index) => refs.get(index)?.current,
    close: page.close,
  }
}

function asText(changes: readonly Changes[]): string[] {
  return changes.map((one) => JSON.stringify(one))
}

function parse(text: string): Changes {
  // Written by `asText` above.
  return JSON.parse(text) as Changes
}
