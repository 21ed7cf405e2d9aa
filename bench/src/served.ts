// What a benchmark of a served page needs: a port nobody has, and to know when the page answers.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      // Of a TCP server that listens, it is an object.
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

/** Resolves at the first good answer, rejects after `withinMs`. */
export async function answers(url: string, withinMs: number): Promise<void> {
  const giveUp = performance.now() + withinMs
  while (performance.now() < giveUp) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // Not yet.
    }
    await sleep(100)
  }
  throw new Error(`${url} does not answer.`)
}
