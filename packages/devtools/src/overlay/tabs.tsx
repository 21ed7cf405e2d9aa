/** @jsxImportSource preact */
// A row of tabs: one stop for the Tab key, arrows go from tab to tab (WAI-ARIA's tabs pattern).
import type { TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

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
  const listRef = useRef<HTMLDivElement>(null)
  // On a phone there are more than fit.
  useLayoutEffect(() => {
    const list = listRef.current
    const tab = list?.querySelector(`[data-tab="${selected}"]`)
    if (!(list instanceof HTMLElement) || !(tab instanceof HTMLElement)) return
    const over = tab.offsetLeft + tab.offsetWidth - (list.scrollLeft + list.clientWidth)
    if (over > 0) list.scrollLeft += over
    else if (tab.offsetLeft < list.scrollLeft) list.scrollLeft = tab.offsetLeft
  }, [selected])

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
    <div ref={listRef} class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
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
