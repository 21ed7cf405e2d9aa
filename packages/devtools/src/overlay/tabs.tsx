/** @jsxImportSource preact */
// A row of tabs: one stop for the Tab key, arrows go from tab to tab (WAI-ARIA's tabs pattern).
import type { TargetedKeyboardEvent } from 'preact'

export interface Tab<Name extends string> {
  readonly name: Name
  readonly label: string
}

interface TabsProps<Name extends string> {
  label: string
  tabs: readonly Tab<Name>[]
  selected: Name
  /** Beginning of the ids that tie a tab to its panel. */
  id: string
  onSelect: (name: Name) => void
}

export function Tabs<Name extends string>({ label, tabs, selected, id, onSelect }: TabsProps<Name>) {
  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const at = tabs.findIndex((tab) => tab.name === selected)
    const next = tabs[nextIndex(event.key, at, tabs.length)]
    if (next === undefined || next.name === selected) return
    event.preventDefault()
    onSelect(next.name)
    const button = event.currentTarget.querySelector(`[data-tab="${next.name}"]`)
    if (button instanceof HTMLElement) button.focus()
  }

  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.name}
          type="button"
          role="tab"
          class="tab"
          id={`${id}-tab-${tab.name}`}
          data-tab={tab.name}
          aria-selected={tab.name === selected}
          aria-controls={`${id}-panel`}
          tabIndex={tab.name === selected ? 0 : -1}
          onClick={() => onSelect(tab.name)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}

function nextIndex(key: string, at: number, count: number): number {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count
    case 'ArrowLeft':
      return (at + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return at
  }
}
