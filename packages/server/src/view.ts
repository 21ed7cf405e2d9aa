// A view is what one audience may see of a room's state, as a line of versions: a snapshot at a version, then deltas
// from version to version. Everybody in a view gets the very same bytes. What the contract hides is in none of them; which
// views a room has, and who is in which, is told in room-views.ts.
import { cloneJson, createHistory, createTracker, createViewEncoder, plainDelta } from '@painda/protocol'
import type { CompiledSync, Delta, Path, StateDelta, StateScope, StateSnapshot } from '@painda/protocol'
import { encodedState, hasHash, readLater } from './encoded-state.js'
import type { Outgoing } from './outgoing.js'

/** A changing view says its hash at least this often, so that a replica that went wrong is wrong for a second at most. */
const HASH_EVERY_MS = 1000

/** A delta up to this size is sent without making the snapshot that might be smaller. */
const SMALL_BYTES = 1024

/**
 * Members that skipped and come from so many different versions share what is made for one of these. In a room that rests it stays
 * until somebody writes, so it must not grow with its members.
 */
const MAX_UNIONS = 64

export interface View<State extends object> {
  /** Its number on the wire: another one once its dictionary has begun anew. */
  readonly channel: number
  readonly version: number
  /** The raw tree, for reading. */
  readonly state: State
  /** What receivers hold at this version: numbers rounded as the contract says. A copy only where something is rounded. */
  shown(): State
  /** The tree to write to: what changes is noted. */
  readonly draft: State
  /** True when something was written since the last commit. */
  isDirty(): boolean
  /**
   * The version that will show what has been written until now, here or (`isChanging`) in what the view is made from. It
   * comes even if the writes turn out to have changed nothing: somebody waits for it.
   */
  promise(isChanging?: boolean): number
  /** What was written since the last commit, as one delta to the next version; null when nothing changed. */
  commit(tick: number): Outgoing | null
  /** True when a receiver at `version` can go on by a delta. */
  canContinue(version: number): boolean
  /** What the commit of this very tick made, if it leads from `version` to now: all who were at that version share it. */
  latest(version: number, tick: number): Outgoing | null
  /**
   * What leads a receiver from `version` to now: one delta, the snapshot when that is smaller or the only way, or null
   * when there is nothing to say. The hash is in a delta that leads over one which had it, and with `isHashed` in each. Call it
   * only when nothing is uncommitted.
   */
  since(version: number, tick: number, isHashed?: boolean): Outgoing | null
  /** The whole view at its version. Call it only when nothing is uncommitted: a delta would bring that twice. */
  snapshot(tick: number): Outgoing
  /** True when what the contract hides may have changed with the last commit. */
  areSecretsTouched(): boolean
  /** The places where that was: a path may end above what is hidden. */
  secretPaths(): readonly Path[]
  /** Of what is here, when nothing is uncommitted: the hash that goes out, and the same computed anew. */
  hash(): number
  hashAnew(): number
  /** True when the dictionary is full. The next snapshot begins a new one, and everybody must get it before a delta. */
  isFull(): boolean
}

export function createView<State extends object>({
  room,
  scope,
  nextChannel,
  sync,
  state,
  now,
  onDirty = () => {},
  isDeltaRead = () => false,
}: {
  room: string
  /** `own`: it lies over the room's state, for one member. */
  scope?: StateScope
  /** Numbers for the wire, no two alike in one server. */
  nextChannel: () => number
  /** The contract's sync table: how numbers are rounded, and which places are maps. */
  sync: CompiledSync
  /** Copied. @throws PPError `STATE_NOT_JSON` */
  state: State
  /** Milliseconds. */
  now: () => number
  /** The first change after a commit. */
  onDirty?: () => void
  /** True while somebody looks into deltas: a member of v2, an inspector. Without, a commit only makes bytes. */
  isDeltaRead?: () => boolean
}): View<State> {
  const tracker = createTracker(state, { onDirty, sync })
  const scoped = scope === undefined ? {} : { scope }
  const channel = nextChannel()
  let encoder = createViewEncoder(channel, sync.patterns)
  let hashedAt = -Infinity
  /** The last version whose delta said the hash. */
  let hashedVersion = -1
  const history = createHistory({ tracker, sync })
  /** Those who heard of nothing newer than this version may know another dictionary. */
  let encoderFrom = -1
  let lastTick = 0
  let isPromised = false
  /** What the last commit made. */
  let newest: { readonly from: number; readonly tick: number; readonly out: Outgoing } | null = null
  /** Those who join at one version share one copy and one encoding. */
  let current: Outgoing | null = null
  let snapshotBytes = 0
  /** The same for those who have skipped the same versions. */
  const unions = new Map<number, Outgoing>()

  const isHashDue = (): boolean => now() - hashedAt >= HASH_EVERY_MS

  /** The hash of the version that has just begun, when it is time to say it again. */
  function dueHash(): { hash?: number } {
    if (!isHashDue()) return {}
    noteHash()
    return { hash: tracker.hash() }
  }

  function noteHash(): void {
    hashedAt = now()
    hashedVersion = view.version
  }

  function begin(tick: number): void {
    isPromised = false
    current = null
    unions.clear()
    view.version++
    lastTick = tick
  }

  /** Through the delta, for all who look into it. */
  function commitDelta(tick: number): Outgoing | null {
    const change = tracker.commit()
    const delta = change ?? (isPromised ? {} : undefined)
    if (delta === undefined) return null
    begin(tick)
    history.note(view.version, change)
    const message = {
      kind: 'delta',
      room,
      from: view.version - 1,
      to: view.version,
      tick,
      delta,
      ...dueHash(),
      ...scoped,
    } as const
    return encodedState(message, encoder.delta(message, tracker.pastOf), () => forV2(message))
  }

  /** Straight to bytes; null when nothing differs. */
  function commitBytes(tick: number): Outgoing | null {
    const at = { from: view.version, to: view.version + 1, tick, withHash: isHashDue() }
    const bytes = encoder.commit(tracker, at, (holder) => history.noteTracked(at.to, holder))
    if (bytes === null) return null
    begin(tick)
    if (at.withHash) noteHash()
    const { from, to } = at
    const message = lookedUp({ kind: 'delta', room, from, to, tick, ...scoped })
    return encodedState(message, bytes, () => forV2(message))
  }

  /** The step to now, as a message for those who begin to look in this very turn: hardly anybody does, so it keeps no delta. */
  function lookedUp(step: Omit<StateDelta, 'delta'>): StateDelta {
    return {
      ...step,
      get delta() {
        return history.since(step.from) ?? {}
      },
    }
  }

  /**
   * The same step for readers of the documented delta form, who know less of it. They are told in the turn of the commit;
   * whoever is told later gets the state as it is then, which no version contradicts: that wire has none.
   */
  function forV2(message: StateDelta): StateDelta | StateSnapshot {
    const { room, tick, to } = message
    const shown = sync.snapshotOf(tracker.state)
    const isCurrent = to === view.version && !tracker.dirty
    // A tracker's delta is in the documented form.
    const delta = isCurrent ? plainDelta(message.delta as Delta, shown) : undefined
    return delta === undefined
      ? { kind: 'snapshot', room, version: view.version, tick, state: shown }
      : { ...message, delta }
  }

  function canContinue(from: number): boolean {
    return from > encoderFrom && from <= view.version && history.reaches(from)
  }

  function snapshot(tick: number): Outgoing {
    if (current !== null) return current
    if (encoder.isFull) {
      view.channel = nextChannel()
      encoder = createViewEncoder(view.channel, sync.patterns)
      encoderFrom = view.version
    }
    const shown = sync.snapshotOf(tracker.state)
    const { version } = view
    const head = { kind: 'snapshot', room, version, tick, hash: tracker.hash(), ...scoped } as const
    const bytes = encoder.snapshot({ ...head, state: shown })
    snapshotBytes = bytes.length
    // The tree goes on changing: whoever looks at the message later gets a copy, or what the bytes say.
    const message = isDeltaRead() ? { ...head, state: cloneJson(shown) } : readLater(head, bytes)
    current = encodedState(message, bytes)
    return current
  }

  function makeUnion(from: number, tick: number, isHashed: boolean): Outgoing {
    const delta = canContinue(from) ? history.since(from) : null
    if (delta === null) return snapshot(tick)
    const step = {
      kind: 'delta',
      room,
      from,
      to: view.version,
      // Of the last delta: the next one counts from there, for everybody.
      tick: lastTick,
      // Whoever skips a lot is told as often as the others; to hash what changed at every step would cost as much as sending it.
      ...(isHashed || hashedVersion > from ? { hash: tracker.hash() } : {}),
      ...scoped,
    } as const
    const full = { ...step, delta: delta ?? {} }
    const bytes = encoder.delta(full)
    const message = isDeltaRead() ? full : lookedUp(step)
    const union = encodedState(message, bytes, () => forV2(message))
    // A snapshot is not made for the comparison alone where the last one was so much larger.
    if (bytes.length <= Math.max(SMALL_BYTES, snapshotBytes / 2) || encoder.isFull) return union
    const whole = snapshot(tick)
    return bytes.length < snapshotBytes ? union : whole
  }

  // Without getters: V8 keeps what was written down with some as a dictionary, in which each call is looked up.
  const view: { -readonly [Name in keyof View<State>]: View<State>[Name] } = {
    channel,
    version: 0,
    // The root stays the same: nobody replaces it.
    state: tracker.state,
    draft: tracker.draft,
    shown: () => sync.snapshotOf(tracker.state),
    isDirty: () => tracker.dirty,
    promise(isChanging = tracker.dirty) {
      isPromised = isChanging
      return isPromised ? view.version + 1 : view.version
    },
    commit(tick) {
      // What the contract hides, only the delta leaves out of the history.
      const isPlain = sync.marks.length === 0 && !isDeltaRead()
      const from = view.version
      const out = (isPlain ? commitBytes(tick) : null) ?? commitDelta(tick)
      if (out !== null) newest = { from, tick, out }
      return out
    },
    canContinue,
    latest(from, tick) {
      return newest?.from === from && newest.tick === tick && canContinue(from) ? newest.out : null
    },
    since(from, tick, isHashed = false) {
      if (from === view.version) return null
      const known = unions.get(from)
      if (known !== undefined && (!isHashed || hasHash(known)) && canContinue(from)) return known
      const union = makeUnion(from, tick, isHashed)
      if (known !== undefined || unions.size < MAX_UNIONS) unions.set(from, union)
      return union
    },
    snapshot,
    areSecretsTouched: () => tracker.areSecretsTouched,
    secretPaths: () => tracker.secretPaths,
    hash: tracker.hash,
    hashAnew: tracker.hashAnew,
    isFull: () => encoder.isFull,
  }
  return view
}
