// The other end of the story: what the game server in the dev server's process tells, sent to the pages that look at it. A page
// says every few seconds which clients are its own, and gets their frames and whatever befalls any member; whoever stops asking
// gets nothing more. Nobody asks: nobody listens, and the server does not even make the events.
//   page → dev server   painda:watch    { clients: ['c_1'] }
//   dev server → page   painda:servers  { count }, at once
//   dev server → page   painda:events   { text, offset, missed }
import { hostTime, writeSessionFile } from '@painda/protocol'
import type { InspectEvent, Inspector, Time, Transport, Undo } from '@painda/protocol'

export interface ServerStream {
  /** Game servers that this process has started; 0 where they run elsewhere. */
  readonly servers: number
  /** A PPServer; it is forgotten when `forget` is called or another one was started. */
  attach(server: { readonly inspector: Inspector }): void
  /** A page asks, and goes on asking. `reply` is how it is answered. */
  watch(page: object, asked: unknown, reply: (batch: Batch) => void): void
  close(): void
}

export interface Batch {
  /** A session file with one source, "server". */
  readonly text: string
  /** Wall clock minus the clock of the events, milliseconds. */
  readonly offset: number
  /** Events left out, because they were too many. */
  readonly missed: number
}

/** Longer than a page waits between two questions, so that one that is late loses nothing. */
const PATIENCE_MS = 15_000
const BATCH_MS = 100
/** Of one batch: more a page could not take in either. */
const MAX_EVENTS = 2_000
const MAX_LENGTH = 4_000_000
const MAX_IDS = 64
const MAX_PAGES = 64
/** A dev server that restarts its game often; older ones are closed and tell nothing. */
const MAX_SERVERS = 8

/** A session file's first line, and one of its others. */
const ABOUT = { startedAt: 0, sources: ['server'] }
const [HEAD = ''] = writeSessionFile({ about: ABOUT, lines: [] }).split('\n')

function rowOf(event: InspectEvent): string {
  return writeSessionFile({ about: ABOUT, lines: [{ source: 0, event }] }).split('\n')[1] ?? ''
}

interface Watcher {
  readonly clients: ReadonlySet<string>
  readonly until: number
  readonly reply: (batch: Batch) => void
  readonly rows: string[]
  /** Characters in all rows. */
  length: number
  missed: number
}

export function createServerStream(time: Time = hostTime(globalThis)): ServerStream {
  const watchers = new Map<object, Watcher>()
  let inspectors: Inspector[] = []
  let undos: Undo[] = []
  let stopTimer: Undo | null = null

  function take(event: InspectEvent): void {
    if (event.kind === 'tick') return
    const wanting = [...watchers.values()].filter(
      ({ clients }) => event.kind !== 'frame' || clients.has(event.peer),
    )
    if (wanting.length === 0) return
    // Written at once: a snapshot's state goes on changing under our hands.
    const row = rowOf(event)
    for (const watcher of wanting) {
      if (watcher.rows.length >= MAX_EVENTS || watcher.length + row.length > MAX_LENGTH) watcher.missed++
      else {
        watcher.rows.push(row)
        watcher.length += row.length
      }
    }
  }

  function send(): void {
    const now = time.now()
    for (const [page, watcher] of watchers) {
      const { rows, missed, reply, until } = watcher
      if (rows.length > 0 || missed > 0) {
        watcher.length = 0
        watcher.missed = 0
        reply({ text: `${[HEAD, ...rows.splice(0)].join('\n')}\n`, offset: time.wallNow() - now, missed })
      }
      if (until < now) watchers.delete(page)
    }
    if (watchers.size === 0) rest()
  }

  function listen(): void {
    if (stopTimer !== null) return
    undos = inspectors.map((inspector) => inspector.listen(take))
    stopTimer = time.every(BATCH_MS, send)
  }

  function rest(): void {
    stopTimer?.()
    stopTimer = null
    for (const undo of undos.splice(0)) undo()
  }

  return {
    get servers() {
      return inspectors.length
    },
    attach({ inspector }) {
      inspectors = [...inspectors, inspector].slice(-MAX_SERVERS)
      if (stopTimer !== null) undos.push(inspector.listen(take))
    },
    watch(page, asked, reply) {
      if (!watchers.has(page) && watchers.size >= MAX_PAGES) return
      const before = watchers.get(page)
      watchers.set(page, {
        clients: idsOf(asked),
        until: time.now() + PATIENCE_MS,
        reply,
        rows: before?.rows ?? [],
        length: before?.length ?? 0,
        missed: before?.missed ?? 0,
      })
      listen()
    },
    close() {
      watchers.clear()
      rest()
      inspectors = []
    },
  }
}

/** What is used of a PPServer. */
export interface FollowedServer {
  readonly inspector: Inspector
  readonly fingerprint?: string | undefined
  rooms(): readonly FollowedRoom[]
  getClients(): readonly FollowedMember[]
  acceptTransport(transport: Transport, info: { id: string; url: string; ip: string }): void
}

/** What is used of its rooms … */
export interface FollowedRoom {
  readonly id: string
  readonly version: number
  readonly tick: number
  readonly state: object
  readonly clients: readonly FollowedMember[]
  readonly spectators: readonly FollowedMember[]
  shownTo(member: FollowedMember): { readonly state: object; readonly version: number } | undefined
  kick(member: FollowedMember, options: { reason: string }): void
}

/** … and of its clients. */
export interface FollowedMember {
  readonly id: string
  readonly userId: string
  readonly protocol?: string
  readonly connected: boolean
  readonly rtt: number | null
  readonly bufferedBytes: number
  readonly unconfirmedBytes: number
  readonly isBehind: boolean
  readonly rooms: ReadonlySet<string>
}

/** A server says where it is to whoever stands here; it is all that both sides agree on. */
const HOOK_KEY: unique symbol = Symbol.for('painda.devtools')
/** On the hook: the dev server and its successor may each have loaded a copy of this module. */
const FOLLOWERS: unique symbol = Symbol.for('painda.devtools.followers')

type Tell = (server: FollowedServer) => void

interface ServerHook {
  attachServer?: Tell
  /** Ours: all who follow. */
  [FOLLOWERS]?: { readonly tells: Set<{ readonly tell: Tell }>; leave(): void }
}

/**
 * Takes in every server that this process starts from now on, until the undo. A hook that was there before goes on being told. All who
 * follow share one hook: a dev server that restarts has its successor follow before it leaves itself, and hooks put on one another
 * would never go again.
 */
export function followServers(host: object, tell: Tell): Undo {
  const slots = host as { [HOOK_KEY]?: ServerHook }
  const { tells, leave } = slots[HOOK_KEY]?.[FOLLOWERS] ?? putHook(slots)
  const follower = { tell }
  tells.add(follower)
  return () => {
    if (tells.delete(follower) && tells.size === 0) leave()
  }
}

function putHook(slots: { [HOOK_KEY]?: ServerHook }): NonNullable<ServerHook[typeof FOLLOWERS]> {
  const before = slots[HOOK_KEY]
  const followers = {
    tells: new Set<{ readonly tell: Tell }>(),
    leave() {
      if (slots[HOOK_KEY] !== hook) return
      if (before === undefined) delete slots[HOOK_KEY]
      else slots[HOOK_KEY] = before
    },
  }
  const hook: ServerHook = {
    ...before,
    attachServer(server) {
      before?.attachServer?.(server)
      for (const { tell } of [...followers.tells]) tell(server)
    },
    [FOLLOWERS]: followers,
  }
  slots[HOOK_KEY] = hook
  return followers
}

/** A page is our own, and still only a page: what it says is looked at. */
function idsOf(asked: unknown): ReadonlySet<string> {
  const list: unknown = typeof asked === 'object' && asked !== null ? Reflect.get(asked, 'clients') : null
  if (!Array.isArray(list)) return new Set()
  return new Set(list.filter((id) => typeof id === 'string').slice(0, MAX_IDS))
}
