// A player: a browser context with one page, a name, a colour, and a line of its own to the server.
import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import type { Recovery } from '@painda/client'
import { redactFrame, type InspectEvent } from '@painda/protocol'
import { isFrame, type PageClient, type StateSeen } from './in-page.js'
import type { PlayerNet } from './net.js'

export interface Player {
  readonly name: string
  /** `#rrggbb`, another one for each player: in reports and traces, and free to be used in the game. */
  readonly color: string
  readonly page: Page
  readonly context: BrowserContext
  /** The way between this page and the server; all of the page's connections take it. */
  readonly net: PlayerNet
  /** Opens the page, and waits until it has loaded. */
  open(path?: string): Promise<void>
  /** The id of the page's first client; null before its first connection. */
  clientId(): Promise<string | null>
  /** The clients of the page, with their rooms. */
  clients(): Promise<readonly PageClient[]>
  /** What became of the reconnects of this page, since it was loaded. */
  recoveries(): Promise<readonly Recovery['outcome'][]>
  /** The newest 200 frames and events, oldest first; without secrets. */
  events(): Promise<readonly InspectEvent[]>
  stateAt(clientId: string, room: string, version: number, waitMs: number): Promise<StateSeen>
  /** Another tab with a copy of this one's session storage, as the browser's "Duplicate" makes it. */
  duplicateTab(): Promise<Player>
  /** The page is told that nobody looks at it. */
  background(): Promise<void>
  foreground(): Promise<void>
  /** The browser runs none of the page's code until `thaw`, as it does to tabs that were long out of sight. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** The page's own clock goes forward, where it has one that can: see `clock`. Of a page that stands still, when it goes on. */
  skip(ms: number): Promise<void>
  /** The lid closes: the page stands still, and its connections are dead without a word. */
  suspend(): Promise<void>
  /** The lid opens: time has passed, the network comes back, and the page is told so. */
  wake(): Promise<void>
}

export interface PlayerOptions {
  name: string
  color: string
  page: Page
  net: PlayerNet
  /** Told of pages that this one opens. */
  onTwin(twin: Player): void
}

export function createPlayer({ name, color, page, net, onTwin }: PlayerOptions): Player {
  const context = page.context()
  let session: Promise<CDPSession> | null = null
  let twinCount = 0
  let isStill = false
  /** Time that passed while the page stood still. */
  let owedMs = 0

  async function setLifecycle(state: 'frozen' | 'active'): Promise<void> {
    session ??= context.newCDPSession(page)
    await (await session).send('Page.setWebLifecycleState', { state })
    isStill = state === 'frozen'
    if (isStill || owedMs === 0) return
    const passed = owedMs
    owedMs = 0
    await page.clock.fastForward(passed)
  }

  const clients = (): Promise<PageClient[]> => page.evaluate(() => window.__paindaTesting?.clients() ?? [])

  return {
    name,
    color,
    page,
    context,
    net,
    async open(path = '/') {
      await page.goto(path)
    },
    clients,
    clientId: async () => (await clients())[0]?.id ?? null,
    recoveries: () => page.evaluate(() => window.__paindaTesting?.recoveries() ?? []),
    async events() {
      const events = await page.evaluate(() => window.__paindaTesting?.events() ?? [])
      return events.map((event) =>
        isFrame(event) ? { ...event, ...redactFrame(event.bytes, event.messages) } : event,
      )
    },
    stateAt: (clientId, room, version, waitMs) =>
      page.evaluate(
        ([client, id, wanted, limit]) =>
          window.__paindaTesting?.stateAt(client, id, wanted, limit) ?? { seen: false as const, version: -1 },
        [clientId, room, version, waitMs] as const,
      ),
    async duplicateTab() {
      const [opened] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate(() => void window.open(location.href)),
      ])
      await opened.waitForLoadState()
      twinCount++
      const twin = createPlayer({ name: `${name} (tab ${twinCount + 1})`, color, page: opened, net, onTwin })
      onTwin(twin)
      return twin
    },
    background: () => page.evaluate(setHidden, true),
    foreground: () => page.evaluate(setHidden, false),
    freeze: () => setLifecycle('frozen'),
    thaw: () => setLifecycle('active'),
    async skip(ms) {
      if (isStill) owedMs += ms
      else await page.clock.fastForward(ms)
    },
    async suspend() {
      net.zombie()
      net.offline()
      await setLifecycle('frozen')
    },
    async wake() {
      net.online()
      await setLifecycle('active')
      await page.evaluate(() => void window.dispatchEvent(new Event('online')))
    },
  }
}

/** Runs in the page. A browser without a window never hides a page by itself. */
function setHidden(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    get: () => (isHidden ? 'hidden' : 'visible'),
  })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  window.dispatchEvent(new Event(isHidden ? 'blur' : 'focus'))
}
