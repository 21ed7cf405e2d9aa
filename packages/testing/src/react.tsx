// `@painda/testing/react`: a component with a mocked room around it, for React Testing Library.
import type { RoomShape } from '@painda/protocol'
import { PPProvider } from '@painda/react'
import { act, render, type RenderResult } from '@testing-library/react'
import type { ReactNode } from 'react'
import { createMockRoom, type Inside, type MockRoom, type MockRoomOptions } from './mock/mock-room.js'

export { createMockRoom } from './mock/mock-room.js'
export type { MockRoom, MockRoomOptions, ShowOptions } from './mock/mock-room.js'

export interface RenderWithRoomResult<Room extends RoomShape> extends RenderResult {
  /** Whatever it changes is shown when the call returns. */
  readonly mock: MockRoom<Room>
}

/**
 * Renders components that use a room of this definition. Resolves when the page has joined, or with `isOpen: false` when it
 * has asked to.
 * @example
 * const { mock } = await renderWithRoom(<Hud />, Arena, { state: { phase: 'lobby', players: {} } })
 * mock.update((state) => void (state.phase = 'play'))
 * expect(screen.getByRole('status')).toHaveTextContent('Play!')
 */
export async function renderWithRoom<const Room extends RoomShape>(
  ui: ReactNode,
  definition: Room,
  options: Omit<MockRoomOptions<Room>, 'inside'> = {},
): Promise<RenderWithRoomResult<Room>> {
  const mock = createMockRoom(definition, { ...options, inside })
  await mock.settled()
  const view = render(ui, {
    wrapper: ({ children }) => <PPProvider client={mock.client}>{children}</PPProvider>,
  })
  await mock.settled()
  return { ...view, mock }
}

// One function for both forms; `act` has the same two.
const inside = ((work: () => void) => act(work)) as Inside
