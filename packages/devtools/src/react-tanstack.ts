// The inspector as a panel of TanStack Devtools in a React app: their React adapter wants something to render, and an app that calls
// this leaves it in its production build. There it is an empty panel; the overlay comes in a chunk of its own.
import { createElement, Fragment, type ReactElement } from 'react'
import { installHook } from './hook.js'
import { makeWay } from './make-way.js'
import type { DevtoolsOptions } from './overlay/mount.js'
import type { TanStackPanel, TanStackPlugin } from './tanstack.js'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

export interface ReactTanStackPlugin extends Omit<TanStackPlugin, 'render'> {
  readonly render: (element: HTMLElement, about?: TanStackPanel) => ReactElement
}

/**
 * Shows the inspector in `<TanStackDevtools>`, in development only; while its panel is closed it is back on the page as a button.
 * Clients made after this module was loaded are recorded from their first frame.
 * @example
 * <TanStackDevtools plugins={[paindaDevtoolsPlugin()]} />
 */
export const paindaDevtoolsPlugin: (options?: DevtoolsOptions) => ReactTanStackPlugin =
  process.env.NODE_ENV === 'production' ? () => plugin(nothing, nothing) : developmentOnly()

function plugin(show: (element: HTMLElement, about?: TanStackPanel) => void, destroy: () => void) {
  return {
    id: 'painda',
    name: 'Painda',
    render(element: HTMLElement, about?: TanStackPanel) {
      show(element, about)
      return createElement(Fragment)
    },
    destroy,
  }
}

function nothing(): void {}

function developmentOnly(): (options?: DevtoolsOptions) => ReactTanStackPlugin {
  if (typeof document !== 'undefined') installHook(globalThis)
  // One panel for all plugins, as in tanstack.ts: the list may be made anew at each render.
  let loaded: TanStackPlugin | null = null
  let wanted: ((panel: TanStackPlugin) => void) | null = null

  function load(options: DevtoolsOptions | undefined): void {
    // As in react.ts.
    if (process.env.NODE_ENV !== 'production') {
      import('./tanstack.js').then(
        ({ paindaDevtoolsPlugin: panelOf }) => {
          loaded ??= panelOf(options)
          wanted?.(loaded)
          wanted = null
        },
        // oxlint-disable-next-line no-console
        (cause: unknown) => console.warn('The inspector could not be loaded.', cause),
      )
    }
  }

  function destroy(): void {
    wanted = null
    loaded?.destroy()
  }

  return (options) => {
    makeWay(options)
    return plugin((element, about) => {
      if (loaded !== null) return loaded.render(element, about)
      wanted = (panel) => panel.render(element, about)
      load(options)
    }, destroy)
  }
}
