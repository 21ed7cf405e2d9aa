/** @jsxImportSource preact */
// Nothing to show, said in a way that helps.
import type { ComponentChildren } from 'preact'
import { visible } from '../visible.js'

export function Empty({
  title,
  hint,
  children,
}: {
  title: string
  hint?: string
  children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {hint !== undefined && <p class="empty-hint">{visible(hint)}</p>}
      {children}
    </div>
  )
}
