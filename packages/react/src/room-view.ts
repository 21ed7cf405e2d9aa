// A room as one component sees it: only changes of fields that it reads render it, a state that came with the page is shown
// until the room has one, and an error from before the component mounted is not shown.
import { setOwner } from '@painda/client'
import type { Owner, PPClient, RoomHandle, RoomShape, RoomSnapshot } from '@painda/client'
import { spend, takeSent } from './snapshots.js'
import type { Parcel } from './snapshots.js'
import { endWait, suspendFor } from './suspend.js'

export type Field = 'state' | 'status' | 'stale' | 'error'

/** What a component keeps across its renders; changed in place, because none of it is something to render. */
export interface Own {
  readonly reads: Set<Field>
  /** The room that it holds; null before it is mounted. */
  hold: Hold | null
}

interface Hold {
  readonly room: RoomHandle<RoomShape>
  release(): void
  isUsed: boolean
}

export interface RoomView {
  /** Holds the room and tells of changes. */
  subscribe(wake: () => void): () => void
  /** Another object exactly when a field that was read has changed. */
  now(): RoomSnapshot
  /** What a render on the server shows, and the first render in the page over its markup. */
  onServer(): RoomSnapshot
  /** `snapshot`, with current values of the fields that were not read before. */
  latest(snapshot: RoomSnapshot): RoomSnapshot
  /** The current value of a field that was not read before. Where `rendered` has another value the component renders again soon. */
  firstRead<F extends Field>(rendered: RoomSnapshot, field: F): RoomSnapshot[F]
  /** Throws the promise for Suspense, or the error for an error boundary. */
  demand(snapshot: RoomSnapshot, throwOnError: boolean): void
}

/** `parcel`: what came with the page. `waiter`: whose room it is, for a component that is not rendered without a state. */
export function createRoomView(
  room: RoomHandle<RoomShape>,
  own: Own,
  parcel: Parcel,
  waiter: PPClient | null,
  owner?: Owner | void,
): RoomView {
  const sent = takeSent(room, parcel)
  let last: { live: RoomSnapshot; isOver: boolean; snapshot: RoomSnapshot } | null = null
  let shown: RoomSnapshot | null = null
  let served: RoomSnapshot | null = null
  let wakeUp = (): void => {}

  function look(): RoomSnapshot {
    const live = room.snapshot()
    // Mounting joins the room again; until then it is shown as one that nobody has asked for.
    const isOver = (live.status === 'left' || live.error !== null) && own.hold?.room !== room
    if (last === null || last.live !== live || last.isOver !== isOver) {
      last = { live, isOver, snapshot: withSent(isOver ? asJoining(live) : live, sent) }
    }
    return last.snapshot
  }

  return {
    subscribe(wake) {
      setOwner(wake, owner)
      const undo = room.subscribe(wake)
      // Another view of the same room takes the hold over: a room that was refused or left is joined again only by mounting.
      if (own.hold?.room !== room) own.hold = { room, release: room.retain(), isUsed: true }
      const { hold } = own
      hold.isUsed = true
      wakeUp = wake
      return () => {
        wakeUp = () => {}
        if (room.state !== undefined) spend(room, parcel)
        undo()
        hold.isUsed = false
        // React unsubscribes from one view and subscribes to the next in the same turn.
        void Promise.resolve().then(() => {
          if (hold.isUsed) return
          if (own.hold === hold) own.hold = null
          hold.release()
        })
      }
    },
    now() {
      const next = look()
      shown ??= next
      for (const field of own.reads) if (next[field] !== shown[field]) shown = next
      return shown
    },
    onServer() {
      served ??= serve(room, sent, waiter !== null)
      return served
    },
    latest: (snapshot) => (snapshot === served ? snapshot : look()),
    firstRead(rendered, field) {
      own.reads.add(field)
      if (rendered === served) return rendered[field]
      const now = look()
      // Later, because another component may read the field during its render, or a handler may change something first.
      if (now[field] !== rendered[field]) void Promise.resolve().then(() => wakeUp())
      return now[field]
    },
    demand(snapshot, throwOnError) {
      if (snapshot === served && snapshot.state !== undefined) return
      const { status, state, error } = look()
      if (throwOnError) own.reads.add('error')
      if (throwOnError && own.hold?.room === room && error !== null) throw error
      if (waiter === null) return
      const isOver = own.hold?.room !== room && room.error !== null
      if (isOver || (state === undefined && status !== 'joined')) suspendFor(room, waiter)
      endWait(room)
    },
  }
}

function asJoining({ room, state }: RoomSnapshot): RoomSnapshot {
  return { room, state, status: 'joining', stale: state !== undefined, error: null }
}

function withSent(snapshot: RoomSnapshot, sent: object | undefined): RoomSnapshot {
  return snapshot.state !== undefined || sent === undefined
    ? snapshot
    : { ...snapshot, state: sent, stale: true }
}

/**
 * The same on both ends, or the page would not match its markup: the state that travels with the page, or none. A client in a
 * page may be further than the markup; one on the server is what is rendered.
 */
function serve(room: RoomHandle<RoomShape>, sent: object | undefined, waits: boolean): RoomSnapshot {
  const live = room.snapshot()
  if (sent !== undefined) return { room, state: sent, status: 'joined', stale: false, error: null }
  return waits || typeof window === 'undefined'
    ? live
    : { ...asJoining(live), state: undefined, stale: false }
}
