// The server now against this page now: what the server shows this client at a version, and what the replica was at the very same one.
import { diff } from '@painda/protocol'
import type { Recorder } from './recorder.js'
import type { DeskLane } from './desk-lane.js'
import type { InspectableRoom } from './inspectable.js'
import type { Time } from '@painda/protocol'

export type Compared =
  | { readonly problem: string }
  | {
      readonly problem: null
      readonly server: { readonly version: number; readonly state: unknown }
      /** At the server's version, or the nearest that the page has had, if it never got that one. */
      readonly page: { readonly version: number; readonly state: unknown }
    }

export interface CompareOptions {
  desk: Pick<DeskLane, 'look'>
  recorder: Pick<Recorder, 'subscribe'>
  room: InspectableRoom
  clientId: string
  time: Pick<Time, 'after'>
}

const LOOK_AGAIN_MS = 20
/** What is on its way arrives within this, or not at all. */
const MAX_LOOKS = 100
/** Trees share what they have in common; still nobody asks for so long. */
const MAX_VERSIONS = 600

/** What the server has written and not sent yet differs for a tick; what is wrong differs every time. */
const MAX_TRIES = 6

/** Never rejects. */
export async function compareNow(options: CompareOptions): Promise<Compared> {
  let compared = await compareOnce(options)
  for (let tries = 1; tries < MAX_TRIES && differs(compared); tries++) compared = await compareOnce(options)
  return compared
}

function differs(compared: Compared): boolean {
  return compared.problem === null && diff(compared.page.state, compared.server.state) !== undefined
}

async function compareOnce({ desk, recorder, room, clientId, time }: CompareOptions): Promise<Compared> {
  if (room.id === null) return { problem: 'This page is not in the room.' }
  const had = new Map<number, unknown>()
  const note = (): void => {
    if (had.size < MAX_VERSIONS) had.set(room.version, room.state)
  }
  note()
  // The client tells of a frame before it takes it in, so no version is passed over.
  const stop = recorder.subscribe(note)
  try {
    const server = await desk.look(room.id, clientId)
    if (server.problem !== null) return server
    for (let look = 0; look < MAX_LOOKS && room.version < server.version; look++) {
      await new Promise<void>((resolve) => void time.after(LOOK_AGAIN_MS, resolve))
    }
    note()
    const version = [...had.keys()].reduce((best, one) =>
      Math.abs(one - server.version) < Math.abs(best - server.version) ? one : best,
    )
    return { problem: null, server, page: { version, state: had.get(version) } }
  } finally {
    stop()
  }
}
