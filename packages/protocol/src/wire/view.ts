// State on the wire. A view is a line of versions that all its receivers share byte by byte; it has a number (its channel)
// that its snapshots introduce and its deltas use instead of the room's id.
//   Snapshot  channel, room, version, tick, hash?, the whole dictionary, the state as a delta of {}
//   Delta     flags, channel, from (its low byte), to and tick unless each is one more, hash?, news?, groups
import { diff, patchImmutable } from '../delta/index.js'
import type { Delta } from '../delta/index.js'
import { PPError } from '../errors.js'
import type { StateDelta, StateSnapshot } from '../room.js'
import type { Json } from '../json.js'
import { Writer } from './bytes.js'
import type { Reader } from './bytes.js'
import { createDeltaReader } from './delta-reader.js'
import type { DeltaReader } from './delta-reader.js'
import { createDeltaWriter } from './delta-writer.js'
import type { PastOf } from './delta-writer.js'
import { OPCODES } from './opcodes.js'

const HAS_NEWS = 0x10
const IS_SINGLE = 0x20
const HAS_HASH = 0x40
/** `to` and `tick` are written out. */
const IS_EXPLICIT = 0x80

/** The sender's side of one view. */
export interface ViewEncoder {
  snapshot(message: StateSnapshot): Uint8Array
  /** `past` tells what changed objects held before, so that small steps of numbers travel as steps. */
  delta(message: StateDelta, past?: PastOf): Uint8Array
  /** True when the dictionary is full: send everybody a snapshot of a new view. */
  readonly isFull: boolean
}

/** `channel` is unique among the views that one connection may see. `patterns` are paths with `*` that tell what is a map. */
export function createViewEncoder(channel: number, patterns: readonly string[] = []): ViewEncoder {
  const deltas = createDeltaWriter(patterns)
  const w = new Writer()
  let lastTick = 0

  function snapshot({ room, version, tick, state, hash }: StateSnapshot): Uint8Array {
    // State is JSON: the tracker let nothing else in.
    const whole = deltas.prepareSnapshot(diff({}, state as Json) ?? {})
    w.u8(OPCODES.snapshot | (hash === undefined ? 0 : HAS_HASH) | (whole.isSingle ? IS_SINGLE : 0))
    w.varint(channel)
    w.text(room)
    w.varint(version)
    w.varint(tick)
    if (hash !== undefined) w.varint(hash)
    deltas.writeDictionary(w)
    w.raw(whole.bytes)
    return w.take()
  }

  function delta({ from, to, tick, delta: changes, hash }: StateDelta, past?: PastOf): Uint8Array {
    const prepared = deltas.prepare(changes, past)
    const isExplicit = to !== from + 1 || tick !== lastTick + 1
    lastTick = tick
    w.u8(
      OPCODES.delta |
        (prepared.hasNews ? HAS_NEWS : 0) |
        (prepared.isSingle ? IS_SINGLE : 0) |
        (hash === undefined ? 0 : HAS_HASH) |
        (isExplicit ? IS_EXPLICIT : 0),
    )
    w.varint(channel)
    w.u8(from & 0xff)
    if (isExplicit) {
      w.varint(to - from)
      w.varint(tick)
    }
    if (hash !== undefined) w.varint(hash)
    w.raw(prepared.bytes)
    return w.take()
  }

  return {
    snapshot,
    delta,
    get isFull() {
      return deltas.isFull
    },
  }
}

/** The receiver's side of all views of one connection: it keeps their dictionaries, versions and states. */
export interface ViewDecoder {
  snapshot(r: Reader, opcode: number): StateSnapshot
  delta(r: Reader, opcode: number): StateDelta
  /** The client is out of the room: its view is forgotten. */
  forget(room: string): void
}

interface HeldView {
  room: string
  reader: DeltaReader
  version: number
  tick: number
  state: unknown
}

/** Rooms one connection may be in, as far as the decoder cares: a bound for what a hostile server makes a client keep. */
const MAX_VIEWS = 1024

export function createViewDecoder(): ViewDecoder {
  const views = new Map<number, HeldView>()

  function snapshot(r: Reader, opcode: number): StateSnapshot {
    const channel = r.varint()
    const room = r.text()
    const version = r.varint()
    const tick = r.varint()
    const hash = opcode & HAS_HASH ? { hash: r.varint() } : {}
    if (opcode & (HAS_NEWS | IS_EXPLICIT)) throw malformed('A snapshot has a flag that nobody defined.')
    const reader = createDeltaReader()
    reader.readDictionary(r)
    const whole = reader.read(r, { hasNews: false, isSingle: (opcode & IS_SINGLE) !== 0 }, undefined)
    const state = apply({}, whole)
    forget(room)
    if (views.size >= MAX_VIEWS) throw malformed('This connection has too many views.')
    views.set(channel, { room, reader, version, tick, state })
    return { kind: 'snapshot', room, version, tick, state, ...hash }
  }

  function delta(r: Reader, opcode: number): StateDelta {
    const view = views.get(r.varint())
    if (view === undefined) throw malformed('A delta came for a view without a snapshot.')
    const low = r.u8()
    // The sender's version is the one nearest to ours that ends in this byte. A gap of 256 and more would have to happen
    // on an ordered stream, and the hash would find it within a second.
    const from = view.version + ((((low - view.version) & 0xff) + 128) % 256) - 128
    const isExplicit = (opcode & IS_EXPLICIT) !== 0
    const to = from + (isExplicit ? r.varint() : 1)
    const tick = isExplicit ? r.varint() : view.tick + 1
    const hash = opcode & HAS_HASH ? { hash: r.varint() } : {}
    const flags = { hasNews: (opcode & HAS_NEWS) !== 0, isSingle: (opcode & IS_SINGLE) !== 0 }
    const changes = view.reader.read(r, flags, view.state)
    view.tick = tick
    if (from !== view.version)
      return { kind: 'delta', room: view.room, from, to, tick, delta: changes, ...hash }
    view.version = to
    view.state = apply(view.state, changes)
    return { kind: 'delta', room: view.room, from, to, tick, delta: changes, state: view.state, ...hash }
  }

  function forget(room: string): void {
    for (const [channel, view] of views) if (view.room === room) views.delete(channel)
  }

  return { snapshot, delta, forget }
}

function apply(state: unknown, delta: Delta): unknown {
  try {
    // The state came out of this very function.
    return patchImmutable(state as Json, delta)
  } catch (cause) {
    throw new PPError('MALFORMED_FRAME', 'A delta does not fit the state it names.', { cause })
  }
}

function malformed(what: string): PPError {
  return new PPError('MALFORMED_FRAME', what)
}
