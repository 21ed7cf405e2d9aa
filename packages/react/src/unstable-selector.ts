// A selector that makes a new value each time it runs on the same state renders its component for nothing. In development it is
// warned of once per component.

import type { RoomHandle, RoomShape, StateOf } from '@painda/client'

// Replaced by bundlers; Node has it; a page without a bundler has not.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** True unless this is a production build. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

/**
 * Tries a selector of `usePPRoomState` on one state twice, within the render, where the component's name is to be found: one that is the
 * same in every render is run by the room from then on. `sent`: the state that came with the page. `onRefused`: it tried to change it.
 */
export function trySelector<Room extends RoomShape, Value>(
  shown: { isChecked: boolean; readonly refused: object | null },
  room: RoomHandle<Room>,
  sent: StateOf<Room> | undefined,
  selector: (state: StateOf<Room>) => Value,
  equality: (a: Value, b: Value) => boolean,
  onRefused: (thrown: unknown) => void,
): void {
  const state = room.state ?? sent
  if (state === undefined) return
  // A state that came with the page is not the room's: nothing refuses there.
  shown.isChecked = state === room.state
  // Given to the render, the state would be changed under everybody's hands; subscribed, the selector gets something that refuses.
  room.subscribe(selector, () => {}, { onError: onRefused })()
  if (shown.refused === null) warnIfUnstable('usePPRoomState', () => selector(state), equality)
}

const told = new Set<string>()

/** Warns, once per component, when `select` does not agree with itself. `hook`: who was given the selector. */
export function warnIfUnstable<Value>(
  hook: string,
  select: () => Value,
  equality: (a: Value, b: Value) => boolean,
): void {
  if (equality(select(), select())) return
  const component = callerOf(hook)
  if (told.has(component)) return
  told.add(component)
  // The one place to say it is the developer's console.
  // oxlint-disable-next-line no-console
  console.error(
    `The selector of ${hook} in <${component}> makes a new value from the same state, so every change of what it reads ` +
      'renders the component. Select the part itself, or pass an equality function as the last argument: shallowEqual.',
  )
}

/** The component that called a hook: the nearest function on the stack that is named like one. */
function callerOf(hook: string): string {
  const lines = (new Error('').stack ?? '').split('\n')
  const at = lines.map((line) => line.includes(hook)).lastIndexOf(true)
  for (const line of lines.slice(at + 1)) {
    const name = /(?:at (?:\w+\.)?|^)([A-Z]\w*)(?: |@)/.exec(line.trim())?.[1]
    if (name !== undefined) return name
  }
  return 'unknown'
}
