// A room's clock: its ticks, its time, and the reasons to wake up. A room with a tick function steps always; any other
// sleeps until something waits to be sent or a timer is due, and then wakes at the tick that is right for it.
import type { Time, Undo } from '@painda/protocol'
import type { Rates } from './room-kind.js'
import { createRoomTimers } from './room-timers.js'
import { SLACK_MS, type Tickers } from './tick.js'

export interface RoomClock {
  /** Steps since the room began. */
  tick(): number
  droppedTicks(): number
  /** True in a tick whose turn it is to send. */
  isSendTick(): boolean
  /** The sends until now, those included that had nothing to send: members of a lower rate share their turns. */
  sendSlot(): number
  /** Sends a second. */
  sendRate(): number
  stepMs(): number
  /** Milliseconds since the room began; in a tick, the time that it was due. Never goes back. */
  now(): number
  /** The time without regard to `hold`. */
  live(): number
  /** `now` stands still at this moment: what one input does happens at once, however long it takes. */
  hold<T>(at: number, run: () => T): T
  setTimeout(run: () => unknown, ms: number): Undo
  every(ms: number, run: () => unknown): Undo
  /** Runs the timers whose time has come; called once in each tick. */
  runTimers(): void
  /** Step at each tick, or only when something waits. */
  setSteady(isSteady: boolean): void
  /** Other rates from now on. Ticks go on counting, and time goes on. */
  setRates(rates: Rates): void
  /** Something waits to be sent: wake up at the next send tick. */
  wake(): void
  /** Everything was sent. */
  rest(): void
  close(): void
}

export interface RoomClockOptions extends Rates {
  time: Time
  tickers: Tickers
  onTick: (dropped: number) => void
  onError: (thrown: unknown) => void
}

export function createRoomClock(options: RoomClockOptions): RoomClock {
  const { time, tickers, onTick, onError } = options
  let { stepMs, sendEvery } = options
  let beat = tickers.enter(stepMs, step)
  // The ticker began before the room: the room's own count starts here.
  let base = beat.reached()
  const startedAt = beat.dueAt(base)
  /** Since when the rates are what they are; time is never before `floor`. */
  let since = { tick: 0, at: 0, floor: 0 }
  const timers = createRoomTimers({ now, onChange: rearm, onError })
  let last = 0
  let droppedTicks = 0
  let isSteady = false
  let isInTick = false
  let isWaiting = false
  /** The tick it sleeps until; Infinity for an open end. */
  let wakeTick = Infinity

  function step(number: number, dropped: number): void {
    last = number - base
    droppedTicks += dropped
    isInTick = true
    onTick(dropped)
    isInTick = false
    rearm()
  }

  function currentTick(): number {
    return isSteady || isInTick ? last : Math.max(last, beat.reached() - base)
  }

  let held: number | null = null

  function now(): number {
    return held ?? live()
  }

  function live(): number {
    if (isInTick) return timeOf(last)
    const nextTick = isSteady ? last + 1 : wakeTick
    // A tick that is late has not happened yet: were the clock past it now, it would go back in it.
    return Math.max(timeOf(last), Math.min(time.now() - startedAt, timeOf(nextTick)))
  }

  function timeOf(tick: number): number {
    return Math.max(since.floor, since.at + (tick - since.tick) * stepMs)
  }

  function tickAt(ms: number): number {
    return since.tick + Math.floor((ms - since.at + SLACK_MS) / stepMs)
  }

  function rearm(): void {
    if (isInTick) return
    wakeTick = isSteady ? Infinity : nextWake()
    beat.at(wakeTick === Infinity ? null : wakeTick + base)
  }

  function nextWake(): number {
    const next = Math.max(last, beat.reached() - base) + 1
    const send = isWaiting ? Math.ceil(next / sendEvery) * sendEvery : Infinity
    const due = timers.nextDue()
    const timer = due === Infinity ? Infinity : Math.max(next, beat.stepAt(startedAt + due) - base)
    return Math.min(send, timer)
  }

  return {
    tick: currentTick,
    droppedTicks: () => droppedTicks,
    isSendTick: () => isInTick && last % sendEvery === 0,
    sendSlot: () => Math.floor(currentTick() / sendEvery),
    sendRate: () => 1000 / (stepMs * sendEvery),
    stepMs: () => stepMs,
    now,
    live,
    hold(at, run) {
      const before = held
      held = at
      try {
        return run()
      } finally {
        held = before
      }
    },
    setTimeout: timers.setTimeout,
    every: timers.every,
    runTimers: () => timers.runDue(now()),
    setSteady(wanted) {
      if (wanted === isSteady) return
      last = held === null ? currentTick() : Math.max(last, tickAt(held))
      isSteady = wanted
      beat.every(wanted, last + base)
      rearm()
    },
    setRates(rates) {
      sendEvery = rates.sendEvery
      if (rates.stepMs !== stepMs) {
        const floor = now()
        last = currentTick()
        stepMs = rates.stepMs
        beat.leave()
        beat = tickers.enter(stepMs, step)
        base = beat.reached() - last
        since = { tick: last, at: beat.dueAt(beat.reached()) - startedAt, floor }
        beat.every(isSteady)
      }
      rearm()
    },
    wake() {
      if (isWaiting) return
      isWaiting = true
      rearm()
    },
    rest() {
      if (!isWaiting) return
      isWaiting = false
      rearm()
    },
    close() {
      timers.clear()
      beat.leave()
    },
  }
}
