// What the inspector costs: a stream of real frames of a game, encoded once, told to a recorder or to an open overlay.
import { createHook, mountDevtools } from '@painda/devtools'
import type { InspectableClient } from '@painda/devtools'
import { createInspector, createWireCodec } from '@painda/protocol'
import type { Inspector } from '@painda/protocol'
import { createLine } from './line.js'
import { compare } from './measure.js'
import { arena } from './worlds.js'

export const HELD = 10_000
const FRAMES_PER_SECOND = 1_000

interface Stream {
  readonly snapshot: Uint8Array
  readonly frames: readonly Uint8Array[]
}

function stream(frames: number): Stream {
  const world = arena()
  const line = createLine(world.state)
  const snapshot = line.snapshot()
  return {
    snapshot,
    frames: Array.from({ length: frames }, () => {
      line.write(world.tick())
      return line.encode()
    }),
  }
}

/** A client as far as the inspector is concerned: what it decodes it tells, where somebody listens. */
function createTeller(inspector: Inspector) {
  const codec = createWireCodec()
  let seq = 0
  const client: InspectableClient = {
    inspector,
    id: 'bench',
    rtt: null,
    status: () => ({ status: 'open', attempt: 0, nextRetryAt: null, error: null }),
    subscribeStatus: () => () => {},
    rooms: () => [],
  }
  return {
    client,
    receive(bytes: Uint8Array): void {
      const messages = codec.decode(bytes)
      if (!inspector.active) return
      const at = performance.now()
      inspector.emit({
        kind: 'frame',
        at,
        wallAt: at,
        direction: 'in',
        seq: ++seq,
        peer: 'server',
        bytes,
        messages,
      })
    },
  }
}

/** Processor time that recording adds to a received frame, with the overlay closed. */
export function closedMicroseconds(): { added: number; decoding: number } {
  const rounds = 61
  const perRound = 100
  const { snapshot, frames } = stream(perRound * (rounds + Math.ceil(rounds / 2)))
  const contender = (name: string, isRecorded: boolean) => {
    const { client, receive } = createTeller(createInspector())
    if (isRecorded) createHook().attach(client)
    receive(snapshot)
    let at = 0
    return {
      name,
      round: () => () => {
        for (let i = 0; i < perRound; i++) {
          const frame = frames[at++]
          if (frame !== undefined) receive(frame)
        }
      },
    }
  }
  const [alone, recorded] = compare(
    [contender('alone', false), contender('recorded', true)],
    perRound,
    rounds,
  )
  const decoding = alone?.microseconds ?? Number.NaN
  return { added: ((recorded?.ratio ?? Number.NaN) - 1) * decoding, decoding }
}

/** Megabytes of the process for ten thousand frames held, decoded messages and bytes included. */
export function heldMegabytes(collect: () => void): number {
  const { snapshot, frames } = stream(HELD)
  const { client, receive } = createTeller(createInspector())
  const hook = createHook()
  hook.attach(client)
  collect()
  const before = process.memoryUsage()
  receive(snapshot)
  // A socket hands over bytes of their own; these must count.
  for (const frame of frames) receive(frame.slice())
  collect()
  const after = process.memoryUsage()
  if (hook.recorder.nextId - hook.recorder.firstId < HELD) throw new Error('wrong result: too few are held')
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6
}

export interface Watched {
  readonly ms: number
  readonly frames: number
  readonly recorded: number
}

let watched: { play(ms: number): Promise<Watched>; fill(): void; close(): void } | null = null

/** In a browser: makes ready for `play`, with the overlay open on the list of frames or with none at all. */
function open(withOverlay: boolean, ms: number): void {
  const { snapshot, frames } = stream((FRAMES_PER_SECOND * ms) / 1_000)
  const { client, receive } = createTeller(createInspector())
  const devtools = withOverlay ? mountDevtools({ client }) : null
  if (devtools !== null) {
    const button = document.querySelector('painda-devtools')?.shadowRoot?.querySelector('button')
    if (!(button instanceof HTMLElement)) throw new Error('wrong result: no overlay')
    button.click()
  }
  receive(snapshot)
  let sent = 0
  watched = {
    async play(playedMs) {
      const begin = performance.now()
      const first = sent
      const end = Math.min(frames.length, first + (FRAMES_PER_SECOND * playedMs) / 1_000)
      while (sent < end) {
        await new Promise((resolve) => setTimeout(resolve, 8))
        const due = first + Math.floor(((performance.now() - begin) / 1_000) * FRAMES_PER_SECOND)
        for (; sent < Math.min(end, due); sent++) receive(frames[sent] ?? snapshot)
      }
      const recorded = devtools?.hook.recorder.nextId ?? 0
      return { ms: performance.now() - begin, frames: sent, recorded }
    },
    fill: () => frames.forEach(receive),
    close: () => devtools?.close(),
  }
}

/** A thousand frames a second for so long. */
function play(ms: number): Promise<Watched> {
  if (watched === null) throw new Error('wrong result: nothing is open')
  return watched.play(ms)
}

function close(): void {
  watched?.close()
  watched = null
}

/** Milliseconds from a scroll event to the painted frame, per step through all that is held: 95 of 100 are below. */
async function scroll(steps: number): Promise<number> {
  const list = document.querySelector('painda-devtools')?.shadowRoot?.querySelector('.scroller')
  if (!(list instanceof HTMLElement)) throw new Error('wrong result: no list of frames')
  const length = list.scrollHeight - list.clientHeight
  if (length < HELD) throw new Error('wrong result: the list is too short')
  let began = 0
  list.addEventListener('scroll', () => (began = performance.now()), { capture: true })
  const taken: number[] = []
  for (let step = 0; step < steps; step++) {
    began = 0
    // Long ways and short ones: every row is another, or a few are.
    list.scrollTop = step % 2 === 0 ? (length * ((step * 37) % steps)) / steps : list.scrollTop + 60
    await new Promise((resolve) => requestAnimationFrame(resolve))
    // The frame's own work comes after its callbacks; this comes after that.
    await new Promise((resolve) => setTimeout(resolve, 0))
    if (began > 0) taken.push(performance.now() - began)
  }
  if (taken.length < steps / 2) throw new Error('wrong result: it did not scroll')
  return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.95)] ?? Number.NaN
}

/** As many frames as are held, at once. */
function fill(): void {
  if (watched === null) throw new Error('wrong result: nothing is open')
  watched.fill()
}

/** What the benchmark calls in the page. */
export const overlay = { open, play, fill, scroll, close }
