// The page: fonts and styles, one client, React around it.
import '@fontsource-variable/bricolage-grotesque/wght.css'
import './styles/base.css'
import './styles/join.css'
import './styles/game.css'
import './styles/hud.css'
import './styles/chat.css'
import './styles/kit.css'
import './styles/menu.css'
import { PPProvider } from '@painda/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.js'
import { client } from './connection.js'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')

createRoot(root).render(
  <StrictMode>
    <PPProvider client={client}>
      <App />
    </PPProvider>
  </StrictMode>,
)
