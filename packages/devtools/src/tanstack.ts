// The inspector as a panel of TanStack Devtools. They are not imported: a plugin of theirs is an object of this shape.
import type { Undo } from '@painda/protocol'
import { makeWay } from './make-way.js'
import { mountDevtools, type DevtoolsOptions } from './overlay/mount.js'

export interface TanStackPlugin {
  readonly id: string
  readonly name: string
  /** Called when its panel is shown, and again whenever one of these is another one. */
  readonly render: (element: HTMLElement, about?: TanStackPanel) => void
  readonly destroy: () => void
}

export interface TanStackPanel {
  readonly theme?: 'light' | 'dark'
  /** False: they are closed, and their panel lies hidden. */
  readonly devtoolsOpen?: boolean
}

// One overlay per page, and so one panel: an app that makes its list of plugins anew at each render has another plugin destroyed than
// the one that was rendered.
let leave: Undo = () => {}

/**
 * Shows the inspector in TanStack Devtools; while its panel is closed it is back on the page as a button. Load it in development
 * only, as TanStack Devtools themselves; in React, `@painda/devtools/react` has one that looks after that.
 * @example
 * new TanStackDevtoolsCore({ plugins: [paindaDevtoolsPlugin()] }).mount(element)
 */
export function paindaDevtoolsPlugin(options: DevtoolsOptions = {}): TanStackPlugin {
  makeWay(options)
  function destroy(): void {
    leave()
    leave = () => {}
  }
  return {
    id: 'painda',
    name: 'Painda',
    render(element, { theme, devtoolsOpen = true } = {}) {
      if (devtoolsOpen) leave = mountDevtools(options).fill(element, theme)
      else destroy()
    },
    destroy,
  }
}
