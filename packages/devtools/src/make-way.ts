// TanStack Devtools have their button where ours would be.
import { installHook } from './hook.js'
import type { DevtoolsOptions } from './overlay/mount.js'

export function makeWay({ corner = 'bottom-left' }: DevtoolsOptions = {}): void {
  // On a server there is no corner.
  if (typeof document !== 'undefined') installHook(globalThis).makeWay(corner)
}
