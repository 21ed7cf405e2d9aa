// The playground's client, looked at in the real TanStack Devtools of a React app.
import { TanStackDevtools } from '@tanstack/react-devtools'
import { createElement, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { paindaDevtoolsPlugin } from '../../src/react.js'

/** The list is made anew at every render, as one writes it without thinking. */
function App() {
  const [count, setCount] = useState(0)
  const [isThere, setIsThere] = useState(true)
  return createElement(
    'main',
    null,
    createElement('button', { onClick: () => setCount(count + 1) }, `Rendered again ${count} times`),
    createElement('button', { onClick: () => setIsThere(false) }, 'Without TanStack Devtools'),
    isThere &&
      createElement(TanStackDevtools, { plugins: [paindaDevtoolsPlugin()], config: { theme: 'dark' } }),
  )
}

createRoot(document.getElementById('app') ?? document.body).render(createElement(App))
