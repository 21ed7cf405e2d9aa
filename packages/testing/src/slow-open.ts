// What a socket costs before its first byte: TCP's and the upgrade's round trips. The network engine carries messages
// only; this end of a connection is not open until that time has passed.
import type { Time, Transport } from '@painda/protocol'

/** `inner`, open after `setupMs`. What is sent earlier waits. */
export function openAfter(setupMs: number, inner: Transport, time: Pick<Time, 'after'>): Transport {
  const listeners = new Set<() => void>()
  let waiting: Uint8Array[] | null = []
  const cancel = time.after(setupMs, () => {
    const early = waiting ?? []
    waiting = null
    for (const data of early) inner.send(data)
    for (const listener of [...listeners]) listener()
    listeners.clear()
  })
  inner.onClose(() => {
    cancel()
    waiting = []
    listeners.clear()
  })
  return {
    send: (data) => void (waiting === null ? inner.send(data) : waiting.push(data)),
    get bufferedAmount() {
      return (waiting ?? []).reduce((sum, data) => sum + data.byteLength, inner.bufferedAmount)
    },
    onOpen(listener) {
      if (waiting === null) listener()
      else listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onMessage: (listener) => inner.onMessage(listener),
    onClose: (listener) => inner.onClose(listener),
    close: (code, reason) => inner.close(code, reason),
    terminate: () => inner.terminate(),
  }
}
