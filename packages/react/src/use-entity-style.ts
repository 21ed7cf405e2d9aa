'use client'
// An element that moves with the state, without rendering.
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useCallback, useInsertionEffect, useLayoutEffect, useMemo, useState } from 'react'
import { onFrame } from './frames.js'
import { createFollower, DEFAULT_DELAY_MS } from './motion.js'
import type { InterpolateOptions } from './motion.js'
import { usePPClient } from './provider.js'
import { useLatest } from './use-latest.js'
import { checkRoom, checkSelector } from '#advice'

export interface Position {
  readonly x: number
  readonly y: number
}

/** A `RefObject` for an element, of the types of React 18 as of those of 19, which name it differently. */
export interface ElementRef<Target> {
  current: Target | null
}

/**
 * A ref for an element that follows what `selector` takes from the room's state, moved evenly between the server's ticks.
 * `apply` writes it, in frames in which it moved and in no others; without one, an `{ x, y }` becomes a `transform` in pixels.
 * It renders nothing.
 * @example
 * const ref = useEntityStyle<HTMLDivElement, typeof Arena>(room, (state) => state.players[id])
 * return <div ref={ref} className="player" />
 */
export function useEntityStyle<Target extends HTMLElement | SVGElement, Room extends RoomShape>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Position | undefined,
): ElementRef<Target>
export function useEntityStyle<Target extends HTMLElement | SVGElement, Room extends RoomShape, Value>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => Value | undefined,
  apply: (style: CSSStyleDeclaration, value: Value) => void,
  options?: InterpolateOptions,
): ElementRef<Target>
export function useEntityStyle<Room extends RoomShape>(
  room: RoomHandle<Room>,
  selector: (state: StateOf<Room>) => unknown,
  // Without `apply` the selected value is a Position, by the first overload.
  apply: (style: CSSStyleDeclaration, value: never) => void = translate,
  { delayMs = DEFAULT_DELAY_MS }: InterpolateOptions = {},
): ElementRef<HTMLElement> {
  checkRoom('useEntityStyle', room)
  checkSelector('useEntityStyle', selector)
  const { clock } = usePPClient()
  const [target] = useState(createTarget)
  const latestApply = useLatest(apply)
  const follower = useMemo(
    () => createFollower<Room, unknown>(room, delayMs, clock.serverNow),
    [room, delayMs, clock],
  )
  const write = useCallback(() => {
    const value = follower.sample()
    // The overloads give `apply` what the selector gives.
    if (value !== undefined && target.current !== null)
      latestApply.current(target.current.style, value as never)
  }, [follower, latestApply, target])
  useBeforePaint(() => {
    let stopFrames: (() => void) | null = null

    function step(): void {
      // Asked first: what is written then is where it stays.
      const isLast = follower.isAtRest()
      write()
      if (isLast) rest()
    }
    function rest(): void {
      stopFrames?.()
      stopFrames = null
    }

    const undo = follower.follow(selector, () => {
      stopFrames ??= onFrame(step)
    })
    write()
    const leave = target.onCome(write)
    return () => {
      leave()
      undo()
      rest()
    }
  }, [follower, selector, write, target])
  return target
}

/** A ref that tells of each element: one may come while what it follows stands still, in a component of its own. */
function createTarget(): ElementRef<HTMLElement> & { onCome(write: () => void): () => void } {
  let element: HTMLElement | null = null
  let write = ignore
  return {
    get current() {
      return element
    },
    set current(next) {
      element = next
      write()
    },
    onCome(listener) {
      write = listener
      return () => void (write = ignore)
    },
  }
}

function ignore(): void {}

/** Later, the element would be painted once where it is not. A server runs neither; React 18 warns of the layout effect there. */
const useBeforePaint = typeof document === 'undefined' ? useInsertionEffect : useLayoutEffect

function translate(style: CSSStyleDeclaration, { x, y }: Position): void {
  style.transform = `translate3d(${x}px, ${y}px, 0)`
}
