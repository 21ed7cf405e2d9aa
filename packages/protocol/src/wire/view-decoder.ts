// Reads state off the wire; `view-encoder.ts` writes it. A view is a line of versions that all its receivers share byte by
// byte; it has a number (its channel) that its snapshots introduce and its deltas use instead of the room's id.
//   Snapshot  own part or not, channel, room, version, tick, tick of the last delta, hash?, the whole dictionary, the state as a delta of {}
//   Delta     channel and the low four bits of from, to and tick unless each is one more, hash?, news?, groups
import type { Delta } from '../delta/delta.js'
import { ensure, malformed } from '../malformed.js'
import type { StateDelta, StateScope, StateSnapshot } from '../room.js'
import { createDeltaReader } from './delta-reader.js'
import type { DeltaReader } from './delta-reader.js'
import { OPCODE_MASK, OPCODES } from './opcodes.js'
import { Reader } from './reader.js'

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
  snapshot(r: Reader, opcode: number): StateSnapshot | StateDelta
  delta(r: Reader, opcode: number): StateDelta
  /**
   * What to make of a body that could not be read: a delta that says so, when it was one of a view that is held; null
   * otherwise. The view then waits for a snapshot.
   */
  damaged(body: Uint8Array): StateDelta | null
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
  room: string
  /** On its messages, so that a receiver needs not know of channels. */
  scope: Pick<StateSnapshot, 'scope'>
  reader: DeltaReader
  version: number
  tick: number
  state: unknown
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

  function snapshot(r: Reader, opcode: number): StateSnapshot | StateDelta {
    const channel = r.varint()
    const room = r.text()
    const version = r.varint()
    const tick = r.varint()
    // Deltas count their ticks from the one before them, which may be older than the snapshot.
    const lastTick = r.varint()
    const hash = opcode & HAS_HASH ? { hash: r.varint() } : {}
    const scope: HeldView['scope'] = opcode & IS_OWN ? { scope: 'own' } : {}
    let before: unknown = {}
    if (opcode & HAS_BASE) {
      const base = views.get(r.varint())
      ensure(base !== undefined && base.room === room && base.scope.scope === scope.scope, 'base')
      if (r.varint() !== base.version || base.isLost) {
        r.skip()
        return lost(base)
      }
      before = base.state
    }
    const reader = readerOf(room, scope.scope, (opcode & HAS_BASE) !== 0)
    const { state } = reader.read(r, (opcode & HAS_NEWS) !== 0, before)
    // Of the room itself: it begins anew, what lay over it included.
    forget(room, scope.scope)
    ensure(views.size < MAX_VIEWS, 'views')
    views.set(channel, { room, scope, reader, version, tick: lastTick, state, isLost: false, isOld: false })
    return { kind: 'snapshot', room, version, tick, state, ...hash, ...scope }
  }

  function delta(r: Reader, opcode: number): StateDelta {
    ensure((opcode & UNUSED) === 0, 'flag')
    const head = r.varint()
    const view = views.get(Math.floor(head / VERSIONS))
    if (view === undefined) throw malformed('view')
    const from = nearest(head % VERSIONS, view.version)
    const isExplicit = (opcode & IS_EXPLICIT) !== 0
    const to = from + (isExplicit ? r.varint() : 1)
    const tick = isExplicit ? r.varint() : view.tick + 1
    const hash = opcode & HAS_HASH ? r.varint() : undefined
    const { room, scope } = view
    if (view.isLost || from !== view.version) {
      // Names and numbers that it builds on may be missing: it is not read, and the receiver asks for a snapshot.
      view.isLost = true
      r.skip()
      return { kind: 'delta', room, from, to, tick, delta: undefined, isDamaged: true, ...scope }
    }
    const change = view.reader.read(r, (opcode & HAS_NEWS) !== 0, view.state)
    view.tick = tick
    view.version = to
    view.state = change.state
    let documented: Delta | undefined
    const message: StateDelta = {
      kind: 'delta',
      room,
      from,
      to,
      tick,
      // Few ask for the documented form, and it costs as much as all the rest: it is made when read.
      get delta() {
        return (documented ??= change.delta())
      },
      state: change.state,
    }
    if (scope.scope !== undefined) message.scope = scope.scope
    if (hash !== undefined) message.hash = hash
    return message
  }

  /** All views of the room, or those of one scope. */
  function forget(room: string, scope?: StateScope): void {
    for (const [channel, view] of views)
      if (view.room === room && (scope === undefined || view.scope.scope === scope)) views.delete(channel)
  }

  function damaged(body: Uint8Array): StateDelta | null {
    if (((body[0] ?? 0) & OPCODE_MASK) !== OPCODES.delta) return null
    const r = new Reader(body)
    try {
      r.u8()
      const view = views.get(Math.floor(r.varint() / VERSIONS))
      if (view === undefined) return null
      return lost(view)
    } catch {
      // Not even the channel can be read.
      return null
    }
  }

  return {
    snapshot,
    delta,
    damaged,
    forget: (room) => forget(room),
    begin() {
      for (const view of views.values()) view.isOld = true
    },
    clear() {
      for (const [channel, view] of views) if (view.isOld) views.delete(channel)
    },
  }
}

/** Something came that the view cannot follow. */
function lost(view: HeldView): StateDelta {
  view.isLost = true
  const { room, scope, version, tick } = view
  const at = { from: version, to: version + 1, tick }
  return { kind: 'delta', room, ...at, delta: undefined, isDamaged: true, ...scope }
}

/** The version nearest to `ours` that ends in `low`. A gap of 8 and more does not happen on an ordered stream unnoticed. */
function nearest(low: number, ours: number): number {
  const ahead = (((low - ours) % VERSIONS) + VERSIONS) % VERSIONS
  return ours + (ahead < VERSIONS / 2 ? ahead : ahead - VERSIONS)
}
