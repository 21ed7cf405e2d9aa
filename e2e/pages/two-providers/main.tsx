// Two providers in one page, each with a client of its own: a split screen. Both play in the demo's arena.
import { PPProvider, usePPClient, usePPRoom } from '@painda/react'
import { StrictMode, useState } from 'react'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Arena } from '../../../apps/demo-game/src/shared/game.js'

const URL = `ws://${location.host}/pp`

function Seat({ name }: { name: string }): ReactNode {
  const { state, status } = usePPRoom(Arena, { options: { name, color: 0 } })
  const { id } = usePPClient()
  const names = Object.values(state?.players ?? {}).map((player) => player.name)
  return (
    <section aria-label={name} data-status={status} data-id={id}>
      {names.sort().join()}
    </section>
  )
}

function Page(): ReactNode {
  const [isSplit, setSplit] = useState(true)
  return (
    <>
      <PPProvider url={URL}>
        <Seat name="Left" />
      </PPProvider>
      {isSplit && (
        <PPProvider url={URL}>
          <Seat name="Right" />
        </PPProvider>
      )}
      <button onClick={() => setSplit(!isSplit)}>{isSplit ? 'Play alone' : 'Play together'}</button>
    </>
  )
}

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
