import type { ReactNode } from 'react'

export function Wordmark(): ReactNode {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect x="2" y="2" width="13" height="13" rx="3.5" fill="#ff5f57" />
        <rect x="17" y="2" width="13" height="13" rx="3.5" fill="#f7c325" />
        <rect x="2" y="17" width="13" height="13" rx="3.5" fill="#38a3ff" />
        <circle cx="23.5" cy="23.5" r="7" fill="#22b573" />
      </svg>
      <span>Paint the floor</span>
    </span>
  )
}
