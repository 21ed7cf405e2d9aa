/** @jsxImportSource preact */
// What a view throws stays in that view: the inspector goes on around it, and says so.
import { Component, type ComponentChildren } from 'preact'

interface GuardProps {
  children: ComponentChildren
}

export class Guard extends Component<GuardProps, { readonly message: string | null }> {
  override state = { message: null }

  static override getDerivedStateFromError(thrown: unknown): { message: string } {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  override render({ children }: GuardProps) {
    const { message } = this.state
    if (message === null) return <>{children}</>
    return (
      <div class="empty" role="alert">
        <p class="empty-title">This view cannot show what it was given</p>
        <p class="empty-hint">{message}</p>
        <button type="button" class="button" onClick={() => this.setState({ message: null })}>
          Try again
        </button>
      </div>
    )
  }
}
