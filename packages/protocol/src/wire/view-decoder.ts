// Reads state off the wire; `view-encoder.ts` writes it. A view is a line of versions that all its receivers share byte by
// byte; it has a number (its channel) that its snapshots introduce and its deltas use instead of the room's id.
//   Snapshot  own part or not, channel, room, version, tick, tick of the last delta, hash?, the whole dictionary, the state as a delta of {}
//   Delta     channel and the low four bits of from, to and tick unless each is one more, hash?, news?, groups
import { deltaBetween } from '../delta/between.js'
import type { Delta } from '../delta/delta.js'
import { ensure, malformed } from '../malformed.js'
import type { StateDelta, StateScope, StateSnapshot, Touched } from '../room.js'
import { createDeltaReader } from './delta-reader.js'
import type { Change, DeltaReader } from './delta-reader.js'
import type { Reader } from './reader.js'

export const HAS_NEWS = 0x10
export const HAS_HASH = 0x20
/** `to` and `tick` are written out. */
export const IS_EXPLICIT = 0x40
/** Of a snapshot: its view is the member's own layer over the room's state. */
export const IS_OWN = 0x40
/** Of a snapshot: it changes the state of another view of the room, which the receiver holds. */
export const HAS_BASE = 0x80
const UNUSED = 0x80

/** `from` travels as its low four bits, beside the channel: the receiver's version is the one nearest to it. */
export const VERSIONS = 16

/** The receiver's side of all views of one session: it keeps their dictionaries, versions and states. */
export interface ViewDecoder {
  /** A damaged StateDelta for a switch from what the receiver does not hold. */
  snapshot(r: Reader, flags: number): StateSnapshot | StateDelta
  /** A delta that cannot be read says so, when it is one of a view that is held. The view then waits for a snapshot. */
  delta(r: Reader, flags: number): StateDelta
  /** The number of the room's view, own parts aside; undefined when none is held. */
  channelOf(room: string): number | undefined
  /** The client is out of the room: its view is forgotten. */
  forget(room: string): void
  /** Another connection begins. */
  begin(): void
  /**
   * The session is another one: nothing of the one before goes on. What came on this connection stays: a frame is decoded
   * before its welcome is read, and may hold snapshots behind it.
   */
  clear(): void
}

interface HeldView {
  readonly room: string
  /** On its messages, so that a receiver needs not know of channels. */
  readonly scope: Pick<StateSnapshot, 'scope'>
  readonly reader: DeltaReader
  version: number
  tick: number
  /** The last message; its state is what the next delta changes. */
  last: { readonly state?: unknown }
  /** It lost step: nothing can be read before the next snapshot. */
  isLost: boolean
  /** It came on a connection before this one. */
  isOld: boolean
}

/** Rooms one connection may be in, as far as the decoder cares: a bound for what a hostile server makes a client keep. */
const MAX_VIEWS = 1024

/** Makes what reads the deltas of one view. `isBased`: it goes on from the state of the view before it. */
export type ReaderOf = (room: string, scope: StateScope | undefined, isBased: boolean) => DeltaReader

/** A view is read into a replica of its state, unless `readerOf` says otherwise. */
export function createViewDecoder(readerOf: ReaderOf = createDeltaReader): ViewDecoder {
  const views = new Map<number, HeldView>()

  function forget(isGone: (view: HeldView) => boolean): void {
    for (const [channel, view] of views) if (isGone(view)) views.delete(channel)
  }

  function readDelta(r: Reader, flags: number, view: HeldView, low: number): StateDelta {
    ensure((flags & UNUSED) === 0, 'flag')
    const { room, scope, version, last, reader } = view
    const from = nearest(low, version)
    const isExplicit = (flags & IS_EXPLICIT) !== 0
    const to = from + (isExplicit ? r.varint() : 1)
    const tick = isExplicit ? r.varint() : view.tick + 1
    const hash = flags & HAS_HASH ? r.varint() : undefined
    // Names and numbers that it builds on may be missing: it is not read, and the receiver asks for a snapshot.
    if (view.isLost || from !== version) return damaged(r, view, from, to, tick)
    const change = reader.read(r, (flags & HAS_NEWS) !== 0, last.state)
    ensure(r.left === 0, 'body')
    view.tick = tick
    view.version = to
    const message = new ReadDelta(room, from, to, tick, last.state, change)
    if (hash !== undefined) message.hash = hash
    if (scope.scope !== undefined) message.scope = scope.scope
    view.last = message
    return message
  }

  return {
    snapshot(r, flags) {
      const channel = r.varint()
      const room = r.text()
      const version = r.varint()
      const tick = r.varint()
      // Deltas count their ticks from the one before them, which may be older than the snapshot.
      const lastTick = r.varint()
      const hash = flags & HAS_HASH ? { hash: r.varint() } : {}
      const scope: HeldView['scope'] = flags & IS_OWN ? { scope: 'own' } : {}
      let before: unknown = {}
      if (flags & HAS_BASE) {
        const base = views.get(r.varint())
        ensure(base !== undefined && base.room === room && base.scope.scope === scope.scope, 'base')
        if (r.varint() !== base.version || base.isLost) return damaged(r, base)
        before = base.last.state
      }
      const reader = readerOf(room, scope.scope, (flags & HAS_BASE) !== 0)
      const { state } = reader.read(r, (flags & HAS_NEWS) !== 0, before)
      // Of the room itself: it begins anew, what lay over it included.
      forget((view) => view.room === room && (scope.scope === undefined || view.scope.scope !== undefined))
      ensure(views.size < MAX_VIEWS, 'views')
      const last: StateSnapshot = { kind: 'snapshot', room, version, tick, state, ...hash, ...scope }
      views.set(channel, { room, scope, reader, version, tick: lastTick, last, isLost: false, isOld: false })
      return last
    },
    delta(r, flags) {
      const head = r.varint()
      const view = views.get(Math.floor(head / VERSIONS))
      if (view === undefined) throw malformed('view')
      try {
        return readDelta(r, flags, view, head % VERSIONS)
      } catch {
        // State heals by a snapshot; the other messages of the frame are not lost with it.
        return damaged(r, view)
      }
    },
    channelOf(room) {
      for (const [channel, view] of views)
        if (view.room === room && view.scope.scope === undefined) return channel
      return undefined
    },
    forget: (room) => forget((view) => view.room === room),
    begin: () => views.forEach((view) => (view.isOld = true)),
    clear: () => forget(({ isOld }) => isOld),
  }
}

/** A message as the decoder makes it: of the documented form it holds what it takes to make it, since few ask for it. */
class ReadDelta implements StateDelta {
  readonly kind = 'delta'
  declare hash?: number
  declare scope?: StateScope
  readonly room: string
  readonly from: number
  readonly to: number
  readonly tick: number
  readonly before: unknown
  readonly touched: readonly Touched[]
  readonly #after: unknown
  state: unknown

  constructor(room: string, from: number, to: number, tick: number, before: unknown, change: Change) {
    this.room = room
    this.from = from
    this.to = to
    this.tick = tick
    this.before = before
    this.touched = change.touched
    this.state = this.#after = change.state
  }

  get delta(): Delta {
    return deltaBetween(this.before, this.#after) ?? {}
  }
}

/** Something came that the view cannot follow. */
function damaged(
  r: Reader,
  view: HeldView,
  from = view.version,
  to = from + 1,
  tick = view.tick,
): StateDelta {
  view.isLost = true
  r.skip()
  return { kind: 'delta', room: view.room, from, to, tick, delta: undefined, isDamaged: true, ...view.scope }
}

/** The version nearest to `ours` that ends in `low`. A gap of 8 and more does not happen on an ordered stream unnoticed. */
function nearest(low: number, ours: number): number {
  const ahead = (((low - ours) % VERSIONS) + VERSIONS) % VERSIONS
  return ours + (ahead < VERSIONS / 2 ? ahead : ahead - VERSIONS)
}
