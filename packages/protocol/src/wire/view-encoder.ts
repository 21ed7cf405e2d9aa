// Writes state for the wire; `view-decoder.ts` tells what a view is and how its bodies look.
import { diff } from '../delta/diff.js'
import type { RecordNode } from '../delta/track-record.js'
import type { Tracker } from '../delta/track.js'
import type { Json } from '../json.js'
import type { StateDelta, StateSnapshot } from '../room.js'
import type { PastOf } from './change-table.js'
import { createBitWriter } from './column-writer.js'
import { createDeltaWriter } from './delta-writer.js'
import type { Told } from './delta-writer.js'
import { MAX_NAMES } from './names.js'
import { DELTA, SNAPSHOT } from './opcodes.js'
import { MAX_TEMPLATES } from './template.js'
import { HAS_BASE, HAS_HASH, HAS_NEWS, IS_EXPLICIT, IS_OWN, VERSIONS } from './view-decoder.js'

/**
 * How often the dictionary may have grown since a version, for the encoder to know what those who come from there have heard of it.
 * Between two of these it costs nothing, so most views remember all of their versions.
 */
const MAX_MARKS = 256

/** Fewer names than this may have come and gone: they take 100 kB at each end, and 8 kB on the way to whoever joins. */
const MIN_PASSED = 1024

/**
 * Names must have cost so many snapshots before everybody gets one. So it adds at most half to what names take on the way, and whoever
 * joins gets at most four times what the state takes.
 */
const SNAPSHOTS_WORTH = 2

/**
 * The views of a room's members are mostly made together and see the same names come: each is up to half as patient again as the
 * first, by its channel, or all of them would start over in one tick.
 */
const PATIENCES = 64

/** Names that one delta may bring. */
const ROOM_FOR_NAMES = 4096

export interface ViewCommit {
  readonly from: number
  readonly to: number
  readonly tick: number
  /** True: with the hash of the state as it is now. */
  readonly withHash?: boolean
}

/** A state that a receiver holds, in another view of the same room and scope. */
export interface ViewBase {
  readonly channel: number
  readonly version: number
  readonly state: unknown
}

interface BodyHead {
  readonly from: number
  readonly to: number
  readonly tick: number
  readonly hash: number | undefined
}

/** The sender's side of one view. */
export interface ViewEncoder {
  /** With `base`, what leads from there to this view's state: a switch of views, for receivers that hold that very version. */
  snapshot(message: StateSnapshot, base?: ViewBase): Uint8Array
  /**
   * `past` tells what changed objects held at `from`, so that small steps of numbers travel as steps. A delta from an older
   * version than the last, for a member that skipped some, brings the names that it missed.
   */
  delta(message: StateDelta, past?: PastOf): Uint8Array
  /**
   * A commit of `tracker` as a delta, without the detour over the delta: a third of the cost. Null when nothing differs; the
   * tracker is clean afterwards either way. `onChanges` is called when something does, while the tracker still knows what.
   */
  commit(
    tracker: Tracker<unknown>,
    at: ViewCommit,
    onChanges?: (holder: RecordNode) => void,
  ): Uint8Array | null
  /**
   * True when it is time to send everybody a snapshot of a new view: the dictionary is full, or most of its names are of what has come
   * and gone, and have cost more than the snapshot will.
   */
  readonly isFull: boolean
}

/** `channel` is unique among the views that one connection may see. `patterns` are paths with `*` that tell what is a map. */
export function createViewEncoder(channel: number, patterns: readonly string[] = []): ViewEncoder {
  const deltas = createDeltaWriter(patterns)
  const w = createBitWriter()
  let lastVersion = -1
  let lastTick = 0
  /** What those at a version have heard of the dictionary, from the version on in which it grew; ascending. */
  const marks: { readonly since: number; readonly told: Told }[] = []
  /** The last version that is noted. */
  let notedVersion = -1
  /** The first whole snapshot, and what had been told by then: what starting over costs, and what it leaves. */
  let first = { ...NOTHING_TOLD, bytes: 0 }
  const patience = 1 + (channel % PATIENCES) / (2 * PATIENCES)

  function snapshot({ room, version, tick, state, hash, scope }: StateSnapshot, base?: ViewBase): Uint8Array {
    // State is JSON: the tracker let nothing else in.
    const before = (base?.state ?? {}) as Json
    deltas.prepare(diff(before, state as Json) ?? {})
    // No delta led to this version, so everybody who has it got a snapshot, this one or a later and fuller one.
    if (toldAt(version) === undefined) note(version, deltas.told)
    w.u8(
      SNAPSHOT |
        (deltas.hasNews(NOTHING_TOLD) ? HAS_NEWS : 0) |
        (hash === undefined ? 0 : HAS_HASH) |
        (scope === undefined ? 0 : IS_OWN) |
        (base === undefined ? 0 : HAS_BASE),
    )
    w.varint(channel)
    w.text(room)
    w.varint(version)
    w.varint(tick)
    w.varint(lastTick)
    if (hash !== undefined) w.varint(hash)
    if (base !== undefined) {
      w.varint(base.channel)
      w.varint(base.version)
    }
    deltas.write(w, NOTHING_TOLD)
    w.check()
    const bytes = w.take()
    if (base === undefined && first.bytes === 0) first = { ...deltas.told, bytes: bytes.length }
    return bytes
  }

  function delta({ from, to, tick, delta: changes, hash }: StateDelta, past?: PastOf): Uint8Array {
    deltas.prepare(changes, past)
    return body({ from, to, tick, hash })
  }

  function commit(
    tracker: Tracker<unknown>,
    { from, to, tick, withHash = false }: ViewCommit,
    onChanges: (holder: RecordNode) => void = () => {},
  ): Uint8Array | null {
    let isChanged = false
    tracker.commitTo((holder, context) => {
      isChanged = deltas.prepareTracked(holder, context)
      if (isChanged) onChanges(holder)
    })
    return isChanged ? body({ from, to, tick, hash: withHash ? tracker.hash() : undefined }) : null
  }

  /** What the delta writer has prepared, behind a head. */
  function body({ from, to, tick, hash }: BodyHead): Uint8Array {
    const told = toldAt(from) ?? NOTHING_TOLD
    const isExplicit = to !== from + 1 || tick !== lastTick + 1
    if (to > lastVersion) {
      lastVersion = to
      lastTick = tick
      note(to, deltas.told)
    }
    w.u8(
      DELTA |
        (deltas.hasNews(told) ? HAS_NEWS : 0) |
        (hash === undefined ? 0 : HAS_HASH) |
        (isExplicit ? IS_EXPLICIT : 0),
    )
    w.varint(channel * VERSIONS + (from % VERSIONS))
    if (isExplicit) {
      w.varint(to - from)
      w.varint(tick)
    }
    if (hash !== undefined) w.varint(hash)
    deltas.write(w, told)
    return w.take()
  }

  /** Versions come in order, and nobody at a later one has heard less. */
  function note(version: number, told: Told): void {
    notedVersion = version
    const last = marks.at(-1)?.told
    if (last?.names === told.names && last.templates === told.templates) return
    marks.push({ since: version, told })
    if (marks.length > MAX_MARKS) marks.shift()
  }

  function toldAt(version: number): Told | undefined {
    if (version > notedVersion) return undefined
    // Hardly anybody comes from long ago.
    for (let i = marks.length - 1; i >= 0; i--) {
      const mark = marks[i]
      if (mark !== undefined && mark.since <= version) return mark.told
    }
    return undefined
  }

  return {
    snapshot,
    delta,
    commit,
    get isFull() {
      const { names, templates, size } = deltas.told
      const passed = names - first.names
      if (passed > MIN_PASSED * patience && size - first.size > first.bytes * SNAPSHOTS_WORTH * patience)
        return true
      // Where a snapshot alone takes nearly all there is, the next one would help as little.
      if (names > MAX_NAMES - ROOM_FOR_NAMES && passed > (MAX_NAMES - first.names) / 2) return true
      return templates >= MAX_TEMPLATES && first.templates < MAX_TEMPLATES
    },
  }
}

const NOTHING_TOLD: Told = { names: 0, templates: 0, size: 0 }
