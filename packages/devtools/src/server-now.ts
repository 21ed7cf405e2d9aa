// The server now against this page now: what the server shows this client at a version, and what the replica was at the very same one.
import { diff } from '@painda/protocol'
import type { Inspector, Time } from '@painda/protocol'
import type { DeskLane } from './desk-lane.js'
import type { InspectableRoom } from './inspectable.js'

export type Compared =
  | { readonly problem: string }
  | {
      readonly problem: null
      /** Of both. */
      readonly version: number
      readonly server: unknown
      readonly page: unknown
    }

export interface CompareOptions {
  desk: Pick<DeskLane, 'look'>
  /** Of the client: it tells of frames while the capture is paused too. */
  inspector: Pick<Inspector, 'listen'>
  room: InspectableRoom
  clientId: string
  time: Pick<Time, 'after'>
}

const LOOK_AGAIN_MS = 20
/** What is on its way arrives within this, or not at all. */
const MAX_LOOKS = 100
/** Trees share what they have in common; still nobody asks for so long. */
const MAX_VERSIONS = 600

/**
 * What the server has written and not sent yet differs for a tick, and a version that went out as one with the next never reached the
 * page; what is wrong differs every time.
 */
const MAX_TRIES = 6

/** Never rejects. */
export async function compareNow(options: CompareOptions): Promise<Compared> {
  let compared = await compareOnce(options)
  for (let tries = 1; tries < MAX_TRIES && isOpen(compared); tries++) compared = await compareOnce(options)
  return typeof compared === 'number'
    ? { problem: `The page never had version ${compared}, so there is nothing to compare it with.` }
    : compared
}

/** A version that the page has not had, or a difference that may be gone the next time. */
function isOpen(compared: Compared | number): boolean {
  if (typeof compared === 'number') return true
  return compared.problem === null && diff(compared.page, compared.server) !== undefined
}

/** A number: the server's version, which the page has not had. */
async function compareOnce({
  desk,
  inspector,
  room,
  clientId,
  time,
}: CompareOptions): Promise<Compared | number> {
  if (room.id === null) return { problem: 'This page is not in the room.' }
  const had = new Map<number, unknown>()
  const note = (): void => {
    if (had.size < MAX_VERSIONS) had.set(room.version, room.state)
  }
  note()
  // The client tells of a frame before it takes it in, so no version is passed over.
  const stop = inspector.listen(note)
  try {
    const server = await desk.look(room.id, clientId)
    if (server.problem !== null) return server
    for (let look = 0; look < MAX_LOOKS && room.version < server.version; look++) {
      await new Promise<void>((resolve) => void time.after(LOOK_AGAIN_MS, resolve))
    }
    note()
    const { version } = server
    return had.has(version)
      ? { problem: null, version, server: server.state, page: had.get(version) }
      : version
  } finally {
    stop()
  }
}
