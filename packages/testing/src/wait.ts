// Waiting for what must happen, never for milliseconds.
import { hostTime, PPError, type Time, type Undo } from '@painda/protocol'

/** A message as a client saw it. */
export interface SeenMessage<Payload = unknown> {
  readonly type: string
  readonly payload: Payload
}

/** Whoever hears of messages: a `PPClient`, a virtual client, a client as the server sees it. */
export interface MessageSource {
  onAny(listener: (type: string, payload: unknown) => void): Undo
  /** Of a client of `createHarness`: its clock. */
  readonly time?: Time
  /** Of a client: its connection, for the words of an error. */
  status?(): { readonly status: string; readonly error: Error | null }
}

export interface WaitOptions {
  /** Default 4000 ms. */
  timeoutMs?: number
  /** Default: the client's, where it is one of `createHarness`; else the host's clock. A fake time is moved on by the waiting itself. */
  time?: Time
}

export interface WaitForOptions extends WaitOptions {
  /** How often the condition is looked at. Default 10 ms. */
  intervalMs?: number
}

/** Below the five seconds that Vitest and Jest give a test: what it waited for must be told before they end it. */
const TIMEOUT_MS = 4_000

/**
 * Resolves to the next message of this type; what came before the call is not seen.
 * @throws PPError `ACK_TIMEOUT` that names the messages that came instead
 */
export async function waitForMessage<Payload = unknown>(
  client: MessageSource,
  type: string,
  options: WaitOptions = {},
): Promise<SeenMessage<Payload>> {
  const seen = collect(client)
  try {
    return await until(
      () => seen.messages.find((message) => message.type === type) as SeenMessage<Payload> | undefined,
      () => `No message "${type}" came. ${listOf(seen.messages)}${connectionOf(client)}`,
      { ...ownTime(client), ...options, wake: seen.onMessage },
    )
  } finally {
    seen.stop()
  }
}

/** Resolves to the next `count` messages of any type, in order. @throws PPError `ACK_TIMEOUT` */
export async function collectMessages(
  client: MessageSource,
  count: number,
  options: WaitOptions = {},
): Promise<SeenMessage[]> {
  const seen = collect(client)
  try {
    return await until(
      () => (seen.messages.length >= count ? seen.messages.slice(0, count) : undefined),
      () =>
        `${seen.messages.length} of ${count} messages came. ${listOf(seen.messages)}${connectionOf(client)}`,
      { ...ownTime(client), ...options, wake: seen.onMessage },
    )
  } finally {
    seen.stop()
  }
}

/**
 * Resolves to what `look` returns once that is neither false, null nor undefined; while it throws, it is asked again.
 * @throws PPError `ACK_TIMEOUT` with what `look` threw last as its cause
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  let thrown: unknown
  let isAsking = false
  const result = await until(
    async () => {
      isAsking = true
      try {
        const value = await look()
        thrown = undefined
        // The three that mean "not yet" are taken out.
        if (value !== false && value !== null && value !== undefined) {
          return { value: value as NonNullable<Exclude<T, false>> }
        }
      } catch (error) {
        thrown = error
      } finally {
        isAsking = false
      }
      return undefined
    },
    () => `The condition did not come true${whyNot(thrown, isAsking)}.`,
    { ...options, cause: () => thrown },
  )
  return result.value
}

interface UntilOptions extends WaitForOptions {
  /** Looks at once when this calls, and not only after the interval. */
  wake?: (look: () => void) => Undo
  cause?: () => unknown
}

async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  complaint: () => string,
  { timeoutMs = TIMEOUT_MS, intervalMs = 10, time = hostTime(globalThis), wake, cause }: UntilOptions,
): Promise<T> {
  const end = time.now() + timeoutMs
  for (;;) {
    const found = await soon(look(), Math.max(intervalMs, end - time.now()))
    if (found !== undefined && found !== LATE) return found
    if (found === LATE || time.now() >= end) {
      throw new PPError('ACK_TIMEOUT', `${complaint()} Waited ${timeoutMs} ms.`, { cause: cause?.() })
    }
    await pause(time, Math.min(intervalMs, end - time.now()), wake)
  }
}

const LATE = Symbol('late')

/** What it finds, or `LATE`. By the host's clock: a fake one stands still while somebody looks. */
function soon<T>(look: T | Promise<T>, ms: number): T | Promise<T | typeof LATE> {
  if (!(look instanceof Promise)) return look
  return new Promise((resolve, reject) => {
    const cancel = hostTime(globalThis).after(ms, () => resolve(LATE))
    look.then(resolve, reject).finally(cancel)
  })
}

function pause(time: Time, ms: number, wake: UntilOptions['wake']): Promise<void> {
  // Nobody else moves a fake time while its test waits.
  if ('advance' in time && typeof time.advance === 'function') return time.advance(ms) as Promise<void>
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel()
      unlisten?.()
      resolve()
    }
    const cancel = time.after(ms, finish)
    const unlisten = wake?.(finish)
  })
}

interface Collected {
  readonly messages: readonly SeenMessage[]
  onMessage(listener: () => void): Undo
  stop(): void
}

function collect(client: MessageSource): Collected {
  const messages: SeenMessage[] = []
  const listeners = new Set<() => void>()
  const stop = client.onAny((type, payload) => {
    messages.push({ type, payload })
    for (const listener of [...listeners]) listener()
  })
  return {
    messages,
    stop,
    onMessage(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** `"tick" (118 times), "said"`: each type once, in the order of the first. */
function listOf(messages: readonly SeenMessage[]): string {
  if (messages.length === 0) return 'Nothing came.'
  const counts = new Map<string, number>()
  for (const { type } of messages) counts.set(type, (counts.get(type) ?? 0) + 1)
  const types = [...counts].map(([type, count]) => `"${type}"${count === 1 ? '' : ` (${count} times)`}`)
  return `What came: ${types.join(', ')}.`
}

/** Why nothing can come; empty where the connection is open, or nobody knows. */
function connectionOf(client: MessageSource): string {
  const { status = 'open', error = null } = client.status?.() ?? {}
  if (status === 'open') return ''
  if (status === 'idle') return ' The client is not connected: call connect().'
  return ` The client is not connected: it is ${status}${error === null ? '' : ` (${error.message})`}.`
}

function ownTime({ time }: MessageSource): { time?: Time } {
  return time === undefined ? {} : { time }
}

function whyNot(thrown: unknown, isAsking: boolean): string {
  if (isAsking) return ': the promise that was looked at is still pending'
  return thrown instanceof Error ? ` (${thrown.message})` : ''
}
