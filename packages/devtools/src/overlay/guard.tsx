/** @jsxImportSource preact */
// What a view throws stays in that view: the inspector goes on around it, and says so.
import { Component, type ComponentChildren } from 'preact'
import { visible } from '../visible.js'

interface GuardProps {
  children: ComponentChildren
}

export class Guard extends Component<GuardProps, { readonly message: string | null }> {
  override state = { message: null }

  static override getDerivedStateFromError(thrown: unknown): { message: string } {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  /** Its stack is what a report of it needs. */
  override componentDidCatch(thrown: unknown): void {
    // oxlint-disable-next-line no-console
    console.error(thrown)
  }

  override render({ children }: GuardProps) {
    const { message } = this.state
    if (message === null) return <>{children}</>
    return (
      <div class="empty" role="alert">
        <p class="empty-title">This view cannot show what it was given</p>
        <p class="empty-hint">{visible(message)}</p>
        <button type="button" class="button" onClick={() => this.setState({ message: null })}>
          Try again
        </button>
      </div>
    )
  }
}
