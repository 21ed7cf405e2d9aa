// Calls between the bench and its two processes, over Node's own channel: a name and a value there, a value back.
import { fork } from 'node:child_process'

const ROLE = 'PP_BENCH_ROLE'

export type Calls = { readonly [name: string]: (value: never) => unknown }

export interface Child {
  call<Answer>(name: string, value?: unknown): Promise<Answer>
  stop(): void
}

interface Message {
  readonly id: number
  readonly name?: string
  readonly value?: unknown
  readonly error?: string
}

/** The role that this process was started for; null in the bench itself. */
export function roleOfProcess(): string | null {
  return process.env[ROLE] ?? null
}

/** Starts this same program in another role. */
export function startChild(role: string): Child {
  const child = fork(process.argv[1] ?? '', [], {
    env: { ...process.env, [ROLE]: role, NODE_ENV: 'production' },
    execArgv: process.execArgv,
    serialization: 'advanced',
  })
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  child.on('message', ({ id, value, error }: Message) => {
    const waiting = open.get(id)
    open.delete(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(`${role}: ${error}`))
  })
  child.on('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`the ${role} process ended with ${code}`))
    open.clear()
  })
  return {
    call: <Answer>(name: string, value?: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        const id = last++
        // The other end answers what the caller names.
        open.set(id, { resolve: resolve as (value: unknown) => void, reject })
        child.send({ id, name, value } satisfies Message)
      }),
    // It ends itself when the channel is gone, in order: so profilers get to write.
    stop: () => child.disconnect(),
  }
}

/** Answers calls until the parent is gone. */
export function answerCalls(calls: Calls): void {
  process.on('disconnect', () => process.exit())
  process.on('message', ({ id, name = '', value }: Message) => {
    const run = calls[name] as ((value: unknown) => unknown) | undefined
    void (async () => {
      try {
        if (run === undefined) throw new Error(`there is no call "${name}"`)
        process.send?.({ id, value: await run(value) } satisfies Message)
      } catch (thrown) {
        const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
        process.send?.({ id, error } satisfies Message)
      }
    })()
  })
}

/** Milliseconds on a clock that all processes of this machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
