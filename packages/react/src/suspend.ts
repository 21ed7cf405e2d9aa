// Waiting for a room in a render. React forgets a component that suspends before it was ever mounted, so the room itself
// is what remembers: it is held from the first render that waits for it until it has an answer, and a while longer, in
// which the component mounts and holds it. A component that never does leaves nothing behind.
import { DEV, PPError } from '@painda/client'
import type { PPClient, RoomHandle, RoomShape } from '@painda/client'

interface Wait {
  readonly promise: Promise<void>
  isOver: boolean
}

/**
 * How long a room stays for a component that is not mounted yet: its `Suspense` may wait for other rooms, data and code too, and React
 * shows what was waited for up to 300 ms later. Two rooms that waited for each other's left each other in turns.
 */
const HOLD_MS = 10_000

const waits = new WeakMap<RoomHandle<RoomShape>, Wait>()

/** Throws the promise of the room's answer, for the nearest Suspense, or its refusal, for the nearest error boundary. */
export function suspendFor(room: RoomHandle<RoomShape>, client: PPClient): never {
  // Nothing mounts in a render on the server: nobody connects the client of a provider there, and a stream would never end.
  // After an error React sends the fallback, and goes on in the page.
  if (typeof window === 'undefined' && client.status().status === 'idle') {
    throw new PPError(
      'INVALID_ARGUMENT',
      DEV && `No state of the room "${room.key}" came to the render on the server, and nothing brings one.`,
      DEV && {
        hint: 'Give PPProvider the `snapshots` of a reader, or render this component in the page only.',
      },
    )
  }
  const wait = waits.get(room)
  if (wait === undefined) throw begin(room)
  if (!wait.isOver) throw wait.promise
  // React renders a second time before it gives an error to a boundary, in the same task. Whoever asks after that asks
  // anew: the boundary was told to try again.
  void Promise.resolve().then(() => waits.delete(room))
  throw room.error ?? begin(room)
}

/** The room is there: the next who has to wait for it begins anew. */
export function endWait(room: RoomHandle<RoomShape>): void {
  waits.delete(room)
}

function begin(room: RoomHandle<RoomShape>): Promise<void> {
  const wait: Wait = {
    isOver: false,
    // Behind the render: whoever shows the room already is told that it is asked for, and no render may make another one.
    promise: Promise.resolve().then(async () => {
      const release = room.retain(HOLD_MS)
      await settled(room.joined)
      wait.isOver = true
      release()
    }),
  }
  waits.set(room, wait)
  return wait.promise
}

async function settled(promise: Promise<unknown>): Promise<void> {
  try {
    await promise
  } catch {
    // The room's `error` says it to the render that follows.
  }
}
