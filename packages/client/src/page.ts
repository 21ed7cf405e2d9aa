// What a host tells about the page: it is looked at again, the network is back, it is being left. Browsers say it with a
// handful of events; another host (React Native's AppState, Electron) can give its own.
import type { Undo } from '@painda/protocol'

export interface PageEvents {
  /** The page is looked at again, or the network is back: whatever is known of the connection may be old. */
  onWake(listener: () => void): Undo
  /**
   * The page is going away, for good or until somebody goes back to it. `mayReturn`: the host keeps it as it is, for the
   * back button.
   */
  onLeave(listener: (mayReturn: boolean) => void): Undo
  /** The page came into sight, or went out of it. */
  onVisible?(listener: (isVisible: boolean) => void): Undo
  /** Somebody touched something: a key, the mouse, the screen. */
  onInput?(listener: () => void): Undo
}

type PageListener = (event: { persisted?: boolean }) => void

interface PageTarget {
  addEventListener(type: string, listener: PageListener): void
  removeEventListener(type: string, listener: PageListener): void
}

/** What is used of a browser's window and document. */
export interface PageHost extends Partial<PageTarget> {
  readonly document?: PageTarget & { readonly visibilityState: string }
}

/** The page of a browser. A host without such events never calls. */
export function browserPage(host: PageHost): PageEvents {
  const { document } = host
  return {
    onWake(listener) {
      const wake = (): void => listener()
      const show = (): void => {
        if (document?.visibilityState === 'visible') listener()
      }
      const undos = [
        listen(host, ['online', 'pageshow', 'focus'], wake),
        listen(document, ['visibilitychange'], show),
        // Chromium lets a frozen tab run again.
        listen(document, ['resume'], wake),
      ]
      return () => undos.forEach((undo) => undo())
    },
    // What a host without a document has not: nobody looks at it.
    ...(document && {
      onVisible: (listener: (isVisible: boolean) => void) =>
        listen(document, ['visibilitychange'], () => listener(document.visibilityState === 'visible')),
      onInput: (listener: () => void) =>
        listen(host, ['pointerdown', 'pointermove', 'keydown', 'wheel'], () => listener()),
    }),
    onLeave: (listener) => listen(host, ['pagehide'], ({ persisted }) => listener(persisted === true)),
  }
}

/** Hosts that are no browsers have a window without events, or none. */
function listen(
  target: Partial<PageTarget> | undefined,
  types: readonly string[],
  listener: PageListener,
): Undo {
  for (const type of types) target?.addEventListener?.(type, listener)
  return () => {
    for (const type of types) target?.removeEventListener?.(type, listener)
  }
}
