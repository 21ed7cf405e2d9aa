// The page's end of the game master's desk (vite/desk.ts): what the server knows of the members of its rooms, what each of them sees, and
// what may be done to them.
import { hostTime } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'
import type { MemberFacts } from './vite/member-facts.js'
import type { Hot } from './server-lane.js'

export interface DeskLane {
  /** Of all rooms of the game server, as of the last second; empty while nobody watches. */
  readonly members: readonly MemberFacts[]
  /** Asks for members while somebody looks. */
  watch(): Undo
  /** A room as `client` sees it; null: as the server itself has it. Never rejects. */
  look(room: string, client: string | null): Promise<Seen>
  /** Null: done; else why not. Never rejects. */
  act(wish: Wish): Promise<string | null>
  subscribe(listener: () => void): Undo
  close(): void
}

export type Seen =
  | { readonly problem: null; readonly version: number; readonly tick: number; readonly state: unknown }
  | { readonly problem: string }

export interface Wish {
  readonly what: 'kick' | 'drop' | 'zombie' | 'bot'
  readonly room: string
  readonly client?: string
  /** Of a bot: what it joins with, and what it may send. */
  readonly options?: unknown
  readonly repertoire?: readonly { readonly type: string; readonly payload: unknown }[]
}

const ASK_MS = 1_000
/** A dev server that has something else to do, or is an older one. */
const PATIENCE_MS = 5_000
const NO_ANSWER = 'The dev server does not answer.'

export function createDeskLane({ hot, time = hostTime(globalThis) }: { hot: Hot; time?: Time }): DeskLane {
  const listeners = new Set<() => void>()
  const open = new Map<number, (answer: unknown) => void>()
  let members: readonly MemberFacts[] = []
  let lastAsk = 0
  let watching = 0
  let stop: Undo = () => {}
  /** Vite complains in the console about what is sent while its line is gone. */
  let isLineUp = true
  let isClosed = false

  function ask(event: string, wish: object): Promise<unknown> {
    if (!isLineUp || isClosed) return Promise.resolve({ problem: NO_ANSWER })
    const number = ++lastAsk
    return new Promise((resolve) => {
      const giveUp = time.after(PATIENCE_MS, () => answered(number, { problem: NO_ANSWER }))
      open.set(number, (answer) => {
        giveUp()
        resolve(answer)
      })
      hot.send(event, { ...wish, ask: number })
    })
  }

  function answered(number: unknown, answer: unknown): void {
    const resolve = open.get(Number(number))
    open.delete(Number(number))
    resolve?.(answer)
  }

  function loseAll(): void {
    for (const number of [...open.keys()]) answered(number, { problem: 'The dev server went away.' })
  }

  function take(data: unknown): void {
    const told: unknown = Reflect.get(Object(data), 'members')
    if (isClosed || watching === 0 || !Array.isArray(told)) return
    // The dev server is of this very release; a foreign one has no such event.
    members = told as MemberFacts[]
    for (const listener of listeners) listener()
  }

  function request(): void {
    if (isLineUp) hot.send('painda:desk', {})
  }

  hot.on('painda:members', take)
  hot.on('painda:seen', (data) => answered(Reflect.get(Object(data), 'ask'), data))
  hot.on('painda:acted', (data) => answered(Reflect.get(Object(data), 'ask'), data))
  hot.on('vite:ws:disconnect', () => {
    isLineUp = false
    members = []
    loseAll()
  })
  hot.on('vite:ws:connect', () => void (isLineUp = true))

  return {
    get members() {
      return members
    },
    watch() {
      if (watching++ === 0 && !isClosed) {
        stop = time.every(ASK_MS, request)
        request()
      }
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        if (--watching > 0) return
        stop()
        members = []
      }
    },
    async look(room, client) {
      const { version, tick, state, problem } = fieldsOf(await ask('painda:look', { room, client }))
      if (typeof version !== 'number' || typeof tick !== 'number' || typeof state !== 'string')
        return { problem: wordsOf(problem) }
      try {
        return { problem: null, version, tick, state: JSON.parse(state) as unknown }
      } catch {
        return { problem: 'The dev server’s answer cannot be read.' }
      }
    },
    async act(wish) {
      const { problem } = fieldsOf(await ask('painda:act', wish))
      return problem === null ? null : wordsOf(problem)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      isClosed = true
      stop()
      loseAll()
      listeners.clear()
    },
  }
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return Object(data) as Record<string, unknown>
}

const wordsOf = (problem: unknown): string => (typeof problem === 'string' ? problem : NO_ANSWER)
