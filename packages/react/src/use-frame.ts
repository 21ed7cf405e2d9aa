'use client'
// A callback in every frame, without rendering.
import { useEffect } from 'react'
import { onFrame } from './frames.js'
import type { Frame } from './frames.js'
import { useLatest } from './use-latest.js'

/**
 * Calls `callback` in every frame while the component is mounted: always that of the latest render. All components share one
 * `requestAnimationFrame`, which rests while the page is hidden. It renders nothing.
 */
export function useFrame(callback: (frame: Frame) => void): void {
  const latest = useLatest(callback)
  useEffect(() => onFrame((frame) => latest.current(frame)), [latest])
}
