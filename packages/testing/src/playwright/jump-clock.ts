// The clock of a server under test: it runs as the machine's, and can be put forward. What is due by then runs at once, as
// after a machine's sleep; two minutes cost a test nothing. It takes the place of the process's globals, so that the
// server's own code needs nothing for it.
import process from 'node:process'

export interface JumpClock {
  /** Puts the clock forward. Every timer that is due by then runs, once, in the order of the due times. */
  skip(ms: number): void
}

/** Of a host's globals, those that tell or wait for time. */
export interface ClockHost {
  performance: { now(): number }
  Date: { now(): number }
  setTimeout(run: (...args: never[]) => void, ms?: number, ...args: unknown[]): unknown
  clearTimeout(handle: never): void
  setInterval(run: (...args: never[]) => void, ms?: number, ...args: unknown[]): unknown
  clearInterval(handle: never): void
}

interface Entry {
  dueAt: number
  /** Null for a timer that runs once. */
  everyMs: number | null
  run: () => void
  /** The machine's own timer, which waits for the rest. */
  native: NodeJS.Timeout
  isKept: boolean
}

/** From here on `host` tells a time that can be put forward. `new Date()` and the timers of node:timers go on as they were. */
export function installJumpClock(host: ClockHost): JumpClock {
  const { performance, Date: date } = host
  const now = performance.now.bind(performance)
  const wallNow = date.now.bind(date)
  const wait = host.setTimeout.bind(host) as (run: () => void, ms: number) => NodeJS.Timeout
  const cancel = host.clearTimeout.bind(host) as (handle: unknown) => void
  const entries = new Set<Entry>()
  let aheadMs = 0

  const shown = (): number => now() + aheadMs

  function arm(entry: Entry): void {
    entry.native = wait(() => fire(entry), Math.max(0, entry.dueAt - shown()))
    if (!entry.isKept) entry.native.unref()
  }

  function fire(entry: Entry): void {
    if (!entries.has(entry)) return
    if (entry.everyMs === null) entries.delete(entry)
    else {
      // After a jump it runs once, and goes on from now.
      entry.dueAt = Math.max(entry.dueAt + entry.everyMs, shown())
      arm(entry)
    }
    entry.run()
  }

  function start(run: () => void, ms: unknown, repeats: boolean): Timer {
    const delay = typeof ms === 'number' && ms >= 1 ? ms : 1
    const entry: Entry = {
      dueAt: shown() + delay,
      everyMs: repeats ? delay : null,
      run,
      native: wait(() => fire(entry), delay),
      isKept: true,
    }
    entries.add(entry)
    return new Timer(entry, {
      close() {
        entries.delete(entry)
        cancel(entry.native)
      },
      refresh() {
        cancel(entry.native)
        entry.dueAt = shown() + delay
        entries.add(entry)
        arm(entry)
      },
    })
  }

  function stop(handle: unknown): void {
    if (handle instanceof Timer) handle.close()
    else cancel(handle)
  }

  Object.defineProperty(performance, 'now', { configurable: true, writable: true, value: shown })
  date.now = () => wallNow() + aheadMs
  const { setTimeout } = host
  host.setTimeout = (run, ms, ...args) => start(() => run(...(args as never[])), ms, false)
  host.setInterval = (run, ms, ...args) => start(() => run(...(args as never[])), ms, true)
  // `util.promisify(setTimeout)` finds its own form there.
  Object.defineProperties(host.setTimeout, Object.getOwnPropertyDescriptors(setTimeout))
  host.clearTimeout = stop
  host.clearInterval = stop

  return {
    skip(ms) {
      aheadMs += ms
      const due = [...entries].filter(({ dueAt }) => dueAt <= shown())
      for (const entry of [...entries]) {
        cancel(entry.native)
        if (!due.includes(entry)) arm(entry)
      }
      for (const entry of due.sort((a, b) => a.dueAt - b.dueAt)) {
        try {
          fire(entry)
        } catch (thrown) {
          // As from a timer: it is nobody's who asked for the jump.
          process.nextTick(() => {
            throw thrown
          })
        }
      }
    },
  }
}

/** What callers do with Node's timers beside stopping them. */
class Timer {
  readonly #entry: Entry
  readonly #does: { close(): void; refresh(): void }

  constructor(entry: Entry, does: { close(): void; refresh(): void }) {
    this.#entry = entry
    this.#does = does
  }

  ref(): this {
    this.#entry.isKept = true
    this.#entry.native.ref()
    return this
  }

  unref(): this {
    this.#entry.isKept = false
    this.#entry.native.unref()
    return this
  }

  hasRef(): boolean {
    return this.#entry.isKept
  }

  refresh(): this {
    this.#does.refresh()
    return this
  }

  close(): this {
    this.#does.close()
    return this
  }
}
