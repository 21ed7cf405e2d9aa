// The life of a room: begun by `onCreate`, which may take its time; ended once, by a call or by being abandoned. Hooks
// run guarded: what they throw is reported and stops nothing, and the end waits for those that are still at work,
// but not for ever.
import { PPError } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'
import { isPromise } from './faults.js'
import type { LastWait } from './last-wait.js'

export interface RoomLife {
  /** False from the moment that the end begins. */
  isOpen(): boolean
  /** True between `onCreate` and the end. */
  isRunning(): boolean
  /** `onCreate` under way; rejects with what it throws. */
  starting(): Promise<void> | null
  /**
   * Begins, `after` the end of the room that had the id before.
   * @throws what a synchronous `onCreate` throws; the room is gone then
   */
  start(options: unknown, after?: Promise<void>): void
  /** Resolves when nothing is left. Safe to call twice. */
  end(): Promise<void>
  /** Runs a hook; what it throws, at once or later, is reported. */
  guard(hook: string, run: () => unknown): void
  /** Makes the end wait for a running hook, whose caller handles what it throws. */
  until<T>(hook: string, work: PromiseLike<T>): PromiseLike<T>
  /** The last seat is free: the room ends, now or after `autoDisposeMs`. */
  abandoned(): void
  /** Somebody joins: the room does not end for being empty. */
  wanted(): void
}

export interface RoomLifeOptions {
  readonly time: Pick<Time, 'after'>
  readonly lastWait: LastWait
  /** Infinity: never. */
  readonly autoDisposeMs: () => number
  readonly work: <T>(run: () => T) => T
  readonly report: (where: string, thrown: unknown) => void
  readonly onCreate: (options: unknown) => unknown
  readonly onStarted: () => void
  /** Is anybody waiting for `onCreate`? They are refused with its error. */
  readonly isAwaited: () => boolean
  /** Notes what `onCreate` threw; what all who wait for it are told. */
  readonly refusal: (thrown: unknown) => PPError
  /** The end begins; `ended` resolves with it. */
  readonly onEnd: (ended: Promise<void>) => void
  /** Takes everybody out and stops everything. */
  readonly clear: () => void
  /** The last hooks of a room that had begun. */
  readonly onDispose: () => void
}

export function createRoomLife(life: RoomLifeOptions): RoomLife {
  const { work, report, lastWait } = life
  /** What asynchronous hooks still do, and which they are. */
  const unfinished = new Map<PromiseLike<unknown>, string>()
  let starting: Promise<void> | null = null
  let ended: Promise<void> | null = null
  let cancelGrace: Undo | null = null

  function startLater(started: PromiseLike<unknown>): void {
    starting = Promise.resolve(started).then(
      () => {
        starting = null
        life.onStarted()
      },
      (thrown: unknown) => {
        const refusal = life.isAwaited() ? life.refusal(thrown) : thrown
        if (refusal === thrown) report('onCreate', thrown)
        neverBegan()
        throw refusal
      },
    )
    // Who waits for it hears of it; nobody has to.
    starting.catch(() => {})
  }

  function neverBegan(): void {
    if (ended === null) {
      ended = Promise.resolve()
      life.onEnd(ended)
    }
    life.clear()
  }

  function end(): Promise<void> {
    if (ended !== null) return ended
    let resolve = (): void => {}
    // Known before the first hook runs: one of them may call this again.
    ended = new Promise((done) => (resolve = done))
    wanted()
    life.onEnd(ended)
    void finish().then(resolve)
    return ended
  }

  async function finish(): Promise<void> {
    life.clear()
    const hasBegun = starting === null || (await begun(starting))
    await finished()
    if (!hasBegun) return
    life.onDispose()
    await finished()
  }

  async function begun(creating: Promise<void>): Promise<boolean> {
    if (await lastWait.until(creating)) return creating.then(yes, no)
    reportLate('onCreate')
    return false
  }

  /** Who comes late from an `onJoin` is still to be told off by `onLeave`. */
  async function finished(): Promise<void> {
    while (unfinished.size > 0) {
      if (await lastWait.until(Promise.allSettled(unfinished.keys()))) continue
      for (const hook of unfinished.values()) reportLate(hook)
      unfinished.clear()
    }
  }

  function reportLate(hook: string): void {
    report(
      hook,
      new PPError('INTERNAL', `It did not end within ${lastWait.ms} ms, and its room ended without it.`, {
        hint: 'A hook that awaits room.dispose() waits for itself.',
      }),
    )
  }

  function until<T>(hook: string, promise: PromiseLike<T>): PromiseLike<T> {
    const done = (): void => void unfinished.delete(promise)
    unfinished.set(promise, hook)
    promise.then(done, done)
    return promise
  }

  function guard(hook: string, run: () => unknown): void {
    try {
      const result = work(run)
      if (isPromise(result)) until(hook, result).then(undefined, (thrown: unknown) => report(hook, thrown))
    } catch (thrown) {
      report(hook, thrown)
    }
  }

  function wanted(): void {
    cancelGrace?.()
    cancelGrace = null
  }

  return {
    isOpen: () => ended === null,
    isRunning: () => ended === null && starting === null,
    starting: () => starting,
    start(options, after) {
      const create = (): unknown => work(() => life.onCreate(options))
      try {
        const started = after === undefined ? create() : after.then(create)
        if (isPromise(started)) startLater(started)
        else life.onStarted()
      } catch (thrown) {
        neverBegan()
        throw thrown
      }
    },
    end,
    guard,
    until,
    abandoned() {
      const graceMs = life.autoDisposeMs()
      if (ended !== null || graceMs === Infinity) return
      // Who gets a seat and gives it up while somebody leaves abandons it twice.
      wanted()
      if (graceMs === 0) void end()
      else cancelGrace = life.time.after(graceMs, () => void end())
    },
    wanted,
  }
}

const yes = (): boolean => true
const no = (): boolean => false
