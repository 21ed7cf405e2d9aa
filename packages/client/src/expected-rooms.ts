// Rooms of the page before. After a reload the session is in them still, and the application of the new page has not asked yet.
// Who asks for such a room, by id or for any of its kind, gets the one it was; what nobody asks for in time is left.
import type { Time, Undo } from '@painda/protocol'

export interface ExpectedRooms {
  expect(ids: readonly string[]): void
  has(id: string): boolean
  /** The server has said what kind of room it is. */
  learn(id: string, name: string | undefined): void
  /** One of this kind, of those that `isIn` knows. */
  find(name: string | undefined, isIn: (id: string) => boolean): string | undefined
  /** Somebody asked for it. False when it was not expected. */
  take(id: string): boolean
  /** From now on they wait. */
  wait(): void
  clear(): void
}

/** Until then an application has asked for its rooms again, or it is elsewhere. */
const EXPECT_MS = 5_000

/** `leave` is called for each that nobody asked for. */
export function createExpectedRooms(time: Pick<Time, 'after'>, leave: (id: string) => void): ExpectedRooms {
  const expected = new Map<string, string | undefined>()
  let cancel: Undo = () => {}

  function giveUp(): void {
    const ids = [...expected.keys()]
    expected.clear()
    for (const id of ids) leave(id)
  }

  return {
    expect(ids) {
      for (const id of ids) expected.set(id, undefined)
    },
    has: (id) => expected.has(id),
    learn: (id, name) => void expected.set(id, name),
    find(name, isIn) {
      for (const [id, kind] of expected) if (kind === name && isIn(id)) return id
      return undefined
    },
    take: (id) => expected.delete(id),
    wait() {
      cancel()
      cancel = time.after(EXPECT_MS, giveUp)
    },
    clear() {
      cancel()
      expected.clear()
    },
  }
}
