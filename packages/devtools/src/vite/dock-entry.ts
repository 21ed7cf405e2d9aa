// The inspector as an entry of Vite DevTools’ dock, where a project has them: they look for `devtools` on every plugin. They are not
// imported; what is used of them stands here, and a test holds it against their own types.

/** What is used of the context that `setup` is given. */
export interface DockHost {
  readonly docks: { register(entry: DockEntry): unknown }
}

/** A panel that a script draws, in the page itself. */
export interface DockEntry {
  readonly type: 'custom-render'
  readonly id: string
  readonly title: string
  readonly description: string
  readonly icon: string
  readonly category: 'app'
  readonly when: string
  /** `importFrom`: a URL that the dev server serves; its default export is called with the panel. */
  readonly renderer: { readonly importFrom: string }
}

export function registerDock({ docks }: DockHost, importFrom: string): void {
  docks.register({
    type: 'custom-render',
    id: 'painda',
    title: 'Painda',
    description: 'Every frame of your game, decoded',
    icon: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
    category: 'app',
    // In their page of its own there is no game.
    when: 'clientType == embedded',
    renderer: { importFrom },
  })
}

/** The inspector’s mark, in colours that hold on light and dark. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><rect x="1" y="1" width="22" height="22" rx="7" fill="#7b61ff"/><path stroke="#fff" d="M8.5 6.5v10.2M5.6 13.9l2.9 2.9 2.9-2.9M15.5 17.5V7.3M12.6 10.1l2.9-2.9 2.9 2.9"/></svg>`
