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
}

export interface WaitOptions {
  /** Default 5000 ms. */
  timeoutMs?: number
  /** Default: the host's clock. A fake time is moved on by the waiting itself. */
  time?: Time
}

export interface WaitForOptions extends WaitOptions {
  /** How often the condition is looked at. Default 10 ms. */
  intervalMs?: number
}

const TIMEOUT_MS = 5_000

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
      () => `No message "${type}" came. ${listOf(seen.messages)}`,
      { ...options, wake: seen.onMessage },
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
      () => `${seen.messages.length} of ${count} messages came. ${listOf(seen.messages)}`,
      { ...options, wake: seen.onMessage },
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
  const result = await until(
    async () => {
      try {
        const value = await look()
        thrown = undefined
        // The three that mean "not yet" are taken out.
        if (value !== false && value !== null && value !== undefined) {
          return { value: value as NonNullable<Exclude<T, false>> }
        }
      } catch (error) {
        thrown = error
      }
      return undefined
    },
    () => `The condition did not come true${thrown instanceof Error ? ` (${thrown.message})` : ''}.`,
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
    const found = await look()
    if (found !== undefined) return found
    if (time.now() >= end) {
      throw new PPError('ACK_TIMEOUT', `${complaint()} Waited ${timeoutMs} ms.`, { cause: cause?.() })
    }
    await pause(time, Math.min(intervalMs, end - time.now()), wake)
  }
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

function listOf(messages: readonly SeenMessage[]): string {
  if (messages.length === 0) return 'Nothing came.'
  return `What came: ${messages.map(({ type }) => `"${type}"`).join(', ')}.`
}
