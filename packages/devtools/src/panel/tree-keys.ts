// The keyboard of a tree (WAI-ARIA's tree pattern): one stop for the Tab key; up and down go through what is open, right
// opens, left closes or goes to the parent. The tree in the page is the truth, so every tree of the overlay shares this.
import type { TargetedKeyboardEvent } from 'preact'

export function onTreeKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')]
  const root = event.currentTarget.getRootNode()
  const active = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null
  const at = items.findIndex((item) => item === active)
  const item = items[at]
  if (item === undefined) return
  const target = targetOf(event.key, items, at, item)
  if (target === null) return
  event.preventDefault()
  if (target === 'toggle') toggle(item)
  else target?.focus()
}

function targetOf(
  key: string,
  items: readonly HTMLElement[],
  at: number,
  item: HTMLElement,
): HTMLElement | undefined | 'toggle' | null {
  const expanded = item.getAttribute('aria-expanded')
  switch (key) {
    case 'ArrowDown':
      return items[at + 1]
    case 'ArrowUp':
      return items[at - 1]
    case 'Home':
      return items[0]
    case 'End':
      return items.at(-1)
    case 'ArrowRight':
      return expanded === 'false' ? 'toggle' : items[at + 1]
    case 'ArrowLeft':
      if (expanded === 'true') return 'toggle'
      return item.parentElement?.closest<HTMLElement>('[role="treeitem"]') ?? undefined
    case 'Enter':
    case ' ':
      return expanded === null ? null : 'toggle'
    default:
      return null
  }
}

function toggle(item: HTMLElement): void {
  item.querySelector<HTMLElement>('.node-line')?.click()
}

/** Tab reaches the tree itself, which hands the focus on; while it is inside, Shift+Tab must not land on the tree again. */
export const treeFocus = {
  tabIndex: 0,
  onFocus(event: FocusEvent & { currentTarget: HTMLElement }): void {
    const tree = event.currentTarget
    if (event.target === tree) tree.querySelector<HTMLElement>('[role="treeitem"]')?.focus()
    tree.tabIndex = -1
  },
  onBlur(event: FocusEvent & { currentTarget: HTMLElement }): void {
    event.currentTarget.tabIndex = 0
  },
}
