'use client'
// The value of the latest committed render, for callbacks that outlive a render.
import { useInsertionEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** `current` is what the last committed render was given. Not to be read while rendering. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value)
  // Before every other effect; a layout effect would warn in a render on a server with React 18.
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
