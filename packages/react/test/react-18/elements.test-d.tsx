// The hooks and the provider in elements, under the types of React 18 (this folder's tsconfig.json) as under those of 19.
// Checked by the type checker, never run.
import { defineRoom, PPProvider, useEntityStyle, usePPRoom } from '@painda/react'
import type { RoomHandle } from '@painda/react'

const Field = defineRoom({ name: 'field', state: () => ({ x: 0, y: 0 }) })

function Dot({ room }: { room: RoomHandle<typeof Field> }) {
  const place = useEntityStyle<HTMLDivElement, typeof Field>(room, (state) => state)
  const bar = useEntityStyle<SVGSVGElement, typeof Field, number>(
    room,
    (state) => state.x,
    (style, x) => void (style.width = `${x}px`),
  )
  return (
    <div ref={place}>
      <svg ref={bar} />
    </div>
  )
}

function Game() {
  const { room, state } = usePPRoom(Field, { suspense: true })
  return state.x === 0 ? 'here' : <Dot room={room} />
}

export const page = (
  <PPProvider url="ws://localhost:3000" snapshots={undefined}>
    <Game />
  </PPProvider>
)
