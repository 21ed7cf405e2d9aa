/** @jsxImportSource preact */
// A button that is a picture; its label is read aloud and shown as a tooltip.
import { Icon, type IconName } from './icons.js'

interface IconButtonProps {
  icon: IconName
  label: string
  /** For switches: their state. */
  isOn?: boolean
  class?: string
  onClick: () => void
}

export function IconButton({ icon, label, isOn, class: extra = '', onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${extra}`}
      aria-label={label}
      title={label}
      {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
