// The measured process: a kit's server, and what it spent.
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Job, KitName, Served } from './job.js'
import { KIT } from './kits.js'
import { answerCalls, sharedNow } from './rpc.js'
import { scriptOf } from './worlds.js'
import type { Step } from './worlds.js'

export interface ServeCall {
  readonly kit: KitName
  readonly job: Job
  /** Steps that are made before anything is measured. */
  readonly steps: number
}

export interface Spent {
  readonly cpuUs: number
  readonly bytes: number
  readonly ms: number
  readonly steps: number
  readonly inputs: number
  /** When each step began, by its tick. */
  readonly begun: readonly (readonly [tick: number, at: number])[]
}

export interface Memory {
  readonly heapBytes: number
  readonly rssBytes: number
  /** Handed to sockets that have not taken it. */
  readonly waitingBytes: number
}

export function serverProcess(): void {
  const sockets = new Set<Socket>()
  let closedBytes = 0
  let served: Served
  let steps: Step[] = []
  let done = 0
  let isRunning = false
  let inputs = 0
  let begun: [number, number][] = []
  let mark = { cpu: process.cpuUsage(), bytes: 0, at: 0, done: 0, inputs: 0 }

  const written = (): number =>
    [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, closedBytes)

  function glance(): Memory {
    const { heapUsed, external, rss } = process.memoryUsage()
    const waitingBytes = [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0)
    return { heapBytes: heapUsed + external, rssBytes: rss, waitingBytes }
  }

  answerCalls({
    async serve({ kit, job, steps: count }: ServeCall): Promise<number> {
      const script = scriptOf(job)
      steps = Array.from({ length: count }, () => script.next())
      const http = createServer()
      // Clients that ask over HTTP first would meet connections that end just then.
      http.keepAliveTimeout = 300_000
      http.on('connection', (socket) => {
        sockets.add(socket)
        socket.on('close', () => {
          sockets.delete(socket)
          closedBytes += socket.bytesWritten
        })
      })
      served = await KIT[kit].serve(job, {
        http,
        start: script.start,
        nextStep() {
          const step = isRunning ? stepAt(steps, done) : undefined
          if (step === undefined) return null
          done++
          begun.push([done, sharedNow()])
          return { ...step, tick: done }
        },
        noteInput: () => void inputs++,
      })
      if (!http.listening) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
      // A TCP server's address is an object.
      return (http.address() as AddressInfo).port
    },
    run: (isOn: boolean) => void (isRunning = isOn),
    mark() {
      begun = []
      mark = { cpu: process.cpuUsage(), bytes: written(), at: sharedNow(), done, inputs }
    },
    read(): Spent {
      const { user, system } = process.cpuUsage(mark.cpu)
      return {
        cpuUs: user + system,
        bytes: written() - mark.bytes,
        ms: sharedNow() - mark.at,
        steps: done - mark.done,
        inputs: inputs - mark.inputs,
        begun,
      }
    },
    async memory(): Promise<Memory> {
      for (let i = 0; i < 3; i++) {
        globalThis.gc?.()
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      return glance()
    },
    glance,
    expected: (room: number) => JSON.parse(JSON.stringify(served.expected(room))) as unknown,
  })
}

/** Past the last step they are made again, back to the first and on: so whoever moves is never far from where it was. */
function stepAt(steps: readonly Step[], at: number): Step | undefined {
  const last = steps.length - 1
  const turn = at % (2 * last)
  return steps[turn <= last ? turn : 2 * last - turn]
}
