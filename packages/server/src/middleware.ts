// Express-style gates: each is called with `next`, and lets through with `next()` or refuses with `next(error)`. One
// that never calls it lets nobody through, and holds nobody up for longer than `middlewareTimeoutMs`.
import { PPError } from '@painda/protocol'
import type { Time, Undo } from '@painda/protocol'
import { internalError, isPromise } from './faults.js'

/** Call it once; later calls do nothing. */
export type Next = (error?: unknown) => void
export type Middleware<Args extends readonly unknown[]> = (...args: [...Args, Next]) => unknown

export interface MiddlewareChain<Args extends readonly unknown[]> {
  use(middleware: Middleware<Args>): Undo
  readonly isEmpty: boolean
  /** Null when all let it through, else the refusal. Synchronous while the middleware is; never throws or rejects. */
  run(...args: Args): PPError | null | Promise<PPError | null>
}

/** How long the gates of a server may take to decide. */
export interface Patience {
  /** Calls `late` when it has run out; the undo ends the wait. */
  wait(late: (timeoutMs: number) => void): Undo
  /** Ends all waits. */
  close(): void
}

/** `timeoutMs` 0: any time. */
export function createPatience(time: Pick<Time, 'after'>, timeoutMs: number): Patience {
  const waits = new Set<Undo>()
  let isOver = timeoutMs === 0
  return {
    wait(late) {
      if (isOver) return () => {}
      const cancel = time.after(timeoutMs, () => {
        waits.delete(cancel)
        late(timeoutMs)
      })
      waits.add(cancel)
      return () => {
        waits.delete(cancel)
        cancel()
      }
    },
    close() {
      isOver = true
      for (const cancel of waits) cancel()
      waits.clear()
    },
  }
}

/** `report` logs what a middleware throws and returns the id that the peer is told. */
export function createMiddleware<Args extends readonly unknown[]>(
  patience: Pick<Patience, 'wait'>,
  report: (thrown: unknown) => string,
): MiddlewareChain<Args> {
  let chain: readonly Middleware<Args>[] = []

  function call(middleware: Middleware<Args>, args: Args): PPError | null | Promise<PPError | null> {
    let verdict: { error: PPError | null } | null = null
    let resolve: ((error: PPError | null) => void) | null = null
    let cancel: Undo | null = null
    const settle = (error: PPError | null): void => {
      if (verdict !== null) return
      verdict = { error }
      cancel?.()
      resolve?.(error)
    }
    const fail = (thrown: unknown): void => settle(internalError(report(thrown)))

    try {
      const next: Next = (error) => settle(error === undefined || error === null ? null : refusal(error))
      const result = middleware(...args, next)
      if (isPromise(result)) result.then(undefined, fail)
    } catch (thrown) {
      fail(thrown)
    }
    // TypeScript does not see that `next` may have run inside the call.
    const done = verdict as { error: PPError | null } | null
    if (done !== null) return done.error
    cancel = patience.wait((ms) => fail(new Error(`A middleware did not call next within ${ms} ms.`)))
    return new Promise((fulfil) => (resolve = fulfil))
  }

  async function runFrom(
    first: Promise<PPError | null>,
    rest: readonly Middleware<Args>[],
    args: Args,
  ): Promise<PPError | null> {
    const error = await first
    if (error !== null) return error
    for (const middleware of rest) {
      const refused = await call(middleware, args)
      if (refused !== null) return refused
    }
    return null
  }

  return {
    use(middleware) {
      const entry: Middleware<Args> = (...args) => middleware(...args)
      chain = [...chain, entry]
      return () => {
        chain = chain.filter((other) => other !== entry)
      }
    },
    get isEmpty() {
      return chain.length === 0
    },
    run(...args) {
      const all = chain
      for (const [index, middleware] of all.entries()) {
        const verdict = call(middleware, args)
        if (verdict instanceof Promise) return runFrom(verdict, all.slice(index + 1), args)
        if (verdict !== null) return verdict
      }
      return null
    },
  }
}

/** The error that the peer is told for what `next` was given; a PPError keeps its code. */
function refusal(error: unknown): PPError {
  if (error instanceof PPError) return error
  return new PPError('MIDDLEWARE_REJECTED', error instanceof Error ? error.message : String(error))
}
