// React's own Fast Refresh, as Vite uses it: an edited component is swapped in place.
import * as refresh from 'react-refresh/runtime'
import { afterEach, expect, test } from 'vitest'

// Before React DOM is loaded, which looks for it then.
refresh.injectIntoGlobalHook(globalThis as never)
const { act, cleanup, render, screen } = await import('@testing-library/react')
const { PPProvider, usePPRoom } = await import('@painda/react')
const { StrictMode, useState } = await import('react')
const { Arena, createWorld, until } = await import('./world.js')

const world = createWorld()
afterEach(async () => {
  cleanup()
  await world.close()
})

/** One version of a module: its component, registered under the name that stays. */
function load(word: string, signature: string) {
  const sign = refresh.createSignatureFunctionForTransform()
  function Page() {
    sign()
    const { state } = usePPRoom(Arena)
    const [clicks, setClicks] = useState(0)
    return (
      <button data-testid="page" onClick={() => setClicks(clicks + 1)}>
        {`${word} ${state?.phase ?? 'joining'} ${clicks}`}
      </button>
    )
  }
  sign(Page, signature, false, () => [usePPRoom])
  refresh.register(Page, 'page.tsx Page')
  return Page
}

const shown = (): string => screen.getByTestId('page').textContent

test('Fast Refresh keeps the room, also where an edit of the hooks mounts the component anew', async () => {
  const Page = load('first', 'usePPRoom useState')
  const view = render(
    <StrictMode>
      <PPProvider client={world.createClient()}>
        <Page />
      </PPProvider>
    </StrictMode>,
  )
  await until(() => shown() === 'first lobby 0')
  act(() => screen.getByTestId('page').click())
  load('second', 'usePPRoom useState')
  act(() => void refresh.performReactRefresh())
  expect(shown()).toBe('second lobby 1')
  load('third', 'usePPRoom useState useEffect')
  act(() => void refresh.performReactRefresh())
  expect(shown()).toBe('third lobby 0')
  expect(world.joins).toHaveLength(1)
  expect(world.leaves).toEqual([])
  view.unmount()
  await until(() => world.leaves.length === 1)
})
