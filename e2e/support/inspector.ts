// The inspector's overlay as a test uses it: by roles and labels, as a person with a screen reader would.
import type { Locator, Page } from '@playwright/test'

export interface Inspector {
  readonly launcher: Locator
  readonly dock: Locator
  readonly rows: Locator
  readonly detail: Locator
  open(): Promise<void>
  tab(name: string): Promise<void>
  button(name: string | RegExp): Locator
  /** The chip of a kind of rows: a click hides or shows it, with Shift nothing else is shown. */
  kind(name: string): Locator
  filter(text: string): Promise<void>
  /** Messages and events recorded and not yet forgotten. */
  held(): Promise<number>
}

export function inspectorOf(page: Page): Inspector {
  const dock = page.getByRole('region', { name: 'Painda devtools' })
  const launcher = page.getByRole('button', { name: /^Painda devtools/ })
  return {
    launcher,
    dock,
    rows: dock.getByRole('listbox', { name: 'Frames' }).getByRole('option'),
    detail: dock.getByRole('region', { name: 'Chosen row' }),
    async open() {
      await launcher.click()
      await dock.waitFor()
    },
    tab: (name) => dock.getByRole('tab', { name, exact: true }).click(),
    button: (name) => dock.getByRole('button', { name }),
    kind: (name) =>
      dock
        .getByRole('group', { name: 'Kinds of rows' })
        .getByRole('button', { name: new RegExp(`^${name}`) }),
    filter: (text) => dock.getByRole('textbox', { name: /^Filter/ }).fill(text),
    async held() {
      const foot = await dock.locator('.foot-held').textContent()
      return Number((foot ?? '').replace(/\D/g, ''))
    },
  }
}
