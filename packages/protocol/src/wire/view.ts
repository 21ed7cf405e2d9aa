// State on the wire. A view is a line of versions that all its receivers share byte by byte; it has a number (its channel)
// that its snapshots introduce and its deltas use instead of the room's id.
//   Snapshot  own part or not, channel, room, version, tick, tick of the last delta, hash?, the whole dictionary, the state as a delta of {}
//   Delta     channel and the low four bits of from, to and tick unless each is one more, hash?, news?, groups
import { diff } from '../delta/diff.js'
import type { Delta } from '../delta/delta.js'
import type { Tracker } from '../delta/track.js'
import { PPError } from '../errors.js'
import type { StateDelta, StateSnapshot } from '../room.js'
import type { Json } from '../json.js'
import { Reader, Writer } from './bytes.js'
import { createDeltaReader } from './delta-reader.js'
import type { DeltaReader } from './delta-reader.js'
import { createDeltaWriter } from './delta-writer.js'
import type { PastOf, PreparedDelta, Told } from './delta-writer.js'
import { OPCODE_MASK, OPCODES } from './opcodes.js'

const HAS_NEWS = 0x10
const HAS_HASH = 0x20
/** `to` and `tick` are written out. */
const IS_EXPLICIT = 0x40
/** Of a snapshot: its view is the member's own layer over the room's state. */
const IS_OWN = 0x40
const UNUSED = 0x80

/** `from` travels as its low four bits, beside the channel: the receiver's version is the one nearest to it. */
const VERSIONS = 16

/** Versions whose dictionary the encoder remembers, for members that come from there. */
const MAX_MARKS = 256

export interface ViewCommit {
  readonly from: number
  readonly to: number
  readonly tick: number
  /** True: with the hash of the state as it is now. */
  readonly withHash?: boolean
}

interface BodyHead {
  readonly from: number
  readonly to: number
  readonly tick: number
  readonly hash: number | undefined
}

/** The sender's side of one view. */
export interface ViewEncoder {
  snapshot(message: StateSnapshot): Uint8Array
  /**
   * `past` tells what changed objects held at `from`, so that small steps of numbers travel as steps. A delta from an older
   * version than the last, for a member that skipped some, brings the names that it missed.
   */
  delta(message: StateDelta, past?: PastOf): Uint8Array
  /**
   * A commit of `tracker` as a delta, without the detour over the delta: a third of the cost. Null when nothing differs; the
   * tracker is clean afterwards either way.
   */
  commit(tracker: Tracker<unknown>, at: ViewCommit): Uint8Array | null
  /** True when the dictionary is full: send everybody a snapshot of a new view. */
  readonly isFull: boolean
}

/** `channel` is unique among the views that one connection may see. `patterns` are paths with `*` that tell what is a map. */
export function createViewEncoder(channel: number, patterns: readonly string[] = []): ViewEncoder {
  const deltas = createDeltaWriter(patterns)
  const w = new Writer()
  let lastVersion = -1
  let lastTick = 0
  /** What those at a version have heard of the dictionary. */
  const marks = new Map<number, Told>()

  function snapshot({ room, version, tick, state, hash, scope }: StateSnapshot): Uint8Array {
    // State is JSON: the tracker let nothing else in.
    const whole = deltas.prepare(diff({}, state as Json) ?? {}, NOTHING_TOLD)
    // No delta led to this version, so everybody who has it got a snapshot, this one or a later and fuller one.
    if (!marks.has(version)) note(version, deltas.told)
    w.u8(
      OPCODES.snapshot |
        (whole.hasNews ? HAS_NEWS : 0) |
        (hash === undefined ? 0 : HAS_HASH) |
        (scope === undefined ? 0 : IS_OWN),
    )
    w.varint(channel)
    w.text(room)
    w.varint(version)
    w.varint(tick)
    w.varint(lastTick)
    if (hash !== undefined) w.varint(hash)
    w.raw(whole.bytes)
    return w.take()
  }

  function delta({ from, to, tick, delta: changes, hash }: StateDelta, past?: PastOf): Uint8Array {
    return body({ from, to, tick, hash }, deltas.prepare(changes, marks.get(from) ?? NOTHING_TOLD, past))
  }

  function commit(
    tracker: Tracker<unknown>,
    { from, to, tick, withHash = false }: ViewCommit,
  ): Uint8Array | null {
    let prepared: PreparedDelta | null = null
    tracker.commitTo((holder, context) => {
      prepared = deltas.prepareTracked(holder, context, marks.get(from) ?? NOTHING_TOLD)
    })
    return prepared === null
      ? null
      : body({ from, to, tick, hash: withHash ? tracker.hash() : undefined }, prepared)
  }

  function body({ from, to, tick, hash }: BodyHead, prepared: PreparedDelta): Uint8Array {
    const isExplicit = to !== from + 1 || tick !== lastTick + 1
    if (to > lastVersion) {
      lastVersion = to
      lastTick = tick
      note(to, deltas.told)
    }
    w.u8(
      OPCODES.delta |
        (prepared.hasNews ? HAS_NEWS : 0) |
        (hash === undefined ? 0 : HAS_HASH) |
        (isExplicit ? IS_EXPLICIT : 0),
    )
    w.varint(channel * VERSIONS + (from % VERSIONS))
    if (isExplicit) {
      w.varint(to - from)
      w.varint(tick)
    }
    if (hash !== undefined) w.varint(hash)
    w.raw(prepared.bytes)
    return w.take()
  }

  function note(version: number, told: Told): void {
    marks.set(version, told)
    const [oldest] = marks.size > MAX_MARKS ? marks.keys() : []
    if (oldest !== undefined) marks.delete(oldest)
  }

  return {
    snapshot,
    delta,
    commit,
    get isFull() {
      return deltas.isFull
    },
  }
}

const NOTHING_TOLD: Told = { names: 0, templates: 0 }

/** The receiver's side of all views of one session: it keeps their dictionaries, versions and states. */
export interface ViewDecoder {
  snapshot(r: Reader, opcode: number): StateSnapshot
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
}

/** Rooms one connection may be in, as far as the decoder cares: a bound for what a hostile server makes a client keep. */
const MAX_VIEWS = 1024

export function createViewDecoder(): ViewDecoder {
  const views = new Map<number, HeldView>()
  /** Those of connections before this one. */
  let older: ReadonlySet<HeldView> = new Set()

  function snapshot(r: Reader, opcode: number): StateSnapshot {
    const channel = r.varint()
    const room = r.text()
    const version = r.varint()
    const tick = r.varint()
    // Deltas count their ticks from the one before them, which may be older than the snapshot.
    const lastTick = r.varint()
    const hash = opcode & HAS_HASH ? { hash: r.varint() } : {}
    if (opcode & UNUSED) throw malformed('A snapshot has a flag that nobody defined.')
    const scope = opcode & IS_OWN ? ({ scope: 'own' } as const) : {}
    const reader = createDeltaReader()
    const { state } = reader.read(r, (opcode & HAS_NEWS) !== 0, {})
    // Of the room itself: it begins anew, what lay over it included.
    if (scope.scope === undefined) forget(room)
    else forgetOwn(room)
    if (views.size >= MAX_VIEWS) throw malformed('This connection has too many views.')
    views.set(channel, { room, scope, reader, version, tick: lastTick, state, isLost: false })
    return { kind: 'snapshot', room, version, tick, state, ...hash, ...scope }
  }

  function delta(r: Reader, opcode: number): StateDelta {
    if (opcode & UNUSED) throw malformed('A delta has a flag that nobody defined.')
    const head = r.varint()
    const view = views.get(Math.floor(head / VERSIONS))
    if (view === undefined) throw malformed('A delta came for a view without a snapshot.')
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

  function forget(room: string): void {
    for (const [channel, view] of views) if (view.room === room) views.delete(channel)
  }

  function forgetOwn(room: string): void {
    for (const [channel, view] of views)
      if (view.room === room && view.scope.scope !== undefined) views.delete(channel)
  }

  function damaged(body: Uint8Array): StateDelta | null {
    if (((body[0] ?? 0) & OPCODE_MASK) !== OPCODES.delta) return null
    const r = new Reader(body)
    try {
      r.u8()
      const view = views.get(Math.floor(r.varint() / VERSIONS))
      if (view === undefined) return null
      view.isLost = true
      const { room, scope, version, tick } = view
      const at = { from: version, to: version + 1, tick }
      return { kind: 'delta', room, ...at, delta: undefined, isDamaged: true, ...scope }
    } catch {
      // Not even the channel can be read.
      return null
    }
  }

  return {
    snapshot,
    delta,
    damaged,
    forget,
    begin: () => void (older = new Set(views.values())),
    clear() {
      for (const [channel, view] of views) if (older.has(view)) views.delete(channel)
    },
  }
}

/** The version nearest to `ours` that ends in `low`. A gap of 8 and more does not happen on an ordered stream unnoticed. */
function nearest(low: number, ours: number): number {
  const ahead = (((low - ours) % VERSIONS) + VERSIONS) % VERSIONS
  return ours + (ahead < VERSIONS / 2 ? ahead : ahead - VERSIONS)
}

function malformed(what: string): PPError {
  return new PPError('MALFORMED_FRAME', what)
}
