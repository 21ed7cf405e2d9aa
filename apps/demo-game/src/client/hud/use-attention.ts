// Tells the others whether anybody sits in front of this page: hidden, idle, or there.
import type { RoomHandle } from '@painda/react'
import { useEffect } from 'react'
import type { Arena } from '../../shared/game.js'

/** As long as it takes to doubt that somebody is there. */
const IDLE_MS = 30_000

export function useAttention(room: RoomHandle<typeof Arena>, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    const listening = new AbortController()
    const { signal } = listening
    let timer: ReturnType<typeof setTimeout> | undefined
    let shown = { isIdle: false, isHidden: document.hidden }

    const tell = (next: Partial<typeof shown>) => {
      const after = { ...shown, ...next }
      if (after.isIdle === shown.isIdle && after.isHidden === shown.isHidden) return
      shown = after
      room.presence.update(after)
    }
    const touch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => tell({ isIdle: true }), IDLE_MS)
      tell({ isIdle: false })
    }
    for (const event of ['keydown', 'pointerdown', 'pointermove'] as const) {
      window.addEventListener(event, touch, { signal, passive: true })
    }
    document.addEventListener('visibilitychange', () => tell({ isHidden: document.hidden }), { signal })
    touch()
    return () => {
      clearTimeout(timer)
      listening.abort()
    }
  }, [room, isOn])
}
