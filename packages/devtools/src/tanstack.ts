// The inspector as a panel of TanStack Devtools. They are not imported: a plugin of theirs is an object of this shape.
import type { Undo } from '@painda/protocol'
import { mountDevtools, type DevtoolsOptions } from './overlay/mount.js'

export interface TanStackPlugin {
  readonly id: string
  readonly name: string
  readonly render: (element: HTMLElement, about?: { readonly theme?: 'light' | 'dark' }) => void
  readonly destroy: () => void
}

/**
 * Shows the inspector in TanStack Devtools; while its panel is closed it is back on the page as a button. Load it in development
 * only, as TanStack Devtools themselves.
 * @example
 * <TanStackDevtools plugins={[paindaDevtoolsPlugin()]} />
 */
export function paindaDevtoolsPlugin(options: DevtoolsOptions = {}): TanStackPlugin {
  let leave: Undo = () => {}
  return {
    id: 'painda',
    name: 'Painda',
    render(element, { theme } = {}) {
      leave()
      leave = mountDevtools(options).fill(element, theme)
    },
    destroy() {
      leave()
      leave = () => {}
    },
  }
}
