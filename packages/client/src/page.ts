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

/** What is used of a browser's window and document. */
export interface PageHost {
  addEventListener?(type: string, listener: (event: { persisted?: boolean }) => void): void
  removeEventListener?(type: string, listener: (event: { persisted?: boolean }) => void): void
  readonly document?: PageDocument
}

interface PageDocument {
  readonly visibilityState: string
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
const WINDOW_WAKES = ['online', 'pageshow', 'focus'] as const

/** The page of a browser. A host without such events never calls. */
export function browserPage(host: PageHost): PageEvents {
  return {
    onWake(listener) {
      const { document } = host
      const wake = (): void => listener()
      const show = (): void => {
        if (document?.visibilityState === 'visible') listener()
      }
      for (const type of WINDOW_WAKES) host.addEventListener?.(type, wake)
      document?.addEventListener('visibilitychange', show)
      // Chromium lets a frozen tab run again.
      document?.addEventListener('resume', wake)
      return () => {
        for (const type of WINDOW_WAKES) host.removeEventListener?.(type, wake)
        document?.removeEventListener('visibilitychange', show)
        document?.removeEventListener('resume', wake)
      }
    },
    ...(host.document === undefined ? {} : sightOf(host, host.document)),
    onLeave(listener) {
      const leave = ({ persisted }: { persisted?: boolean }): void => listener(persisted === true)
      host.addEventListener?.('pagehide', leave)
      return () => host.removeEventListener?.('pagehide', leave)
    },
  }
}

/** What a host without a document has not: nobody looks at it. */
function sightOf(
  host: PageHost,
  document: PageDocument,
): Required<Pick<PageEvents, 'onVisible' | 'onInput'>> {
  return {
    onVisible(listener) {
      const change = (): void => listener(document.visibilityState === 'visible')
      document.addEventListener('visibilitychange', change)
      return () => document.removeEventListener('visibilitychange', change)
    },
    onInput(listener) {
      const input = (): void => listener()
      for (const type of INPUTS) host.addEventListener?.(type, input)
      return () => {
        for (const type of INPUTS) host.removeEventListener?.(type, input)
      }
    },
  }
}
