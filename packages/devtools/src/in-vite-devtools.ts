// The inspector as a panel of Vite DevTools, while its entry of their dock is chosen.
import type { Undo } from '@painda/protocol'
import type { MountedDevtools } from './overlay/mount.js'

/** What is used of the context that Vite DevTools give to an entry’s script. */
export interface DockContext {
  readonly current: {
    readonly isActive: boolean
    readonly domElements: { readonly panel?: HTMLElement | null }
    readonly events: { on(name: DockEvent, listener: () => void): unknown }
  }
}

type DockEvent = 'entry:activated' | 'entry:deactivated' | 'dom:panel:mounted'

/** `mount`: called when it is chosen, since the page may have closed the inspector that was there. */
export function showInViteDevtools(
  mount: () => Pick<MountedDevtools, 'fill'>,
  { current }: DockContext,
): void {
  let leave: Undo = () => {}

  function follow(): void {
    leave()
    const panel = current.domElements.panel ?? null
    leave = current.isActive && panel !== null ? mount().fill(panel, themeAround(panel)) : () => {}
  }

  current.events.on('entry:activated', follow)
  current.events.on('entry:deactivated', follow)
  // Made when it is chosen for the first time, which may be before or after this script was loaded.
  current.events.on('dom:panel:mounted', follow)
  follow()
}

/** Their colours are an inherited `color-scheme`. */
function themeAround(panel: HTMLElement): 'light' | 'dark' {
  return getComputedStyle(panel).colorScheme.includes('dark') ? 'dark' : 'light'
}
