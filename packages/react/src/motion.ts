// What the motion hooks share: the timeline of a room, one for all who follow something in it, and one follower each.
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { frameNow } from './frames.js'
import { shallowEqual } from './shallow-equal.js'
import { createTimeline } from './timeline.js'
import type { Timeline } from './timeline.js'
import { createTrack } from './track.js'

export interface InterpolateOptions {
  /**
   * How late the state is shown, milliseconds. Long enough for two states to be there, or motion waits for the next one.
   * Read when the component mounts. Default 100.
   */
  delayMs?: number
}

export const DEFAULT_DELAY_MS = 100

/** Milliseconds on any clock that runs evenly. */
export type Now = () => number

interface Shared {
  readonly timeline: Timeline
  /** The tick to be shown now: the same for all who ask in one frame. */
  playhead(): number
  holders: number
  stop: () => void
}

/** What a timeline needs of a room. */
interface Ticking {
  readonly tick: number
  readonly state: unknown
  subscribe(listener: () => void): () => void
}

const shared = new WeakMap<Ticking, Map<number, Shared>>()

/** The room's timeline, fed while somebody holds it. */
function holdTimeline(
  room: Ticking,
  delayMs: number,
  now: Now,
): Pick<Shared, 'timeline' | 'playhead'> & { release(): void } {
  let ofRoom = shared.get(room)
  if (ofRoom === undefined) shared.set(room, (ofRoom = new Map()))
  let one = ofRoom.get(delayMs)
  if (one === undefined) {
    const timeline = createTimeline(delayMs)
    let frame = 0
    let shown = 0
    const playhead = (): number => {
      const asked = frameNow()
      if (asked === 0 || asked !== frame) {
        frame = asked
        shown = timeline.playhead(now())
      }
      return shown
    }
    one = { timeline, playhead, holders: 0, stop: room.subscribe(() => timeline.arrived(room.tick, now())) }
    if (room.state !== undefined) timeline.arrived(room.tick, now())
    ofRoom.set(delayMs, one)
  }
  const held = one
  held.holders++
  return {
    timeline: held.timeline,
    playhead: held.playhead,
    release() {
      held.holders--
      if (held.holders > 0) return
      held.stop()
      ofRoom.delete(delayMs)
    },
  }
}

export interface Follower<Room extends RoomShape, Value> {
  /** Follows what `selector` takes from the room's state; `onMove` is told of every new value. Returns its undo. */
  follow(selector: (state: StateOf<Room>) => Value, onMove: () => void): () => void
  /** The value to be shown now; undefined before the first. */
  sample(): Value | undefined
  /** True when the newest value is shown. */
  isAtRest(): boolean
}

export function createFollower<Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  delayMs: number,
  now: Now,
): Follower<Room, Value> {
  const track = createTrack<Value>()
  let playhead = (): number => Infinity

  return {
    follow(selector, onMove) {
      const held = holdTimeline(room, delayMs, now)
      playhead = held.playhead
      let isFirst = true
      const undo = room.subscribe(
        selector,
        (value) => {
          const { tick } = room
          if (value === undefined) track.clear()
          // A selector that puts its value together makes another one with each render.
          else if (isFirst && !shallowEqual(track.newest?.value, value)) track.restart(tick, value)
          // The timeline is told of this state after the listeners of what is in it.
          else if (!isFirst) track.push(tick, held.timeline.newest, value)
          isFirst = false
          onMove()
        },
        { fireImmediately: true },
      )
      return () => {
        undo()
        held.release()
      }
    },
    sample: () => track.sample(playhead()),
    isAtRest: () => track.isDone(playhead()),
  }
}
