import { paindaDevtools } from '@painda/devtools/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { ENTRY, gameServer } from './vite-game-server.js'
import { clientConditions, serverConditions } from './vite/from-source.js'

export default defineConfig({
  // The compiler memoizes what a selector or a list is made of; its lint is part of `npm run check`.
  // The inspector is Preact's, and only here comes from source instead of node_modules: the compiler must leave it alone.
  plugins: [
    react({ compiler: true, exclude: [/\/node_modules\//, /\/packages\/devtools\//] }),
    paindaDevtools({ server: ENTRY, tests: { folder: 'test/recorded' } }),
    gameServer(),
  ],
  resolve: { conditions: clientConditions },
  ssr: { resolve: { conditions: serverConditions } },
  server: { host: '127.0.0.1' },
  // What is served is public and the same for everybody, under whatever name a host or a proxy gives it.
  preview: { host: '127.0.0.1', port: 5173, allowedHosts: true },
})
