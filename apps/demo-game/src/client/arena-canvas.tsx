// The frame around the canvases. It renders once; everything that moves is drawn by the view.
import { usePPClient } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { memo, useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import type { Arena } from '../shared/game.js'
import { createArenaView } from './canvas/arena-view.js'

export const ArenaCanvas = memo(function ArenaCanvas({
  room,
  canSteer,
}: {
  room: RoomHandle<typeof Arena>
  /** False for who only looks on. */
  canSteer: boolean
}): ReactNode {
  const client = usePPClient()
  const stage = useRef<HTMLDivElement>(null)
  const board = useRef<HTMLDivElement>(null)
  const floor = useRef<HTMLCanvasElement>(null)
  const actors = useRef<HTMLCanvasElement>(null)
  const stick = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!stage.current || !board.current || !floor.current || !actors.current || !stick.current) return
    const elements = {
      stage: stage.current,
      board: board.current,
      floor: floor.current,
      actors: actors.current,
      stick: stick.current,
    }
    const view = createArenaView({
      room,
      canSteer,
      selfId: () => client.id,
      rttMs: () => client.rtt,
      elements,
    })
    return () => view.close()
  }, [room, client, canSteer])

  return (
    <div className="stage" ref={stage}>
      <div
        className="board"
        ref={board}
        role="img"
        aria-label="The floor. Walk with the arrow keys or W A S D, or drag on it."
        data-testid="board"
      >
        <canvas ref={floor} />
        <canvas ref={actors} />
      </div>
      <div className="stick" ref={stick} hidden aria-hidden="true">
        <span />
      </div>
    </div>
  )
})
