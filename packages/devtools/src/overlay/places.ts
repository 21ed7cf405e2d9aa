// Where the overlay stands: on the page, in a window of its own, or in an element that another tool's dock gives it. It is one element
// that moves, with everything in it: what is selected, typed or open stays.
import type { Undo } from '@painda/protocol'
import { TAKEN } from './host.js'

export interface Places {
  readonly now: 'page' | 'window' | 'element'
  /** Of the tool whose element it fills; null where the inspector's own count. */
  readonly theme: 'light' | 'dark' | null
  /** Into a window of its own. Nothing happens where the browser refuses one. Closing that window brings it back. */
  moveOut(): Promise<void>
  /** Into an element, which it fills; where it already does, only the theme is another one. The undo brings it back to the page. */
  fill(element: HTMLElement, theme?: 'light' | 'dark'): Undo
  /** Back onto the page. */
  moveBack(): void
  /** Called when it has moved. */
  subscribe(listener: () => void): Undo
  close(): void
}

export interface PlacesOptions {
  host: HTMLElement
  shadow: ShadowRoot
  styles: string
  page: Window & typeof globalThis
  onKeyDown: (event: KeyboardEvent) => void
}

const NAME = 'painda-devtools'
const [WIDTH, HEIGHT] = [1_100, 680]

/** Picture in picture for documents, where a browser has it: stays on top, and is allowed where pop-ups are not. */
interface PictureInPicture {
  requestWindow(size: { width: number; height: number }): Promise<Window & typeof globalThis>
}

export function createPlaces({ host, shadow, styles, page, onKeyDown }: PlacesOptions): Places {
  const listeners = new Set<() => void>()
  let now: Places['now'] = 'page'
  let theme: Places['theme'] = null
  let leaveWindow: Undo = () => {}

  /** A sheet belongs to its document: in another one it does not count. */
  function dress(view: Window & typeof globalThis): void {
    const sheet = new view.CSSStyleSheet()
    sheet.replaceSync(styles)
    shadow.adoptedStyleSheets = [sheet]
  }

  const viewOf = ({ ownerDocument }: Element): Window & typeof globalThis => ownerDocument.defaultView ?? page
  /** Whoever's element it fills may take that to a window, and it along. */
  const dressAnew = (): void => dress(viewOf(host))
  host.addEventListener(TAKEN, dressAnew)

  function moveTo(parent: Element, view: Window & typeof globalThis, place: Places['now']): void {
    parent.append(host)
    dress(view)
    now = place
    if (place !== 'element') theme = null
    host.dataset['place'] = place
    tell()
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function moveBack(): void {
    const leave = leaveWindow
    leaveWindow = () => {}
    leave()
    // Beside <body>, not in it: an app may own the whole body and empty it.
    if (now !== 'page') moveTo(page.document.documentElement, page, 'page')
  }

  async function openWindow(): Promise<(Window & typeof globalThis) | null> {
    const popup = page.open('', NAME, `popup,width=${WIDTH},height=${HEIGHT}`)
    // Without an address it is ours, and of our kind.
    if (popup !== null) return popup as Window & typeof globalThis
    const pip: unknown = Reflect.get(page, 'documentPictureInPicture')
    if (typeof pip !== 'object' || pip === null) return null
    // Its one method is the one above.
    return (pip as PictureInPicture).requestWindow({ width: WIDTH, height: HEIGHT }).catch(() => null)
  }

  moveTo(page.document.documentElement, page, 'page')

  return {
    get now() {
      return now
    },
    get theme() {
      return theme
    },
    async moveOut() {
      const view = await openWindow()
      if (view === null) return
      moveBack()
      const { document } = view
      // A window of this name may still be there from before a reload.
      document.body.replaceChildren()
      document.body.style.margin = '0'
      document.title = 'Painda devtools'
      document.documentElement.lang = 'en'
      const closeWindow = (): void => view.close()
      view.addEventListener('keydown', onKeyDown, true)
      view.addEventListener('pagehide', moveBack)
      // A window without its page would show a dead inspector.
      page.addEventListener('pagehide', closeWindow)
      leaveWindow = () => {
        view.removeEventListener('keydown', onKeyDown, true)
        view.removeEventListener('pagehide', moveBack)
        page.removeEventListener('pagehide', closeWindow)
        closeWindow()
      }
      moveTo(document.body, view, 'window')
    },
    fill(element, given) {
      const isThere = (): boolean => now === 'element' && host.parentElement === element
      if (!isThere()) {
        moveBack()
        moveTo(element, viewOf(element), 'element')
      }
      theme = given ?? null
      tell()
      return () => {
        if (isThere()) moveBack()
      }
    },
    moveBack,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      moveBack()
      host.removeEventListener(TAKEN, dressAnew)
      listeners.clear()
    },
  }
}
