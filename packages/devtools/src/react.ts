// `<PPDevtools/>`: the inspector in a React app without the Vite plugin. React only says when the overlay is on the page; the
// overlay draws itself. Bundlers replace `process.env.NODE_ENV`, and with it all of this falls out of a production build.
import type { Undo } from '@painda/protocol'
import { useEffect, useState } from 'react'
import { installHook } from './hook.js'
import type { DevtoolsOptions } from './overlay/mount.js'

export { paindaDevtoolsPlugin } from './react-tanstack.js'
export type { ReactTanStackPlugin } from './react-tanstack.js'

// Bundlers put the value in; a browser alone has no such object.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Shows the inspector while it is rendered, in development only. Clients made after this module was loaded are recorded from
 * their first frame; an earlier one is named by `client`. Options are read once, when it is first rendered; several
 * `<PPDevtools/>` are one inspector.
 * @example
 * <PPProvider client={client}>
 *   <App />
 *   <PPDevtools />
 * </PPProvider>
 */
export const PPDevtools: (options: DevtoolsOptions) => null =
  process.env.NODE_ENV === 'production' ? () => null : developmentOnly()

function developmentOnly(): (options: DevtoolsOptions) => null {
  // On a server there is nothing to show, and clients of all visitors would be kept.
  if (typeof document !== 'undefined') installHook(globalThis)
  return function PPDevtools(options) {
    // An object written in JSX is another one at every render.
    const [first] = useState(options)
    useEffect(() => show(first), [first])
    return null
  }
}

let shown = 0
let closeOverlay: Undo = () => {}

function show(options: DevtoolsOptions): Undo {
  if (shown++ === 0) closeOverlay = load(options)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (--shown === 0) closeOverlay()
  }
}

/** The overlay comes in a chunk of its own; whoever leaves before it is here never sees it. */
function load(options: DevtoolsOptions): Undo {
  let isOver = false
  let close: Undo = () => {}
  if (options.client !== undefined) installHook(globalThis).attach(options.client)
  // In a production build nobody calls this. Turbopack looks at each import() for itself, and makes a chunk of what it brings.
  if (process.env.NODE_ENV !== 'production') {
    import('./overlay/mount.js').then(
      ({ mountDevtools }) => {
        if (!isOver) close = mountDevtools(options).close
      },
      // Offline with the chunk not yet loaded: the app goes on without it.
      // oxlint-disable-next-line no-console
      (cause: unknown) => console.warn('The inspector could not be loaded.', cause),
    )
  }
  return () => {
    isOver = true
    close()
  }
}
