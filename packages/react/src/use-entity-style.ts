'use client'
// An element that moves with the state, without rendering.
import type { RoomHandle, RoomShape, StateOf } from '@painda/client'
import { useCallback, useInsertionEffect, useLayoutEffect, useMemo, useRef } from 'react'
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
  const target = useRef<HTMLElement>(null)
  const latestApply = useLatest(apply)
  const follower = useMemo(
    () => createFollower<Room, unknown>(room, delayMs, clock.serverNow),
    [room, delayMs, clock],
  )
  /** The element that was written last: another one may come while what it follows stands still. */
  const written = useRef<HTMLElement>(null)
  const write = useCallback(() => {
    const value = follower.sample()
    if (value === undefined || target.current === null) return
    written.current = target.current
    // The overloads give `apply` what the selector gives.
    latestApply.current(target.current.style, value as never)
  }, [follower, latestApply])
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
    return () => {
      undo()
      rest()
    }
  }, [follower, selector, write])
  useBeforePaint(() => {
    if (target.current !== written.current) write()
  })
  return target
}

/** Later, the element would be painted once where it is not. A server runs neither; React 18 warns of the layout effect there. */
const useBeforePaint = typeof document === 'undefined' ? useInsertionEffect : useLayoutEffect

function translate(style: CSSStyleDeclaration, { x, y }: Position): void {
  style.transform = `translate3d(${x}px, ${y}px, 0)`
}
